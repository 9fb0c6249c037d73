//! Scenes on disk are datasets an importer of the real ones would read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use mettle_core::base::Time;
use mettle_core::data::scenes::{CATEGORIES, SceneSet, SceneTask, write_dataset};
use mettle_core::media::Clip;

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn written(seed: u64, count: usize, task: SceneTask) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut last = 0;
    let set = SceneSet {
        seed,
        count,
        task,
        size: (480, 270),
        by_seconds: false,
    };
    write_dataset(&set, dir.path(), |p| last = p.done).unwrap();
    assert_eq!(last, count as u64);
    dir
}

fn lines(path: PathBuf) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

/// `Category&VideoID&Quality&StartTime&EndTime`, header in Annotations.txt only; the lists share it out.
#[test]
fn localization_is_laid_out_like_ave() {
    let dir = written(5, 10, SceneTask::Localize);
    let mut all = lines(dir.path().join("Annotations.txt"));
    assert_eq!(all.remove(0), "Category&VideoID&Quality&StartTime&EndTime");
    let mut shared = vec![];
    for (list, count) in [("trainSet.txt", 8), ("valSet.txt", 1), ("testSet.txt", 1)] {
        let rows = lines(dir.path().join(list));
        assert_eq!(rows.len(), count);
        shared.extend(rows);
    }
    assert_eq!(shared, all);
    let mut ids = BTreeSet::new();
    for row in &all {
        let fields: Vec<&str> = row.split('&').collect();
        let [category, id, "good", start, end] = fields[..] else {
            panic!("{row}");
        };
        assert!(CATEGORIES.iter().any(|c| c.label == category), "{row}");
        assert!(id.len() == 11 && ids.insert(id.to_owned()), "{row}");
        let (start, end): (u32, u32) = (start.parse().unwrap(), end.parse().unwrap());
        assert!(
            (start == 0 && end == 0) || (start + 2 <= end && end <= 10),
            "{row}"
        );
        let clip = Clip::open(&dir.path().join("AVE").join(format!("{id}.mp4"))).unwrap();
        let video = clip.video.unwrap();
        assert_eq!((video.width, video.height), (480, 270));
        assert!((video.fps - 24.0).abs() < 0.01 && clip.audio.is_some());
        // Sound is coded in blocks of 1024 samples, so the end may come one block late.
        let late = clip.duration - Time::from_secs_f64(10.0);
        assert!(late.as_secs_f64().abs() < 0.05, "{late}");
    }
}

/// Tab separated, with header; labels of LLP's vocabulary; dense rows for validation and test only.
#[test]
fn parsing_is_laid_out_like_llp() {
    let dir = written(6, 10, SceneTask::Parse);
    let mut names = BTreeMap::new();
    for (list, count) in [
        ("AVVP_dataset_full.csv", 10),
        ("AVVP_train.csv", 8),
        ("AVVP_val_pd.csv", 1),
        ("AVVP_test_pd.csv", 1),
    ] {
        let mut rows = lines(dir.path().join(list));
        assert_eq!(rows.remove(0), "filename\tevent_labels");
        assert_eq!(rows.len(), count);
        for row in rows {
            let (name, labels) = row.split_once('\t').unwrap();
            assert!(
                dir.path()
                    .join("video")
                    .join(format!("{}.mp4", &name[..11]))
                    .exists()
            );
            assert_eq!(&name[11..], "_0_10");
            for label in labels.split(',') {
                assert!(CATEGORIES.iter().any(|c| c.llp == Some(label)), "{row}");
            }
            names.insert(name.to_owned(), list);
        }
    }
    let mut dense = 0;
    for list in ["AVVP_eval_audio.csv", "AVVP_eval_visual.csv"] {
        let mut rows = lines(dir.path().join(list));
        assert_eq!(rows.remove(0), "filename\tonset\toffset\tevent_labels");
        for row in rows {
            let fields: Vec<&str> = row.split('\t').collect();
            let (onset, offset): (u32, u32) =
                (fields[1].parse().unwrap(), fields[2].parse().unwrap());
            assert!(onset < offset && offset <= 10, "{row}");
            assert_ne!(names[fields[0]], "AVVP_train.csv");
            dense += 1;
        }
    }
    assert!(dense > 0);
}

/// Folders by split and category; five frames, masks of 0 and 255, one of them only in training; sound at 16 kHz.
#[test]
fn segmentation_is_laid_out_like_avsbench() {
    let dir = written(7, 10, SceneTask::Segment);
    let root = dir.path().join("Single-source");
    let mut rows = lines(root.join("s4_meta_data.csv"));
    assert_eq!(rows.remove(0), "name,start,category,split");
    assert_eq!(rows.len(), 10);
    let mut marked = 0;
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let (id, category, split) = (fields[0], fields[2], fields[3]);
        let place = |kind: &str| root.join("s4_data").join(kind).join(split).join(category);
        assert!(place("raw_videos").join(format!("{id}.mp4")).exists());
        let wav = fs::read(place("audio_wav").join(format!("{id}.wav"))).unwrap();
        assert_eq!(
            (&wav[..4], &wav[8..12], wav.len()),
            (&b"RIFF"[..], &b"WAVE"[..], 44 + 160_000)
        );
        for k in 1..=5 {
            let name = format!("{id}_{k}.png");
            let frame = image::open(place("visual_frames").join(id).join(&name)).unwrap();
            assert_eq!((frame.width(), frame.height()), (224, 224));
            let mask = place("gt_masks").join(id).join(&name);
            assert_eq!(mask.exists(), k == 1 || split != "train");
            if mask.exists() {
                let mask = image::open(mask).unwrap().into_luma8();
                assert!(mask.pixels().all(|p| p[0] == 0 || p[0] == 255));
                marked += mask.pixels().filter(|p| p[0] == 255).count();
            }
        }
    }
    assert!(marked > 1000);
}

/// Clips with several sources: folders by split, masks of every frame, the clip's ending inside the name of its frames.
#[test]
fn segmentation_of_many_is_laid_out_as_avsbench() {
    let dir = written(8, 10, SceneTask::SegmentMany);
    let root = dir.path().join("Multi-sources");
    let mut rows = lines(root.join("ms3_meta_data.csv"));
    assert_eq!(rows.remove(0), "name,split");
    assert_eq!(rows.len(), 10);
    let data = root.join("ms3_data");
    let mut marked = 0;
    for row in rows {
        let (id, split) = row.split_once(',').unwrap();
        assert!(data.join("raw_videos").join(format!("{id}.mp4")).exists());
        let sound = data.join("audio_wav").join(split);
        assert!(sound.join(format!("{id}.wav")).exists());
        for k in 1..=5 {
            let frames = data.join("visual_frames").join(id);
            assert!(frames.join(format!("{id}.mp4_{k}.png")).exists());
            let masks = data.join("gt_masks").join(split).join(id);
            let mask = image::open(masks.join(format!("{id}_{k}.png"))).unwrap();
            marked += mask.into_luma8().pixels().filter(|p| p[0] == 255).count();
        }
    }
    assert!(marked > 5000);
}

/// The same seed writes the same files, byte for byte; another seed other clips.
#[test]
fn same_seed_same_files() {
    let (one, two) = (
        written(9, 1, SceneTask::Segment),
        written(9, 1, SceneTask::Segment),
    );
    let (a, b) = (files(one.path()), files(two.path()));
    let contents = |files: &BTreeMap<PathBuf, Vec<u8>>| files.values().cloned().collect::<Vec<_>>();
    assert!(a.len() >= 9);
    assert_eq!(contents(&a), contents(&b));
    let other = files(written(10, 1, SceneTask::Segment).path());
    assert_ne!(contents(&a), contents(&other));
}
