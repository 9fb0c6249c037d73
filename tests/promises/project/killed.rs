//! A program killed at any moment of an editing session loses no edit it was told is kept, and leaves a file that opens.

use std::path::Path;
use std::time::Duration;

use mettle_core::project::Store;
use rand::{RngExt, SeedableRng};

use super::processes::{lines, program};
use super::scope;
use super::script::{CLIP, Model};

/// How often a session is killed; the environment may ask for more.
fn rounds() -> u32 {
    let asked = std::env::var("METTLE_TEST_ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(20)
}

fn count(file: &Path, sql: &str) -> i64 {
    let direct = rusqlite::Connection::open(file).expect("opens");
    direct.query_row(sql, [], |row| row.get(0)).expect("counts")
}

#[test]
fn no_edit_said_to_be_kept_is_lost_however_the_program_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut known = 0;
    for round in 0..rounds() {
        let mut child = program(&file, &format!("edit-from {}", known + 1))
            .spawn()
            .expect("starts");
        let said = lines(&mut child);
        // From before it has opened the file to well within its edits.
        std::thread::sleep(Duration::from_micros(rng.random_range(0..200_000)));
        child.kill().expect("killed");
        let status = child.wait().expect("ended");
        assert!(!status.success(), "it was at work until it was killed");
        let acknowledged = said.last().map_or(known, |n| n.parse().expect("a number"));
        let mut store = Store::open(&file).unwrap_or_else(|e| panic!("round {round}: {e}"));
        let found = store.read(scope(CLIP)).expect("reads");
        let rows = count(&file, "SELECT COUNT(*) FROM edits");
        assert_eq!(
            rows,
            count(&file, "SELECT COALESCE(MAX(seq), 0) FROM edits")
        );
        assert!(
            rows == acknowledged || rows == acknowledged + 1,
            "round {round}: {acknowledged} edits were said to be kept, {rows} are"
        );
        assert_eq!(found, Model::after(rows).now, "round {round}, {rows} edits");
        let whole = "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";
        assert_eq!(count(&file, whole), 1, "round {round}");
        known = rows;
    }
    println!("{} rounds, {known} edits kept", rounds());
    assert!(known > 20, "edits were made between the kills: {known}");
}
