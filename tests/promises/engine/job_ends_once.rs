//! Every job ends exactly once, with `Done`, `Cancelled` or `Failed`, and says nothing afterwards.

use std::collections::HashMap;

use mettle_core::base::{ClipId, Time};
use mettle_core::engine::{EngineError, ReplyBody, Step, WaveformPart};
use rand::{RngExt, SeedableRng};

use super::fake_jobs::{Bench, is_end};

/// A small part of a result.
pub fn part() -> ReplyBody {
    let part = WaveformPart {
        start: Time::ZERO,
        column: Time::SECOND,
        columns: vec![(0.0, 0.0)],
    };
    ReplyBody::Waveform(ClipId::default(), part)
}

#[test]
fn exactly_one_ending_comes_and_it_comes_last() {
    let seed = 7;
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let bench = Bench::new(1024);
    let count = 60;
    for id in 1..=count {
        let (mut steps, kind) = (dice.random_range(1..5), dice.random_range(0..4));
        let job = bench.submit(id, None, move |context| {
            context.reply(part());
            steps -= 1;
            match (steps, kind) {
                (0, 0) => panic!("at the end"),
                (0, 1) => Err(EngineError::Panic("at the end".into())),
                (0, _) => Ok(Step::Done),
                _ => Ok(Step::More),
            }
        });
        if kind == 3 {
            bench.worker.cancel(job);
        }
    }
    let replies = bench.until_ended(count as usize);
    assert!(bench.is_quiet(), "something came after all had ended");
    let mut ended = HashMap::new();
    for reply in &replies {
        assert!(
            !ended.contains_key(&reply.job),
            "{:?} speaks after its end",
            reply.job
        );
        if is_end(&reply.body) {
            ended.insert(reply.job, ());
        }
    }
    assert_eq!(ended.len(), count as usize);
    assert!(bench.board.snapshot().is_empty());
}
