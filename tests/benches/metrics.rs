//! How fast the tasks' metrics are on whole test sets: `cargo bench -p mettle-tests --bench metrics`.

use mettle_core::train::{FRAMES_A_BATCH, Grid, MaskMeter, Parsed, llp_scores};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() {
    divan::main();
}

fn grid(rng: &mut ChaCha8Rng) -> Grid {
    let mut grid = Grid::new(25, 10);
    let mut below = |n: u32| (rng.next_u32() % n) as usize;
    for _ in 0..3 {
        let onset = below(10);
        grid.set(below(25), onset, onset + 1 + below(9));
    }
    grid
}

/// LLP's test set: 1,200 videos of 25 classes and 10 segments.
#[divan::bench]
fn llp_test_set(bencher: divan::Bencher) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut videos = || -> Vec<Parsed> {
        let video = |_| Parsed {
            audible: grid(&mut rng),
            visible: grid(&mut rng),
        };
        (0..1200).map(video).collect()
    };
    let (predicted, truth) = (videos(), videos());
    bencher.bench(|| llp_scores(&predicted, &truth));
}

/// Twenty frames of AVSBench: one batch of its test.
#[divan::bench]
fn avsbench_batch(bencher: divan::Bencher) {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let pixels = 224 * 224;
    let p: Vec<f32> = (0..pixels)
        .map(|_| rng.next_u32() as f32 / u32::MAX as f32)
        .collect();
    let t: Vec<bool> = (0..pixels).map(|i| i % 3 == 0).collect();
    bencher.bench(|| {
        let mut meter = MaskMeter::new(FRAMES_A_BATCH);
        (0..FRAMES_A_BATCH).for_each(|_| meter.add(&p, &t));
        meter.scores()
    });
}
