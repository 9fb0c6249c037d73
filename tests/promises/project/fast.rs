//! An edit costs the same after ten thousand others of the same clip as it did at first.

use std::time::{Duration, Instant};

use mettle_core::base::{Modality, Said};
use mettle_core::project::Store;

use super::{of_clip, say, scope, span};

/// The middle one: a pause of the machine in a few of them makes no difference.
fn middle(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

#[test]
fn the_ten_thousandth_edit_is_as_fast_as_the_first() {
    // In memory where there is such a folder: the disk's own time is the same for each and hides the rest.
    let memory = std::path::Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let file = folder.path().join("project.sqlite");
    let mut store = Store::open(&file).expect("opens");
    let mut times = Vec::new();
    for number in 0..10_000_u64 {
        let from = number as i64 * 20;
        let word = say(
            number + 1,
            Modality::Audible,
            span(from, from + 15),
            Said::Yes,
        );
        let begun = Instant::now();
        let kept = store.edit(&of_clip(1, word), false).expect("kept");
        times.push(begun.elapsed());
        assert_eq!(kept.len(), 1);
    }
    let (first, last) = (middle(&times[..500]), middle(&times[9500..]));
    let begun = Instant::now();
    store.undo(scope(1)).expect("kept");
    let undo = begun.elapsed();
    println!("first 500: {first:?}, last 500: {last:?}, undo: {undo:?}");
    assert!(
        last < first * 3,
        "the first took {first:?}, the last {last:?}"
    );
    drop(store);
    let mut store = Store::open(&file).expect("opens");
    let found = store.read(scope(1)).expect("reads");
    assert_eq!(found.statements.len(), 9_999);
    for left in (0..9_999).rev().take(600) {
        store.undo(scope(1)).expect("kept");
        assert_eq!(
            store.read(scope(1)).expect("reads").statements.len(),
            left,
            "no end of the way back"
        );
    }
}
