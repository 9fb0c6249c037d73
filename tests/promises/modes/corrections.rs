//! What the user decides about a clip: every edit can be taken back and done again, and is there after a restart.

use mettle_core::base::{ClipId, ContentHash, HeadId, Labels, TimeSpan};
use mettle_core::model::Precision;
use mettle_core::predict::{
    Detail, Prediction, PredictionKey, ProbabilityMap, Thresholds, tracks_of, winner,
};
use mettle_core::project::{Corrections, Edit, MaskThresholds, Store, StoreError, Work};
use proptest::prelude::*;

fn own(second: usize, value: Option<f32>) -> Edit {
    Edit::MaskThresholdOf { second, value }
}

#[test]
fn a_second_follows_the_clip_unless_it_has_its_own() {
    let mut corrections = Corrections::default();
    assert_eq!(corrections.masks.of(3), 0.5, "the paper's threshold");
    corrections.apply(Edit::MaskThreshold(0.4));
    corrections.apply(own(3, Some(0.7)));
    assert_eq!(
        (corrections.masks.of(2), corrections.masks.of(3)),
        (0.4, 0.7)
    );
    corrections.apply(own(3, None));
    assert_eq!(corrections.masks.of(3), 0.4);
    corrections.apply(Edit::MaskThreshold(7.0));
    assert_eq!(corrections.masks.clip, 1.0, "no threshold leaves 0 to 1");
}

/// Four seconds whose highest probabilities are 0.3, 0.5, 0.6 and 0.9.
fn masked() -> Prediction {
    let highest = [0.3, 0.5, 0.6, 0.9];
    let masks = highest.map(|p| ProbabilityMap::new(2, 2, [p, 0.1, 0.1, 0.0]));
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Sounding object"]),
        segments: TimeSpan::seconds_of(mettle_core::base::Time::from_micros(4_000_000)),
        scores: masks.iter().map(|mask| vec![mask.highest()]).collect(),
        familiarity: vec![1.0; 4],
        detail: Detail::Segmented {
            masks: masks.into(),
        },
    }
}

/// A second has an event exactly where its mask has a place: strictly above the second's own threshold.
#[test]
fn events_of_masks_follow_the_thresholds_of_their_seconds() {
    let prediction = masked();
    let mut thresholds = Thresholds::at(0.99);
    let seconds = |thresholds: &Thresholds| -> Vec<bool> {
        (0..4)
            .map(|second| winner(&prediction, thresholds, second).is_some())
            .collect()
    };
    assert_eq!(seconds(&thresholds), [false, false, true, true]);
    thresholds.masks.seconds.extend([(0, 0.2), (3, 0.95)]);
    assert_eq!(seconds(&thresholds), [true, false, true, false]);
    for (second, has) in seconds(&thresholds).into_iter().enumerate() {
        let mask = prediction.mask(second).unwrap();
        let above = mask.above(thresholds.masks.of(second));
        assert_eq!(above.contains(&true), has, "second {second}");
    }
    assert_eq!(tracks_of(&prediction, &thresholds)[0].events.len(), 2);
}

#[test]
fn a_held_handle_is_one_step_back() {
    let mut work = Work::default();
    work.edit(Edit::MaskThreshold(0.6), false);
    for value in [0.61, 0.65, 0.7] {
        work.edit(Edit::MaskThreshold(value), true);
    }
    work.edit(own(2, Some(0.9)), true);
    assert_eq!(work.undo().as_deref(), Some("mask threshold of second 2"));
    assert_eq!(work.corrections.masks, MaskThresholds::at(0.7));
    assert_eq!(work.undo().as_deref(), Some("mask threshold"));
    assert_eq!(work.corrections, Corrections::default());
    assert_eq!(work.undo(), None);
    work.redo();
    assert_eq!(work.corrections.masks, MaskThresholds::at(0.7));
    assert!(
        !work.edit(Edit::MaskThreshold(0.7), false),
        "nothing changed"
    );
    assert!(work.redo().is_some(), "and nothing was forgotten");
}

fn edits() -> impl Strategy<Value = Edit> {
    let value = 0.0..=1.0_f32;
    prop_oneof![
        value.clone().prop_map(Edit::MaskThreshold),
        (0..6_usize, proptest::option::of(value.clone())).prop_map(|(s, v)| own(s, v)),
        value.prop_map(|v| Edit::MaskThresholds(MaskThresholds::at(v))),
    ]
}

proptest! {
    /// Taking everything back gives what was there before, doing it again what was there after, to the bit.
    #[test]
    fn every_edit_can_be_taken_back_and_done_again(
        edits in proptest::collection::vec((edits(), any::<bool>()), 0..40)
    ) {
        let mut work = Work::default();
        let mut steps = 0;
        for (edit, goes_on) in edits {
            work.edit(edit, goes_on);
        }
        let after = work.corrections.clone();
        while work.undo().is_some() {
            steps += 1;
        }
        prop_assert_eq!(&work.corrections, &Corrections::default());
        for _ in 0..steps {
            prop_assert!(work.redo().is_some());
        }
        prop_assert_eq!(&work.corrections, &after);
        prop_assert!(work.redo().is_none());
    }
}

#[test]
fn corrections_and_the_way_back_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("of the user's/測試.sqlite");
    let (one, two) = (ClipId(ContentHash([1; 32])), ClipId(ContentHash([2; 32])));
    let mut work = Work::default();
    work.edit(Edit::MaskThreshold(0.123_456_7), false);
    work.edit(own(3, Some(0.6)), false);
    work.edit(own(4, Some(0.7)), false);
    work.undo();
    let mut store = Store::open(&file).unwrap();
    assert_eq!(store.work(one).unwrap(), Work::default());
    store.keep(one, &work).unwrap();
    // A second window has the same file open, and the first never closes it.
    let other = Store::open(&file).unwrap();
    let mut again = other.work(one).unwrap();
    assert_eq!(again, work);
    assert_eq!(other.work(two).unwrap(), Work::default());
    again.redo();
    assert_eq!(again.corrections.masks.of(4), 0.7);
    (0..3).for_each(|_| drop(again.undo()));
    assert_eq!(again.corrections, Corrections::default());
}

#[test]
fn a_file_of_someone_elses_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corrections.sqlite");
    std::fs::write(&file, "not a database, but long enough to look into").unwrap();
    let said = Store::open(&file).unwrap_err();
    assert!(matches!(said, StoreError::File { .. }), "{said}");
    assert!(said.to_string().contains("corrections.sqlite"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("not a database"));

    let file = folder.path().join("newer.sqlite");
    drop(Store::open(&file).unwrap());
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 2).unwrap();
    let said = Store::open(&file).unwrap_err().to_string();
    assert!(said.contains("newer Mettle Studio"), "{said}");
}

#[test]
fn an_unreadable_row_names_its_clip_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corrections.sqlite");
    let clip = ClipId(ContentHash([7; 32]));
    let mut store = Store::open(&file).unwrap();
    store.keep(clip, &Work::default()).unwrap();
    let direct = rusqlite::Connection::open(&file).unwrap();
    direct
        .execute("UPDATE work SET done = '[{\"odd\":1}]'", [])
        .unwrap();
    let said = store.work(clip).unwrap_err().to_string();
    assert!(
        said.contains("0707") && said.contains("left as they are"),
        "{said}"
    );
}
