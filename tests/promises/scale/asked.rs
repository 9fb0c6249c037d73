//! What can be asked of a worker, and what it answers to a wrong wish.

use std::path::Path;

use mettle_core::base::Task;
use mettle_core::exchange::parts::{ClipRow, PartPlace, PartReader, ScoreRow};
use mettle_core::tools::{Listed, Shard, in_order};
use mettle_tests::{program, tiny_model};
use serde_json::{Value, json};

use super::workers::Farm;

/// Every clip is in exactly one part, however the list was put together, and parts differ by one clip at most.
#[test]
fn every_clip_is_in_one_part() {
    let clip = |number: usize| Listed {
        name: format!("c{number}"),
        path: format!("/somewhere/c{number}").into(),
    };
    let mut clips: Vec<Listed> = (0..101).map(clip).collect();
    let sorted = in_order(clips.clone());
    clips.reverse();
    clips.extend(clips.clone());
    assert_eq!(in_order(clips), sorted);
    for of in [1, 4, 7, 200] {
        let parts: Vec<Vec<&Listed>> = (1..=of)
            .map(|part| Shard { part, of }.of_list(&sorted))
            .collect();
        let mut all: Vec<&Listed> = parts.concat();
        all.sort();
        assert_eq!(all, sorted.iter().collect::<Vec<_>>());
        let sizes = parts.iter().map(Vec::len);
        assert!(
            sizes.clone().max() <= sizes.min().map(|least| least + 1),
            "{of}"
        );
    }
}

/// A list names the clips as a folder does, wherever the worker stands.
#[test]
fn a_list_is_as_good_as_a_folder() {
    let farm = Farm::new(3);
    let text = "# clips\nclips/c2.mp4\n\nclips/c1.mp4\nclips/c1.mp4\n";
    std::fs::write(farm.at("list.txt"), text).expect("written");
    let mut command = program::mettle(&farm.at(""));
    command
        .current_dir(farm.at("clips"))
        .args(["analyze", "../list.txt", "-q", "--device", "cpu", "--model"])
        .arg(farm.at("model"))
        .args(["--format", "parquet", "--out", "../out", "--threads", "1"]);
    let (code, _, said) = program::run(&mut command);
    assert_eq!(code, 0, "{said}");
    let part = farm.at("out/part-1-of-1.json");
    let clips = PartReader::open(&part).and_then(|part| part.clips());
    let clips = clips.expect("a part");
    let names: Vec<&str> = clips.iter().map(|(clip, _)| &*clip.clip).collect();
    assert!(
        names.iter().all(|name| Path::new(name).is_file()),
        "{names:?}"
    );
    let ends = |name: &&str| name.rsplit('/').next().unwrap_or("").to_owned();
    let names: Vec<String> = names.iter().map(ends).collect();
    assert_eq!(names, ["c1.mp4", "c2.mp4"]);
}

/// Wrong usage is 2, and says what to do; clips that fail are 1, listed with their reason.
#[test]
fn codes_say_what_happened() {
    let farm = Farm::new(2);
    for (wrong, word) in [
        (&["--shard", "0/4"][..], "I/N"),
        (&["--shard", "5/4"], "I/N"),
        (&["--shard", "1/2", "--format", "csv"], "parquet"),
        (&["--embeddings"], "parquet"),
        (&["--shard", "1/2", "--pictures"], "--pictures"),
        (&["--shard", "1/2", "--head", "feed"], "no head feed"),
        (&["--shard", "1/2", "--threads", "0"], "--threads"),
    ] {
        let (code, _, said) = program::run(&mut farm.worker("out", wrong));
        assert_eq!(code, 2, "{wrong:?}: {said}");
        assert!(said.contains(word), "{wrong:?}: {said}");
    }
    let (code, _, said) = program::run(&mut farm.worker("out", &["--format", "parquet"]));
    assert_eq!((code, said.lines().count()), (1, 2), "{said}");
    let failed = farm.rows::<ClipRow>("out");
    let failed: Vec<&String> = failed.iter().filter(|row| row.contains("broken")).collect();
    assert_eq!(failed.len(), 2);
    for row in failed {
        assert!(row.contains("is not an audio or video file"), "{row}");
    }
    assert_eq!(
        PartPlace::manifests_in(&farm.at("out"))
            .expect("a folder")
            .len(),
        1
    );
}

/// A folder that cannot be written to, or is gone, is worth another try.
#[cfg(unix)]
#[test]
fn a_disk_that_fails_is_tried_again() {
    let farm = Farm::new(1);
    std::fs::write(farm.at("file"), "no folder").expect("written");
    let (code, _, said) = program::run(&mut farm.worker("file/out", &["--shard", "1/1"]));
    assert_eq!(code, 75, "{said}");
    assert!(said.contains("disk"), "{said}");
}

/// A share that is not there is worth another try for every worker, not only for the one whose clip it would be.
#[test]
fn a_folder_that_is_not_there_is_no_list_of_nothing() {
    let farm = Farm::new(2);
    std::fs::write(farm.at("empty.txt"), "# nothing\n").expect("written");
    for (named, expected, word) in [("nowhere", 75, "not there"), ("empty.txt", 2, "no clip")] {
        for shard in ["1/2", "2/2"] {
            let mut command = program::mettle(&farm.at(""));
            command.args(["analyze", "-r", "-q", "--device", "cpu", "--shard", shard]);
            command
                .arg(farm.at(named))
                .args(["--format", "parquet", "--model"]);
            command
                .arg(farm.at("model"))
                .arg("--out")
                .arg(farm.at("out"));
            let (code, _, said) = program::run(&mut command);
            assert_eq!(code, expected, "{named} {shard}: {said}");
            assert!(said.contains(word), "{said}");
        }
    }
    assert!(!farm.at("out/part-2-of-2.json").exists());
}

/// Parts of two cuts in one folder would be read together, and each clip twice.
#[test]
fn parts_of_another_number_are_refused() {
    let farm = Farm::new(2);
    let (code, _, said) = program::run(&mut farm.worker("out", &["--shard", "1/2"]));
    assert!(code < 2, "{said}");
    let (code, _, said) = program::run(&mut farm.worker("out", &["--shard", "1/3"]));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("another number of parts"), "{said}");
    assert!(!farm.at("out/part-1-of-3.parquet").exists());
}

/// Scores in tables go through the heads' temperatures where that is asked, which the part says of itself; a part of the one kind is
/// none of the other.
#[test]
fn tables_are_calibrated_where_that_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (model, clip) = (folder.path().join("model"), folder.path().join("clip.mp4"));
    tiny_model::write_with(&model, &[Task::Localize]);
    program::talking_picture("2", &clip);
    let about = model.join("model.json");
    let text = std::fs::read_to_string(&about).expect("read");
    let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
    manifest["localize"]["calibration"] =
        json!({"both": [3.0, 3.0, 3.0], "event": 2.0, "error_before": 0.2, "error_after": 0.1});
    std::fs::write(&about, manifest.to_string()).expect("written");
    let worker = |out: &str, more: &[&str]| {
        let mut command = program::mettle(folder.path());
        command
            .args(["analyze", "-q", "--device", "cpu", "--format", "jsonl"])
            .arg("--out")
            .arg(folder.path().join(out))
            .arg("--model")
            .args([&model, &clip])
            .args(more);
        program::run(&mut command)
    };
    let read = |out: &str| {
        let parts = PartPlace::manifests_in(&folder.path().join(out)).expect("a folder");
        let part = PartReader::open(&parts[0]).expect("a part");
        let rows = part.all::<ScoreRow>().expect("scores").into_iter();
        let rows = rows.map(|row| serde_json::to_string(&row).expect("text"));
        (rows.collect::<Vec<_>>(), part.manifest.asked.calibrated)
    };
    let (code, _, said) = worker("plain", &[]);
    assert_eq!(code, 0, "{said}");
    let (code, _, said) = worker("calibrated", &["--calibrated"]);
    assert_eq!(code, 0, "{said}");
    let ((plain, none), (calibrated, tasks)) = (read("plain"), read("calibrated"));
    assert_eq!((none, tasks), (vec![], vec![Task::Localize]));
    assert_eq!(plain.len(), calibrated.len());
    assert_ne!(plain, calibrated);
    let (code, _, said) = worker("plain", &["--calibrated"]);
    assert!(code == 2 && said.contains("--calibrated"), "{said}");
}
