//! A window that reads late slows the workers down; it neither deadlocks them nor loses a reply.

use std::time::{Duration, Instant};

use mettle_core::engine::{ReplyBody, Step};

use super::fake_jobs::{Bench, eventually};
use super::job_ends_once::part;

#[test]
fn nothing_is_lost_when_the_reader_is_late() {
    let bench = Bench::new(4);
    let mut left = 100;
    bench.submit(1, None, move |context| {
        context.reply(part());
        left -= 1;
        Ok(if left > 0 { Step::More } else { Step::Done })
    });
    assert!(eventually(|| bench.replies.is_full()));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(
        bench.board.snapshot().len(),
        1,
        "the job waits for the reader"
    );
    let replies = bench.until_ended(1);
    assert_eq!(replies.len(), 101);
    assert!(matches!(replies[100].body, ReplyBody::Done));
}

#[test]
fn a_job_that_waits_for_the_reader_can_be_cancelled_and_its_end_arrives() {
    let bench = Bench::new(2);
    let job = bench.submit(1, None, |context| {
        context.reply(part());
        Ok(Step::More)
    });
    assert!(eventually(|| bench.replies.is_full()));
    bench.worker.cancel(job);
    std::thread::sleep(Duration::from_millis(100));
    let replies = bench.until_ended(1);
    assert!(matches!(
        replies.last().map(|r| &r.body),
        Some(ReplyBody::Cancelled)
    ));
}

#[test]
fn dropping_the_worker_never_waits_for_the_reader() {
    let bench = Bench::new(1);
    bench.submit(1, None, |context| {
        context.reply(part());
        Ok(Step::More)
    });
    assert!(eventually(|| bench.replies.is_full()));
    let begin = Instant::now();
    drop(bench.worker);
    assert!(begin.elapsed() < Duration::from_millis(100));
    // The thread lets go of its end of the channel: it has stopped.
    while bench.replies.try_recv().is_ok() {}
    assert!(eventually(|| matches!(
        bench.replies.try_recv(),
        Err(crossbeam_channel::TryRecvError::Disconnected)
    )));
}
