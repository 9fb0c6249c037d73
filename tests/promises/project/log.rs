//! The log: everything can be taken back and done again, across restarts, and nothing is ever taken out of it.

use mettle_core::project::{Change, Corrections, Edit, Kind, Scope, Store, ThresholdOf, text_of};
use proptest::prelude::*;

use super::script::{CLIP, Model, Step, step};
use super::{of_clip, scope};
use mettle_core::base::{Modality, TimeSpan};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("project.sqlite")).expect("opens");
    (folder, store)
}

fn reopened(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("project.sqlite")).expect("opens")
}

fn edits() -> impl Strategy<Value = Change> {
    let scripted = (1..400_i64).prop_filter_map("an edit", |n| match step(n) {
        Step::Edit(change) => Some(change),
        Step::Undo | Step::Redo => None,
    });
    let value = 0.0..=1.0_f32;
    prop_oneof![
        scripted,
        value.clone().prop_map(Change::MaskThreshold),
        (0..6_u32, proptest::option::of(value.clone())).prop_map(|(second, value)| {
            Change::MaskThresholdOf {
                span: TimeSpan::of_second(second),
                value,
            }
        }),
        Just(Change::OneMaskThreshold),
        (0..6_u32, any::<bool>()).prop_map(|(second, reviewed)| Change::Review {
            span: TimeSpan::of_second(second),
            reviewed,
        }),
        proptest::option::of(value).prop_map(|value| Change::Threshold {
            of: ThresholdOf {
                label: None,
                modality: Some(Modality::Visible)
            },
            value,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// Taking everything back gives what was there at first, doing it again what was there at last, also in a new run.
    #[test]
    fn every_edit_can_be_taken_back_and_done_again(edits in proptest::collection::vec((edits(), any::<bool>()), 0..20)) {
        let (folder, mut store) = store();
        for (change, joins) in edits {
            store.edit(&of_clip(1, change), joins).expect("kept");
        }
        let after = store.read(scope(1)).expect("reads");
        drop(store);
        let mut store = reopened(&folder);
        prop_assert_eq!(&store.read(scope(1)).expect("reads"), &after);
        let mut steps = 0;
        while !store.undo(scope(1)).expect("kept").is_empty() {
            steps += 1;
        }
        prop_assert_eq!(&store.read(scope(1)).expect("reads"), &Corrections::default());
        drop(store);
        let mut store = reopened(&folder);
        for _ in 0..steps {
            prop_assert_eq!(store.redo(scope(1)).expect("kept").len(), 1);
        }
        prop_assert_eq!(&store.read(scope(1)).expect("reads"), &after);
        prop_assert!(store.redo(scope(1)).expect("kept").is_empty());
    }
}

#[test]
fn a_session_ends_as_it_does_without_a_file() {
    let (folder, mut store) = store();
    for n in 1..=60 {
        let kept = match step(n) {
            Step::Edit(change) => store.edit(&of_clip(CLIP, change), false),
            Step::Undo => store.undo(scope(CLIP)),
            Step::Redo => store.redo(scope(CLIP)),
        };
        assert_eq!(kept.expect("kept").len(), 1);
    }
    let model = Model::after(60).now;
    assert_eq!(store.read(scope(CLIP)).expect("reads"), model);
    drop(store);
    assert_eq!(reopened(&folder).read(scope(CLIP)).expect("reads"), model);
}

#[test]
fn turns_of_the_wheel_are_taken_back_as_one() {
    let (_folder, mut store) = store();
    let own = |second, value| Change::MaskThresholdOf {
        span: TimeSpan::of_second(second),
        value,
    };
    store
        .edit(&of_clip(1, Change::MaskThreshold(0.6)), false)
        .expect("kept");
    for value in [0.61, 0.65, 0.7] {
        store
            .edit(&of_clip(1, Change::MaskThreshold(value)), true)
            .expect("kept");
    }
    store
        .edit(&of_clip(1, own(2, Some(0.9))), true)
        .expect("kept");
    let undone = store.undo(scope(1)).expect("kept");
    let keys: Vec<_> = undone[0].set.iter().map(|(key, _)| *key).collect();
    assert_eq!(text_of(&keys), "mask threshold of second 2");
    let clip = |store: &mut Store| store.read(scope(1)).expect("reads").mask_thresholds.clip;
    assert_eq!(clip(&mut store), 0.7);
    store.undo(scope(1)).expect("kept");
    assert_eq!(clip(&mut store), 0.5, "all turns at once");
    store.redo(scope(1)).expect("kept");
    assert_eq!(clip(&mut store), 0.7);
    let same = store
        .edit(&of_clip(1, Change::MaskThreshold(0.7)), false)
        .expect("kept");
    assert_eq!(same, [], "nothing changed");
    assert_eq!(
        store.redo(scope(1)).expect("kept").len(),
        1,
        "and nothing was forgotten"
    );
}

#[test]
fn a_clips_history_is_its_own_and_the_project_has_one_too() {
    let (_folder, mut store) = store();
    store
        .edit(&of_clip(1, Change::MaskThreshold(0.3)), false)
        .expect("kept");
    store
        .edit(&of_clip(2, Change::MaskThreshold(0.4)), false)
        .expect("kept");
    let project = Edit {
        of: Scope::Project,
        change: Change::Threshold {
            of: ThresholdOf::default(),
            value: Some(0.25),
        },
    };
    store.edit(&project, false).expect("kept");
    store.undo(scope(1)).expect("kept");
    assert!(store.undo(scope(1)).expect("kept").is_empty());
    assert_eq!(
        store.read(scope(2)).expect("reads").mask_thresholds.clip,
        0.4
    );
    let whole = store.read(Scope::Project).expect("reads");
    assert_eq!(whole.thresholds[&ThresholdOf::default()], 0.25);
    assert_eq!(
        store.undo(Scope::Project).expect("kept")[0].kind,
        Kind::Undo
    );
}

#[test]
fn nothing_is_ever_taken_out_of_the_log() {
    let (folder, mut store) = store();
    for value in [0.3, 0.4] {
        store
            .edit(&of_clip(1, Change::MaskThreshold(value)), false)
            .expect("kept");
    }
    store.undo(scope(1)).expect("kept");
    store
        .edit(&of_clip(1, Change::MaskThreshold(0.6)), false)
        .expect("kept");
    let direct = rusqlite::Connection::open(folder.path().join("project.sqlite")).expect("opens");
    let rows: i64 = direct
        .query_row("SELECT COUNT(*) FROM edits", [], |row| row.get(0))
        .expect("counts");
    assert_eq!(
        rows, 4,
        "the edit taken back, its undoing and the one after it"
    );
    for sql in [
        "DELETE FROM edits",
        "UPDATE edits SET kind = 0",
        "DELETE FROM changes",
        "UPDATE changes SET number = 0",
    ] {
        let said = direct.execute(sql, []).expect_err("refused").to_string();
        assert!(said.contains("the log stays as it is"), "{sql}: {said}");
    }
}
