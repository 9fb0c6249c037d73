//! A job that fails, or panics, ends with an error in words; the next job runs.

use mettle_core::engine::{EngineError, ReplyBody, Step};

use super::fake_jobs::Bench;

#[test]
fn a_panic_inside_a_job_becomes_its_error_and_the_next_job_runs() {
    let bench = Bench::new(64);
    let broken = bench.submit(1, None, |_| panic!("the cat walked over it"));
    let next = bench.submit(2, None, |_| Ok(Step::Done));
    let replies = bench.until_ended(2);
    let ReplyBody::Failed(problem) = &replies[0].body else {
        panic!("expected a failure, got {:?}", replies[0].body);
    };
    assert_eq!(replies[0].job, broken);
    assert_eq!(problem.title, "Could not do job 1");
    assert!(
        problem.advice.contains("the cat walked over it"),
        "{problem:?}"
    );
    assert_eq!(replies[1].job, next);
    assert!(matches!(replies[1].body, ReplyBody::Done));
}

#[test]
fn a_panic_in_a_later_step_keeps_what_was_sent_before() {
    let bench = Bench::new(64);
    let mut step = 0;
    bench.submit(1, None, move |context| {
        step += 1;
        assert!(step < 3, "third step");
        context.progress(step, 9);
        context.reply(super::job_ends_once::part());
        Ok(Step::More)
    });
    let replies = bench.until_ended(1);
    assert_eq!(replies.len(), 3, "{replies:?}");
    assert!(matches!(&replies[2].body, ReplyBody::Failed(p) if p.advice.contains("third step")));
    assert!(
        bench.board.snapshot().is_empty(),
        "a dead job stays on the board"
    );
}

#[test]
fn an_error_of_a_step_is_the_end_of_the_job() {
    let bench = Bench::new(64);
    bench.submit(1, None, |_| Err(EngineError::Panic("no such thing".into())));
    let replies = bench.until_ended(1);
    assert!(matches!(&replies[0].body, ReplyBody::Failed(p) if p.advice.contains("no such thing")));
    assert!(bench.is_quiet());
}
