//! Makes `v1.sqlite`: corrections as the program kept them before it had a log. It uses that program's own code and cannot be built
//! with this one; `README.md` beside it says how.

use std::path::Path;

use mettle_core::base::{ClipId, ContentHash};
use mettle_core::project::{Edit, MaskThresholds, Store, Work};

fn clip(number: u8) -> ClipId {
    ClipId(ContentHash([number; 32]))
}

fn own(second: usize, value: f32) -> Edit {
    Edit::MaskThresholdOf {
        second,
        value: Some(value),
    }
}

/// Six steps, the last two taken back. A handle that is held makes one step of several edits.
fn some_steps() -> Work {
    let mut work = Work::default();
    work.edit(Edit::MaskThreshold(0.9), false);
    work.edit(Edit::MaskThreshold(0.123_456_7), true);
    work.edit(own(3, 0.6), false);
    work.edit(own(12, 0.7), false);
    work.edit(Edit::MaskThresholds(MaskThresholds::at(0.4)), false);
    work.edit(own(0, 0.25), false);
    work.edit(Edit::MaskThreshold(0.8), false);
    work.undo();
    work.undo();
    work
}

/// More steps than that program remembered.
fn many_steps() -> Work {
    let mut work = Work::default();
    work.edit(own(59, 0.75), false);
    for step in 1..=510 {
        work.edit(Edit::MaskThreshold(step as f32 / 1024.0), false);
    }
    work
}

fn one_step() -> Work {
    let mut work = Work::default();
    work.edit(Edit::MaskThreshold(0.9), false);
    work
}

fn main() {
    let file = Path::new("v1.sqlite");
    let _ = std::fs::remove_file(file);
    let mut store = Store::open(file).unwrap();
    store.keep(clip(1), &some_steps()).unwrap();
    store.keep(clip(2), &many_steps()).unwrap();
    store.keep(clip(3), &one_step()).unwrap();
    store.keep(clip(4), &one_step()).unwrap();
    drop(store);
    // What only another program could have written.
    let direct = rusqlite::Connection::open(file).unwrap();
    let odd = r#"UPDATE work SET done = '[{"odd":1}]' WHERE clip LIKE '0303%'"#;
    direct.execute(odd, []).unwrap();
    direct.execute_batch("VACUUM").unwrap();
}
