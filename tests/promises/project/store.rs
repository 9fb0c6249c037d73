//! The project's file: there after a restart, left alone where it is another program's or a newer one's, plain about what is wrong.

use std::sync::Arc;

use mettle_core::base::{LabelId, Said, Time, TimeSpan};
use mettle_core::project::{
    Change, Class, ClipFacts, Corrections, Edit, ReadOnly, RunLengths, Scope, Store, StoreError,
    ThresholdOf,
};

use super::{MODALITIES, clip, dog, of_clip, say, scope, span};

/// One of each kind of thing that can be decided.
fn everything() -> Vec<Change> {
    let second = TimeSpan::of_second(3);
    let mask = RunLengths {
        height: 2,
        width: 150,
        runs: vec![0, 130, 170],
    };
    let mut changes: Vec<Change> = MODALITIES
        .into_iter()
        .zip([Said::Yes, Said::No, Said::No])
        .enumerate()
        .map(|(n, (modality, said))| {
            say(
                n as u64,
                modality,
                span(n as i64 * 30, n as i64 * 30 + 25),
                said,
            )
        })
        .collect();
    changes.extend([
        Change::Mask {
            span: second,
            label: dog(),
            mask: Some(Arc::new(mask)),
        },
        Change::MaskThreshold(0.123_456_7),
        Change::MaskThresholdOf {
            span: second,
            value: Some(0.6),
        },
        Change::Flag {
            span: second,
            note: Some("hören wir später, 測試".into()),
        },
        Change::Review {
            span: TimeSpan::of_second(4),
            reviewed: true,
        },
    ]);
    let whose = [None, Some(MODALITIES[0]), Some(MODALITIES[1])];
    changes.extend([None, Some(dog())].into_iter().flat_map(|label| {
        whose.map(|modality| Change::Threshold {
            of: ThresholdOf { label, modality },
            value: Some(0.4),
        })
    }));
    let class = Class {
        name: "Hound".into(),
        color: Some([1, 200, 255]),
        merged_into: Some(LabelId::named("Cat")),
    };
    changes.push(Change::Class {
        label: dog(),
        class: Some(class),
    });
    changes
}

#[test]
fn everything_decided_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("of the user's/測試.sqlite");
    let mut model = Corrections::default();
    let mut store = Store::open(&file).expect("opens");
    assert_eq!(store.read(scope(1)).expect("reads"), Corrections::default());
    for change in everything() {
        let edit = of_clip(1, change);
        edit.apply(&mut model);
        assert_eq!(store.edit(&edit, false).expect("kept").len(), 1);
    }
    assert_eq!(model.items().count(), everything().len());
    drop(store);
    let mut store = Store::open(&file).expect("opens");
    assert_eq!(store.read(scope(1)).expect("reads"), model);
    assert_eq!(store.read(scope(2)).expect("reads"), Corrections::default());
    for _ in everything() {
        store.undo(scope(1)).expect("kept");
    }
    assert_eq!(store.read(scope(1)).expect("reads"), Corrections::default());
}

#[test]
fn a_clip_is_known_by_its_content_and_where_it_lay_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut store = Store::open(&file).expect("opens");
    for path in ["/clips/dog.mp4", "/moved/測試 dog.mp4"] {
        let duration = Time::from_micros(9_500_000);
        store.know(ClipFacts {
            id: clip(1),
            path: path.into(),
            duration,
        });
        let value = if path.starts_with("/c") { 0.3 } else { 0.4 };
        store
            .edit(&of_clip(1, Change::MaskThreshold(value)), false)
            .expect("kept");
    }
    let direct = rusqlite::Connection::open(&file).expect("opens");
    let sql = "SELECT COUNT(*), MAX(path), MAX(duration_us) FROM clips";
    let row: (i64, String, i64) = direct
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("reads");
    assert_eq!(row, (1, "/moved/測試 dog.mp4".into(), 9_500_000));
}

#[test]
fn a_file_of_someone_elses_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    std::fs::write(&file, "not a database, but long enough to look into").expect("writes");
    let said = Store::open(&file).expect_err("refused").to_string();
    assert!(
        said.contains("project.sqlite") && said.contains("move it away"),
        "{said}"
    );
    let text = std::fs::read_to_string(&file).expect("reads");
    assert!(text.starts_with("not a database"));

    for (name, sql) in [
        ("none", "CREATE TABLE bookmarks (url TEXT)"),
        (
            "one",
            "CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1",
        ),
        (
            "two",
            "CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 2",
        ),
        (
            "many",
            "CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 77",
        ),
    ] {
        let file = folder.path().join(name);
        let theirs = rusqlite::Connection::open(&file).expect("opens");
        theirs.execute_batch(sql).expect("makes");
        drop(theirs);
        let before = std::fs::read(&file).expect("reads");
        let said = Store::open(&file).expect_err("refused");
        assert!(matches!(said, StoreError::NotOurs { .. }), "{name}: {said}");
        assert_eq!(std::fs::read(&file).expect("reads"), before, "{name}");
    }
}

#[test]
fn a_file_of_a_newer_program_is_shown_and_not_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut store = Store::open(&file).expect("opens");
    store
        .edit(&of_clip(1, Change::MaskThreshold(0.3)), false)
        .expect("kept");
    drop(store);
    let newer = rusqlite::Connection::open(&file).expect("opens");
    newer
        .execute_batch(
            "PRAGMA user_version = 3; ALTER TABLE items ADD COLUMN mood TEXT;
            INSERT INTO items (clip, kind, key, mood) VALUES (1, 99, x'00', 'glad')",
        )
        .expect("a newer program's");
    drop(newer);
    let mut store = Store::open(&file).expect("opens");
    let why = store.read_only().expect("to be read").clone();
    assert!(matches!(why, ReadOnly::Newer { found: 3, .. }));
    assert!(why.to_string().contains("newer Mettle Studio"), "{why}");
    assert_eq!(
        store.read(scope(1)).expect("reads").mask_thresholds.clip,
        0.3
    );
    let said = store
        .edit(&of_clip(1, Change::MaskThreshold(0.4)), false)
        .expect_err("refused");
    assert_eq!(said.to_string(), why.to_string());
    assert!(store.undo(scope(1)).is_err());
}

#[test]
fn an_unreadable_row_names_its_clip_and_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut store = Store::open(&file).expect("opens");
    for number in [7, 8] {
        let edit = of_clip(number, Change::MaskThreshold(0.3));
        store.edit(&edit, false).expect("kept");
    }
    drop(store);
    let direct = rusqlite::Connection::open(&file).expect("opens");
    let odd = "UPDATE items SET number = NULL WHERE clip = (SELECT id FROM clips WHERE hash = x'0707070707070707070707070707070707070707070707070707070707070707')";
    assert_eq!(direct.execute(odd, []).expect("made odd"), 1);
    let mut store = Store::open(&file).expect("opens");
    let said = store.read(scope(7)).expect_err("odd").to_string();
    assert!(
        said.contains("0707") && said.contains("left as they are"),
        "{said}"
    );
    let edit = of_clip(7, Change::MaskThreshold(0.9));
    assert!(
        store.edit(&edit, false).is_err(),
        "what cannot be read is not written over"
    );
    let same: Option<f64> = direct
        .query_row("SELECT number FROM items WHERE number IS NULL", [], |row| {
            row.get(0)
        })
        .expect("there");
    assert_eq!(same, None);
    assert_eq!(
        store.read(scope(8)).expect("reads").mask_thresholds.clip,
        0.3
    );
    let project = Edit {
        of: Scope::Project,
        change: Change::Threshold {
            of: ThresholdOf::default(),
            value: Some(0.1),
        },
    };
    assert_eq!(
        store.edit(&project, false).expect("kept").len(),
        1,
        "and the rest goes on"
    );
}
