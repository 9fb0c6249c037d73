//! While a clip is worked on, the next one is begun, so that it is decoded meanwhile: one ahead, whatever waits behind it. The order of
//! results stays, and so does a cancellation.

use std::sync::{Arc, Mutex};

use mettle_core::base::{ClipId, ContentHash};
use mettle_core::engine::{JobId, Reply, ReplyBody, Step};

use super::fake_jobs::{Bench, is_end};

fn clip(byte: u8) -> ClipId {
    ClipId(ContentHash([byte; 32]))
}

/// What runs, in order: the steps' jobs.
type Log = Arc<Mutex<Vec<u64>>>;

/// Jobs of these clips, each of three steps, numbered from 1, all handed in before the first runs.
fn run(clips: &[u8], cancelled: Option<u64>) -> (Vec<u64>, Vec<(JobId, bool)>) {
    let bench = Bench::new(64);
    let log = Log::default();
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().expect("a gate");
    let theirs = Arc::clone(&gate);
    bench.submit(0, None, move |_| {
        drop(theirs.lock());
        Ok(Step::Done)
    });
    for (number, byte) in (1..).zip(clips) {
        let (log, mut left) = (Arc::clone(&log), 3);
        bench.submit_ahead(number, Some(clip(*byte)), move |_| {
            log.lock().expect("log").push(number);
            left -= 1;
            Ok(if left > 0 { Step::More } else { Step::Done })
        });
    }
    if let Some(number) = cancelled {
        bench.worker.cancel(JobId(number));
    }
    drop(held);
    let replies = bench.until_ended(clips.len() + 1);
    // A cancelled job may end before the one that held the gate.
    let theirs = |reply: &&Reply| reply.job != JobId(0) && is_end(&reply.body);
    let ends = replies.iter().filter(theirs);
    let ends = ends.map(|reply| (reply.job, matches!(reply.body, ReplyBody::Done)));
    let ends = ends.collect();
    let log = log.lock().expect("log").clone();
    (log, ends)
}

#[test]
fn the_next_clip_is_begun_while_one_is_worked_on_and_no_more_than_that() {
    let (log, ends) = run(&[1, 2, 3, 4], None);
    assert_eq!(log, [1, 2, 1, 1, 3, 2, 2, 4, 3, 3, 4, 4]);
    let order: Vec<u64> = ends.iter().map(|(job, _)| job.0).collect();
    assert_eq!(order, [1, 2, 3, 4]);
    assert!(ends.iter().all(|(_, done)| *done));
}

/// What the first keeps of its clip, a second task of the same clip reads: it is not begun before that is there.
#[test]
fn another_task_of_the_same_clip_is_not_begun_ahead() {
    let (log, _) = run(&[1, 1, 2], None);
    assert_eq!(log, [1, 3, 1, 1, 2, 2, 2, 3, 3]);
}

#[test]
fn a_cancelled_clip_is_not_begun_and_the_one_after_it_is() {
    let (log, ends) = run(&[1, 2, 3], Some(2));
    assert_eq!(log, [1, 3, 1, 1, 3, 3]);
    assert!(ends.contains(&(JobId(2), false)));
}
