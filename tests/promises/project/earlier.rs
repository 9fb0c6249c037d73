//! What the program kept before it had a log is carried over, with the way back and the way forth again.

use std::path::{Path, PathBuf};

use mettle_core::base::TimeSpan;
use mettle_core::project::{MaskThresholds, Store};
use mettle_tests::tree::root;

use super::scope;

/// A copy of a file that version 1 wrote; `tests/golden/project/make` has how.
fn copy(folder: &Path) -> PathBuf {
    let file = folder.join("corrections.sqlite");
    std::fs::copy(root().join("tests/golden/project/v1.sqlite"), &file).expect("copied");
    file
}

fn thresholds(clip: f32, seconds: &[(u32, f32)]) -> MaskThresholds {
    let mut all = MaskThresholds::at(clip);
    for (second, value) in seconds {
        all.set(TimeSpan::of_second(*second), *value);
    }
    all
}

/// The steps of clip 1, as the generator took them.
fn steps() -> [MaskThresholds; 7] {
    [
        thresholds(0.5, &[]),
        thresholds(0.123_456_7, &[]),
        thresholds(0.123_456_7, &[(3, 0.6)]),
        thresholds(0.123_456_7, &[(3, 0.6), (12, 0.7)]),
        thresholds(0.4, &[]),
        thresholds(0.4, &[(0, 0.25)]),
        thresholds(0.8, &[(0, 0.25)]),
    ]
}

#[test]
fn a_file_of_the_first_version_goes_on_where_it_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = copy(folder.path());
    let mut store = Store::open(&file).expect("opens");
    assert_eq!(store.read_only(), None);
    let now = |store: &mut Store, clip| store.read(scope(clip)).expect("reads").mask_thresholds;
    let steps = steps();
    // The generator took the last two back.
    assert_eq!(now(&mut store, 1), steps[4]);
    for step in &steps[5..] {
        assert_eq!(store.redo(scope(1)).expect("kept").len(), 1);
        assert_eq!(now(&mut store, 1), *step);
    }
    assert!(store.redo(scope(1)).expect("kept").is_empty());
    drop(store);
    let mut store = Store::open(&file).expect("opens");
    for step in steps[..6].iter().rev() {
        assert_eq!(store.undo(scope(1)).expect("kept").len(), 1);
        assert_eq!(now(&mut store, 1), *step);
    }
    assert!(store.undo(scope(1)).expect("kept").is_empty());
}

/// Version 1 forgot what lay more than 500 edits back: how things stood then is carried over, and cannot be taken back.
#[test]
fn what_was_forgotten_before_stays_as_it_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(&copy(folder.path())).expect("opens");
    let now = |store: &mut Store| store.read(scope(2)).expect("reads").mask_thresholds;
    assert_eq!(now(&mut store), thresholds(510.0 / 1024.0, &[(59, 0.75)]));
    let mut taken_back = 0;
    while !store.undo(scope(2)).expect("kept").is_empty() {
        taken_back += 1;
    }
    assert_eq!(taken_back, 500);
    assert_eq!(now(&mut store), thresholds(10.0 / 1024.0, &[(59, 0.75)]));
}

#[test]
fn a_row_that_cannot_be_read_stays_and_says_so_and_the_others_are_carried_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = copy(folder.path());
    let mut store = Store::open(&file).expect("opens");
    let said = store.read(scope(3)).expect_err("odd").to_string();
    assert!(
        said.contains("0303") && said.contains("left as they are"),
        "{said}"
    );
    assert_eq!(
        store.read(scope(4)).expect("reads").mask_thresholds.clip,
        0.9
    );
    let direct = rusqlite::Connection::open(&file).expect("opens");
    let rows: i64 = direct
        .query_row("SELECT COUNT(*) FROM work_v1", [], |row| row.get(0))
        .expect("counts");
    assert_eq!(rows, 4, "what version 1 wrote is still there");
}

/// Both windows of a new program find a file of the old one.
#[test]
fn two_windows_carry_it_over_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = copy(folder.path());
    let windows: Vec<_> = (0..4)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || Store::open(&file).map(drop))
        })
        .collect();
    for window in windows {
        window.join().expect("ends").expect("opens");
    }
    let mut store = Store::open(&file).expect("opens");
    assert_eq!(
        store.read(scope(1)).expect("reads").mask_thresholds,
        steps()[4]
    );
    for _ in 0..4 {
        store.undo(scope(1)).expect("kept");
    }
    assert!(
        store.undo(scope(1)).expect("kept").is_empty(),
        "not carried over twice"
    );
}
