//! The clip on screen overtakes other work between two steps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mettle_core::base::{ClipId, ContentHash};
use mettle_core::engine::{JobState, ReplyBody, Step};

use super::fake_jobs::{Bench, eventually};

fn clip(byte: u8) -> ClipId {
    ClipId(ContentHash([byte; 32]))
}

#[test]
fn the_clip_on_screen_overtakes_a_long_job_and_the_long_job_goes_on() {
    let bench = Bench::new(64);
    let log = Arc::new(Mutex::new(Vec::new()));
    let (of_long, of_short) = (Arc::clone(&log), Arc::clone(&log));
    let mut steps = 0;
    let long = bench.submit(1, Some(clip(1)), move |_| {
        of_long.lock().expect("log").push("long");
        std::thread::sleep(Duration::from_millis(5));
        steps += 1;
        Ok(if steps < 60 { Step::More } else { Step::Done })
    });
    assert!(eventually(|| log.lock().expect("log").len() >= 3));
    bench.worker.set_foreground(Some(clip(2)));
    let mut left = 5;
    let short = bench.submit(2, Some(clip(2)), move |_| {
        of_short.lock().expect("log").push("short");
        left -= 1;
        Ok(if left > 0 { Step::More } else { Step::Done })
    });
    let replies = bench.until_ended(2);
    assert_eq!((replies[0].job, replies[1].job), (short, long));
    assert!(replies.iter().all(|r| matches!(r.body, ReplyBody::Done)));
    let log = log.lock().expect("log");
    let first = log.iter().position(|who| *who == "short").expect("it ran");
    let run = log[first..].iter().take_while(|who| **who == "short");
    assert_eq!(
        run.count(),
        5,
        "once overtaken, the long job waits: {log:?}"
    );
    assert_eq!(log.iter().filter(|who| **who == "long").count(), 60);
}

#[test]
fn without_a_clip_on_screen_jobs_run_in_the_order_they_came() {
    let bench = Bench::new(64);
    let ids: Vec<_> = (1..=5)
        .map(|n| bench.submit(n, Some(clip(n as u8)), |_| Ok(Step::Done)))
        .collect();
    let ended: Vec<_> = bench.until_ended(5).iter().map(|r| r.job).collect();
    assert_eq!(ended, ids);
}

/// The opening of the file on screen overtakes a folder of openings before it; nobody knows yet which clip it is.
#[test]
fn the_job_the_user_waits_for_overtakes_all_of_the_same_kind() {
    let bench = Bench::new(64);
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().expect("a gate");
    let theirs = Arc::clone(&gate);
    let first = bench.submit(1, None, move |_| {
        drop(theirs.lock());
        Ok(Step::Done)
    });
    let runs = || {
        bench
            .board
            .snapshot()
            .iter()
            .any(|job| job.state == JobState::Running)
    };
    assert!(eventually(runs));
    let waiting: Vec<_> = (2..=9)
        .map(|n| bench.submit(n, None, |_| Ok(Step::Done)))
        .collect();
    bench.worker.set_awaited(Some(waiting[7]));
    drop(held);
    let ended: Vec<_> = bench.until_ended(9).iter().map(|r| r.job).collect();
    assert_eq!(ended[..3], [first, waiting[7], waiting[0]]);
}
