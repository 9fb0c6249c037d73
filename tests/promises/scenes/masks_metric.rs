//! AVSBench's mIoU and F-score: the worked examples of their definition, and what must hold for any masks.

use mettle_core::train::{MaskMeter, MaskScores, frame_iou};
use proptest::prelude::*;

/// Three frames of 2 x 2 pixels, worked by hand: partly right, a false alarm where nothing sounds, wholly wrong.
const FRAMES: [([f32; 4], [bool; 4]); 3] = [
    ([0.9, 0.6, 0.4, 0.1], [true, false, true, false]),
    ([0.8, 0.2, 0.2, 0.2], [false; 4]),
    ([0.5, 0.5, 0.7, 0.7], [true, true, false, false]),
];

fn measure(frames_a_batch: usize, frames: &[(Vec<f32>, Vec<bool>)]) -> MaskScores {
    let mut meter = MaskMeter::new(frames_a_batch);
    for (p, t) in frames {
        meter.add(p, t);
    }
    meter.scores()
}

fn worked() -> Vec<(Vec<f32>, Vec<bool>)> {
    FRAMES
        .iter()
        .map(|(p, t)| (p.to_vec(), t.to_vec()))
        .collect()
}

#[test]
fn worked_ious() {
    for ((p, t), by_hand) in FRAMES.iter().zip([1.0 / 3.0, 0.75, 0.0]) {
        assert!((frame_iou(p, t) - by_hand).abs() < 1e-6);
    }
    assert!((measure(20, &worked()).miou - 0.361_111).abs() < 1e-6);
}

/// One batch of three, three batches of one, and each frame by itself: three different answers.
#[test]
fn worked_f_scores_depend_on_batches() {
    let together = measure(3, &worked());
    assert!((together.f_batched - 0.643_720).abs() < 1e-6);
    let apart = measure(1, &worked());
    assert!((apart.f_batched - 0.459_239).abs() < 1e-6);
    // The whole set's does not.
    assert!((apart.f_whole - 0.643_720).abs() < 1e-6);
    assert_eq!(apart.f_whole, together.f_whole);
    let alone = [0, 2].map(|i| measure(1, &worked()[i..=i]).f_whole);
    assert!(((alone[0] + alone[1]) / 2.0 - 0.688_859).abs() < 1e-6);
}

/// A last batch that is not full weighs as much as the others, as in the original.
#[test]
fn a_smaller_batch_weighs_as_much() {
    let scores = measure(2, &worked());
    let by_hand = ((1.0 / 3.0 + 0.75) / 2.0 + 0.0) / 2.0;
    assert!((scores.miou_batched - by_hand).abs() < 1e-6);
    assert!((scores.miou - 0.361_111).abs() < 1e-6);
}

#[test]
fn limits() {
    let pixels = 224 * 224;
    let iou = |p: f32, t: bool| frame_iou(&vec![p; pixels], &vec![t; pixels]);
    assert!((iou(1.0, true) - 1.0).abs() < 1e-6);
    // A probability of exactly one half is background.
    assert!((iou(0.5, false) - 1.0).abs() < 1e-6);
    assert_eq!(iou(0.5, true), 0.0);
    assert_eq!(iou(1.0, false), 0.0);
    // One false pixel in an empty frame costs its share.
    let mut one = vec![0.0; pixels];
    one[0] = 0.9;
    let left = frame_iou(&one, &vec![false; pixels]);
    assert!((left - (1.0 - 1.0 / pixels as f64)).abs() < 1e-9);
    assert_eq!(MaskMeter::new(20).scores(), MaskScores::default());
}

fn frames() -> impl Strategy<Value = Vec<(Vec<f32>, Vec<bool>)>> {
    // Thirds, so that many pixels lie exactly on a threshold.
    let pixel = prop_oneof![0.0f32..1.0, (0..=254u32).prop_map(|k| k as f32 / 254.0)];
    let frame = prop::collection::vec((pixel, any::<bool>()), 9);
    prop::collection::vec(frame.prop_map(|pixels| pixels.into_iter().unzip()), 1..7)
}

/// The F-score, threshold by threshold and pixel by pixel.
fn slow_f(frames: &[(Vec<f32>, Vec<bool>)]) -> f64 {
    let heard: Vec<_> = frames.iter().filter(|(_, t)| t.contains(&true)).collect();
    let at = |threshold: f32| {
        let one = |(p, t): &&(Vec<f32>, Vec<bool>)| {
            let found = p.iter().filter(|p| **p >= threshold).count() as f64;
            let pairs = p.iter().zip(t);
            let hits = pairs.filter(|(p, t)| **p >= threshold && **t).count() as f64;
            let there = t.iter().filter(|t| **t).count() as f64;
            if hits == 0.0 {
                return 0.0;
            }
            let (precision, recall) = (hits / found, hits / there);
            1.3 * precision * recall / (0.3 * precision + recall)
        };
        heard.iter().map(one).sum::<f64>() / heard.len().max(1) as f64
    };
    // 32-bit thresholds, counted from either end towards the middle.
    let step = 1.0f32 / 254.0;
    let low = (0..127).map(|k| step * k as f32);
    let high = (127..255).map(|k| 1.0 - step * (254 - k) as f32);
    low.chain(high).map(at).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn the_fast_f_score_is_the_slow_one(frames in frames()) {
        let scores = measure(20, &frames);
        prop_assert!((scores.f_whole - slow_f(&frames)).abs() < 1e-9);
        prop_assert!((scores.f_batched - scores.f_whole).abs() < 1e-12);
    }

    #[test]
    fn the_truth_scores_one(frames in frames()) {
        let right: Vec<_> = frames
            .into_iter()
            .map(|(_, t)| (t.iter().map(|t| f32::from(*t)).collect(), t))
            .collect();
        let scores = measure(2, &right);
        prop_assert!((scores.miou - 1.0).abs() < 1e-6);
        let heard = right.iter().any(|(_, t): &(Vec<f32>, _)| t.contains(&true));
        prop_assert!((scores.f_whole - f64::from(heard)).abs() < 1e-9);
    }

    #[test]
    fn order_matters_to_the_batches_alone(frames in frames()) {
        let mut reversed = frames.clone();
        reversed.reverse();
        let (one, two) = (measure(2, &frames), measure(2, &reversed));
        prop_assert!((one.miou - two.miou).abs() < 1e-9 && (one.f_whole - two.f_whole).abs() < 1e-9);
        prop_assert!((0.0..=1.0).contains(&one.f_batched) && (0.0..=1.0).contains(&one.miou_batched));
        // The best threshold of each batch is no worse than one for all.
        if frames.len() % 2 == 0 && frames.iter().all(|(_, t)| t.contains(&true)) {
            prop_assert!(one.f_batched >= one.f_whole - 1e-9);
        }
    }
}
