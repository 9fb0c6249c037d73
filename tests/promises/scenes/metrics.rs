//! AVE's segment accuracy, on the worked examples of its definition.

use burn::tensor::{Device, Int, Tensor};
use mettle_core::base::largest;
use mettle_core::model::AvelOutput;
use mettle_core::train::{
    AvelTargets, avel_loss, avel_segments, batched_accuracy, segment_accuracy,
};

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

/// Two classes are equal: the first of them is the clip's, as torch has it. Class 5 at 2 to 4, an event at 2 to 5: 9 of 10.
#[test]
fn the_first_of_equal_classes_wins() {
    let truth: Vec<usize> = (0..10)
        .map(|t| if (2..=4).contains(&t) { 5 } else { 28 })
        .collect();
    let is_event: Vec<f32> = (0..10)
        .map(|t| if (2..=5).contains(&t) { 0.3 } else { -0.3 })
        .collect();
    let event: Vec<f32> = (0..28)
        .map(|c| if c == 5 || c == 9 { 2.0 } else { 0.0 })
        .collect();
    let predicted = avel_segments(&is_event, &event, 28);
    assert_eq!(segment_accuracy(&predicted, &truth), 0.9);
}

/// As `torch.argmax`: the first of equals, also of zeros of either sign; what is no number is above all.
#[test]
fn the_largest_of_some_numbers() {
    assert_eq!(largest(&[]), None);
    assert_eq!(largest(&[1.0, 3.0, 3.0, 2.0]), Some(1));
    assert_eq!(largest(&[-0.0, 0.0]), Some(0));
    assert_eq!(largest(&[f32::NEG_INFINITY; 3]), Some(0));
    assert_eq!(largest(&[1.0, f32::NAN, f32::INFINITY, f32::NAN]), Some(1));
    assert_eq!(largest(&[-f32::NAN, 7.0]), Some(0));
}

/// 402 clips in batches of 8: the last two weigh four times as much as the others.
#[test]
fn the_baselines_average_batches() {
    let truth = vec![1; 4020];
    let mut predicted = truth.clone();
    predicted[4000..].fill(0);
    let exact = segment_accuracy(&predicted, &truth);
    assert!((exact - 400.0 / 402.0).abs() < 1e-12);
    let batched = batched_accuracy(&predicted, &truth, 10, 8);
    assert!((batched - 50.0 / 51.0).abs() < 1e-12);
    // Clip by clip it is exact again.
    assert!((batched_accuracy(&predicted, &truth, 10, 1) - exact).abs() < 1e-12);
}

/// A probability of exactly one half is not above one half.
#[test]
fn the_threshold_is_strict() {
    assert_eq!(avel_segments(&[0.0, 1e-6], &[0.0, 1.0], 2), [2, 1]);
    // In f32 the sigmoid of 5e-8 is one half.
    assert_eq!(avel_segments(&[5e-8, -5e-8], &[0.0, 1.0], 2), [2, 2]);
    assert_eq!(
        avel_segments(&[f32::NAN, f32::INFINITY], &[0.0, 1.0], 2),
        [2, 1]
    );
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
        known: Tensor::ones([2, 10], &device),
        class: Tensor::<1, Int>::from_data([3, 0], &device),
        has_event: Tensor::from_data([1.0, 0.0], &device),
    };
    let loss = avel_loss(output, &targets).into_scalar::<f32>();
    let by_hand = 2f32.ln() + 2.0 * 4f32.ln();
    // f32 rounding of three logarithms.
    assert!((loss - by_hand).abs() < 1e-5, "{loss} against {by_hand}");
}
