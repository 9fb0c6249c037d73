//! Cancelling ends a job within the step it is in; a queued job never starts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mettle_core::engine::{ReplyBody, Step};

use super::fake_jobs::{Bench, eventually};

#[test]
fn a_running_job_ends_within_a_step() {
    let bench = Bench::new(64);
    let steps = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&steps);
    let id = bench.submit(1, None, move |_| {
        std::thread::sleep(Duration::from_millis(30));
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(Step::More)
    });
    assert!(eventually(|| steps.load(Ordering::SeqCst) >= 2));
    let asked = Instant::now();
    bench.worker.cancel(id);
    let before = steps.load(Ordering::SeqCst);
    let replies = bench.until_ended(1);
    assert!(matches!(replies[0].body, ReplyBody::Cancelled));
    // The step in hand may still be counted; no other begins.
    assert!(steps.load(Ordering::SeqCst) <= before + 1);
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
    assert!(bench.is_quiet());
}

#[test]
fn a_long_step_can_notice_the_wish_and_end_early() {
    let bench = Bench::new(64);
    let id = bench.submit(1, None, |context| {
        let begin = Instant::now();
        while !context.is_cancelled() {
            assert!(begin.elapsed() < Duration::from_secs(20), "never told");
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Step::Done)
    });
    std::thread::sleep(Duration::from_millis(20));
    bench.worker.cancel(id);
    assert!(matches!(bench.until_ended(1)[0].body, ReplyBody::Cancelled));
}

#[test]
fn a_queued_job_never_starts() {
    let bench = Bench::new(64);
    let gate = crossbeam_channel::bounded::<()>(0);
    let opened = gate.1;
    bench.submit(1, None, move |_| {
        let _ = opened.recv_timeout(super::fake_jobs::PATIENCE);
        Ok(Step::Done)
    });
    let queued = bench.submit(2, None, |_| panic!("a cancelled job was started"));
    bench.worker.cancel(queued);
    gate.0.send(()).expect("the first job waits");
    let replies = bench.until_ended(2);
    let of_queued: Vec<_> = replies.iter().filter(|r| r.job == queued).collect();
    assert_eq!(of_queued.len(), 1);
    assert!(matches!(of_queued[0].body, ReplyBody::Cancelled));
}
