//! What `mettle scenes` writes in a data set's layout is read back as what is true of the scenes: every clip, every second, every
//! mask, however the data set says it.

use mettle_core::base::{Labels, Said};
use mettle_core::data::scenes::{SceneSet, SceneTask, write_dataset};
use mettle_core::data::{Cut, Dataset, DatasetKind, Part, SaidGrid, Targets};
use mettle_core::features::Recipe;
use mettle_core::media::SegmentReader;
use mettle_core::model::ModelBundle;

fn written(task: SceneTask, kind: DatasetKind) -> (tempfile::TempDir, Dataset) {
    labelled(task, kind, false)
}

fn labelled(task: SceneTask, kind: DatasetKind, by_seconds: bool) -> (tempfile::TempDir, Dataset) {
    let dir = tempfile::tempdir().unwrap();
    let set = SceneSet {
        seed: 11,
        count: 10,
        task,
        size: (96, 54),
        by_seconds,
    };
    write_dataset(&set, dir.path(), |_| {}).unwrap();
    assert_eq!(DatasetKind::find(dir.path(), kind.task()), Some(kind));
    let dataset = Dataset::open(kind, dir.path()).unwrap();
    assert_eq!(dataset.listed, [8, 1, 1]);
    let counts = Part::ALL.map(|part| dataset.part(part).count());
    assert_eq!(counts, [8, 1, 1], "{:?}", dataset.odd);
    (dir, dataset)
}

/// How often each is said, of all cells.
fn said(grid: &SaidGrid) -> [usize; 3] {
    [Said::Yes, Said::No, Said::Unknown]
        .map(|said| grid.cells().iter().filter(|cell| **cell == said).count())
}

fn all(dataset: &Dataset) -> Vec<(Part, Targets)> {
    let items = dataset.items.iter();
    items
        .map(|item| (item.part, item.targets().unwrap()))
        .collect()
}

#[test]
fn ave_says_what_is_both_heard_and_seen() {
    let (dir, dataset) = written(SceneTask::Localize, DatasetKind::Ave);
    assert_eq!(dataset.labels.len(), 28);
    let rows = std::fs::read_to_string(dir.path().join("Annotations.txt")).unwrap();
    for ((_, targets), row) in all(&dataset).iter().zip(rows.lines().skip(1)) {
        let fields: Vec<&str> = row.split('&').collect();
        let class = dataset.labels.position(fields[0]).unwrap();
        let (start, end): (usize, usize) = (fields[3].parse().unwrap(), fields[4].parse().unwrap());
        for t in 0..10 {
            let wanted = (start..end).contains(&t).then_some(class);
            assert_eq!(targets.event(t), Some(wanted), "{row}, second {t}");
        }
        // What is heard alone, nobody said.
        assert_eq!(said(&targets.heard)[1], 0);
    }
}

#[test]
fn llp_says_the_whole_of_training_clips_and_the_seconds_of_the_others() {
    let (_dir, dataset) = written(SceneTask::Parse, DatasetKind::Llp);
    assert_eq!(dataset.labels.len(), 25);
    for (part, targets) in all(&dataset) {
        let there = targets.somewhere.iter().filter(|s| **s == Said::Yes);
        assert!((1..=3).contains(&there.count()));
        assert!(!targets.somewhere.contains(&Said::Unknown));
        let [yes, _, unknown] = said(&targets.heard);
        match part {
            Part::Train => assert_eq!(unknown, 250, "weak labels say nothing of a second"),
            _ => assert!(unknown == 0 && (yes > 0 || said(&targets.seen)[0] > 0)),
        }
    }
}

/// Asked to, it says the seconds of training clips, too: the same clips, then known wholly.
#[test]
fn llp_says_the_seconds_of_training_clips_where_it_was_asked_to() {
    let [weak, whole] = [false, true].map(|by_seconds| {
        let (_dir, dataset) = labelled(SceneTask::Parse, DatasetKind::Llp, by_seconds);
        all(&dataset)
    });
    for ((part, weak), (_, whole)) in weak.iter().zip(&whole) {
        assert_eq!(weak.somewhere, whole.somewhere, "{part:?}");
        for grid in [&whole.heard, &whole.seen] {
            assert_eq!(said(grid)[2], 0, "{part:?}");
        }
        assert!(said(&whole.heard)[0] + said(&whole.seen)[0] > 0);
        if *part != Part::Train {
            assert_eq!(weak, whole);
        }
    }
}

/// What a model calls otherwise, and at another place, is the same class; what it knows besides happens nowhere; what it does not
/// know and happens is named.
#[test]
fn a_data_set_is_told_in_a_models_words() {
    let (_dir, dataset) = written(SceneTask::Parse, DatasetKind::Llp);
    let own = mettle_core::train::demo_labels();
    let told = dataset.clone().in_words_of(&own).unwrap();
    assert_eq!(told.labels, own);
    let bark = own.position("Bark").unwrap();
    let dog = dataset.labels.position("Dog").unwrap();
    for ((_, before), (_, after)) in all(&dataset).iter().zip(&all(&told)) {
        assert_eq!(after.classes(), own.len());
        assert_eq!(before.somewhere[dog], after.somewhere[bark]);
        for t in 0..10 {
            assert_eq!(before.heard.get(t, dog), after.heard.get(t, bark));
            assert_eq!(before.seen.get(t, dog), after.seen.get(t, bark));
        }
        let there = |all: &[Said]| all.iter().filter(|said| **said == Said::Yes).count();
        assert_eq!(there(&before.somewhere), there(&after.somewhere));
        for (before, after) in [(&before.heard, &after.heard), (&before.seen, &after.seen)] {
            assert_eq!(there(before.cells()), there(after.cells()));
        }
    }
    let strange = dataset.in_words_of(&Labels::new(["Bark"])).unwrap_err();
    assert!(!strange.is_empty() && !strange.iter().any(|label| &**label == "Dog"));
}

/// Two names of one class are one class: what happens by either name happens.
#[test]
fn a_class_that_a_data_set_has_by_two_names_is_one() {
    let (dir, dataset) = written(SceneTask::Parse, DatasetKind::Llp);
    let item = dataset.part(Part::Val).next().unwrap();
    let path = dir.path().join("AVVP_eval_audio.csv");
    let rows = std::fs::read_to_string(&path).unwrap();
    let name = rows.lines().find_map(|row| {
        let name = row.split('\t').next()?;
        name.starts_with(&item.name).then_some(name)
    });
    let name = name.unwrap_or(&item.name);
    let more = format!("{rows}{name}\t0\t3\tDog\n{name}\t2\t5\tBark\n");
    std::fs::write(&path, more).unwrap();
    let dataset = Dataset::open(DatasetKind::Llp, dir.path()).unwrap();
    let own = mettle_core::train::demo_labels();
    let told = dataset.in_words_of(&own).unwrap();
    let targets = told.part(Part::Val).next().unwrap().targets().unwrap();
    let bark = own.position("Bark").unwrap();
    assert_eq!(targets.somewhere[bark], Said::Yes);
    for t in 0..5 {
        assert_eq!(targets.heard.get(t, bark), Said::Yes, "second {t}");
    }
}

#[test]
fn masks_are_read_one_a_clip_in_training_of_one_source_and_all_of_many() {
    for (task, kind, in_training) in [
        (SceneTask::Segment, DatasetKind::S4, 1),
        (SceneTask::SegmentMany, DatasetKind::Ms3, 5),
    ] {
        let (_dir, dataset) = written(task, kind);
        let mut sounding = 0;
        for (part, targets) in all(&dataset) {
            let masks: Vec<_> = targets.masks.iter().flatten().collect();
            let wanted = if part == Part::Train { in_training } else { 5 };
            assert_eq!(masks.len(), wanted, "{kind:?} {part:?}");
            assert!(masks.iter().all(|mask| mask.size == (224, 224)));
            let sounds = masks.iter().flat_map(|mask| &mask.sounds);
            sounding += sounds.filter(|sounds| **sounds).count();
        }
        assert!(sounding > 2000, "{kind:?}: {sounding}");
    }
}

/// The stored frames and the stored sound of a clip are read like any clip: five segments, a picture each, a second of sound each.
#[test]
fn stored_frames_and_sound_are_read_as_a_clip() {
    let (_dir, dataset) = written(SceneTask::SegmentMany, DatasetKind::Ms3);
    let stored = Cut {
        stored_frames: true,
        ..Cut::default()
    };
    let recording = &dataset.items[0].recording;
    let (frames, film) = (
        recording.open(5, stored).unwrap(),
        recording.open(5, Cut::default()).unwrap(),
    );
    assert_ne!(frames.clip.id, film.clip.id);
    let again = recording.open(5, stored).unwrap();
    assert_eq!(frames.clip.id, again.clip.id);
    let pair = ModelBundle::demo().unwrap();
    let device = burn::tensor::Device::flex();
    let pair = pair
        .pair(&device, mettle_core::model::Precision::F32)
        .unwrap();
    let rate = Recipe::of(pair.about()).sample_rate();
    let read = |open: mettle_core::data::OpenRecording| -> Vec<_> {
        let reader = SegmentReader::open(&*open.source, &open.clip, open.spans, rate);
        reader.unwrap().map(Result::unwrap).collect()
    };
    let (frames, film) = (read(frames), read(film));
    assert_eq!((frames.len(), film.len()), (5, 5));
    let power = |sound: &Option<Vec<f32>>| {
        let sound = sound.as_ref().unwrap();
        assert_eq!(sound.len(), rate as usize);
        sound.iter().map(|x| x * x).sum::<f32>()
    };
    for (stored, own) in frames.iter().zip(&film) {
        let picture = stored.frame.as_ref().unwrap();
        assert_eq!((picture.width, picture.height), (224, 224));
        let (a, b) = (power(&stored.sound), power(&own.sound));
        assert!((a - b).abs() < 0.2 * (a + b) + 1.0, "{a} {b}");
    }
    let same = frames.windows(2).all(|two| two[0].frame == two[1].frame);
    assert!(!same, "each second has its own picture");
}
