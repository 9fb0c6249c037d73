//! AVE's segment accuracy, on the worked examples of its definition.

use burn::tensor::{Device, Int, Tensor};
use mettle_core::model::AvelOutput;
use mettle_core::train::{AvelTargets, avel_loss, avel_segments, segment_accuracy};

/// Ten segments, class 5 at 2 to 4, background (28) elsewhere; the head says event at 2 to 6.
fn example(class: usize) -> f64 {
    let truth: Vec<usize> = (0..10)
        .map(|t| if (2..=4).contains(&t) { 5 } else { 28 })
        .collect();
    let is_event: Vec<f32> = (0..10)
        .map(|t| if (2..=6).contains(&t) { 0.3 } else { -0.3 })
        .collect();
    let event: Vec<f32> = (0..28)
        .map(|c| if c == class { 2.0 } else { 0.0 })
        .collect();
    segment_accuracy(&avel_segments(&is_event, &event, 28), &truth)
}

#[test]
fn worked_examples() {
    assert_eq!(example(5), 0.8);
    assert_eq!(example(6), 0.5);
}

/// A probability of exactly one half is not above one half.
#[test]
fn the_threshold_is_strict() {
    assert_eq!(avel_segments(&[0.0, 1e-6], &[0.0, 1.0], 2), [2, 1]);
}

/// By hand: for logits of zero each binary term is ln 2, and each of the two category terms ln c; a clip without event
/// adds nothing to these.
#[test]
fn losses_by_hand() {
    let device = Device::flex();
    let output = AvelOutput {
        is_event: Tensor::zeros([2, 10], &device),
        event: Tensor::zeros([2, 4], &device),
        av_score: Tensor::zeros([2, 4], &device),
    };
    let targets = AvelTargets {
        is_event: Tensor::ones([2, 10], &device),
        class: Tensor::<1, Int>::from_data([3, 0], &device),
        has_event: Tensor::from_data([1.0, 0.0], &device),
    };
    let loss = avel_loss(output, &targets).into_scalar::<f32>();
    let by_hand = 2f32.ln() + 2.0 * 4f32.ln();
    // f32 rounding of three logarithms.
    assert!((loss - by_hand).abs() < 1e-5, "{loss} against {by_hand}");
}
