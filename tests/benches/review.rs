//! How long the review queue takes to be put in order: `cargo bench --workspace --bench review`. A hundred thousand seconds should
//! take less than 100 ms, and the window does not wait for them.

use std::sync::Arc;
use std::time::Instant;

use mettle_core::base::Rng;
use mettle_core::predict::{Worth, WorthBy, in_order};

const CLIPS: usize = 10_000;
const SECONDS: usize = 10;
const ROUNDS: usize = 21;

fn main() {
    let mut rng = Rng::new(3);
    let mut worth = || {
        let mut value = || (rng.noise() * 0.5 + 0.5).clamp(0.0, 1.0);
        Worth {
            uncertainty: value(),
            disagreement: value(),
            flicker: value(),
            change: value(),
        }
    };
    let clips: Vec<Arc<[Worth]>> = (0..CLIPS)
        .map(|_| (0..SECONDS).map(|_| worth()).collect())
        .collect();
    for by in WorthBy::ALL {
        let first = in_order(&clips, by, &[]);
        let half = &first[..first.len() / 2];
        for (what, kept) in [("anew", &[][..]), ("half of it kept", half)] {
            let mut took: Vec<f64> = (0..ROUNDS)
                .map(|_| {
                    let begin = Instant::now();
                    let order = in_order(&clips, by, kept);
                    assert_eq!(order.len(), CLIPS * SECONDS);
                    begin.elapsed().as_secs_f64() * 1e3
                })
                .collect();
            took.sort_by(f64::total_cmp);
            println!(
                "{by:?}, {what}: {} seconds, middle {:.1} ms, slowest {:.1} ms",
                CLIPS * SECONDS,
                took[ROUNDS / 2],
                took[ROUNDS - 1]
            );
        }
    }
}
