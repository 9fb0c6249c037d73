//! How long the seconds most like one take to be found: `cargo bench --workspace --bench alike`. A hundred thousand seconds of a
//! full-size head, 256 numbers a modality, should take less than 100 ms.

use std::time::Instant;

use mettle_core::base::{ClipId, ContentHash, HeadId, Rng};
use mettle_core::predict::{DistilledSeconds, Likeness};

const CLIPS: usize = 10_000;
const SECONDS: usize = 10;
const WIDTH: usize = 512;
const ROUNDS: usize = 21;

fn main() {
    let (mut all, mut rng) = (DistilledSeconds::default(), Rng::new(3));
    let clip = |number: usize| {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        ClipId(ContentHash(hash))
    };
    for number in 0..CLIPS {
        let second = |_| (0..WIDTH).map(|_| rng.noise()).collect();
        let seconds: Vec<Vec<f32>> = (0..SECONDS).map(second).collect();
        all.add(HeadId::default(), clip(number), 0, &seconds);
    }
    for by in [Likeness::Sight, Likeness::Sound, Likeness::Both] {
        let mut took: Vec<f64> = (0..ROUNDS)
            .map(|round| {
                let begin = Instant::now();
                let found = all.nearest(HeadId::default(), (clip(round), 3), by, 100);
                assert_eq!(found.map(|found| found.len()), Some(100));
                begin.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        took.sort_by(f64::total_cmp);
        println!(
            "{by:?}: {} seconds, middle {:.1} ms, slowest {:.1} ms",
            all.len(HeadId::default()),
            took[ROUNDS / 2],
            took[ROUNDS - 1]
        );
    }
}
