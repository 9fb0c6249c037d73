//! Losses of parsing and segmentation are PyTorch's, with gradients; the round numbers are worked by hand.

use burn::tensor::{Device, Tensor};
use mettle_core::model::heads::TokenClasses;
use mettle_core::model::{ParseOutput, SegmentOutput};
use mettle_core::train::{
    MATCHING_WEIGHT, Smoothing, avvp_loss, mask_loss, matching_loss, ms3_loss, parsed_seconds_loss,
    probability_loss, s4_loss,
};

use super::twin::{GRADIENTS, Twin, VALUES, close};

fn output(logits: Tensor<3>) -> SegmentOutput {
    SegmentOutput {
        logits,
        maps: vec![],
        sounds: vec![],
    }
}

fn number(x: Tensor<1>) -> f32 {
    x.into_scalar::<f32>()
}

/// A loss beside the twin's: values, and the gradient of every input.
struct Loss {
    twin: Twin,
}

impl Loss {
    fn read(case: &str) -> Self {
        Self {
            twin: Twin::read("losses", case),
        }
    }

    fn check<const D: usize>(&self, loss: Tensor<1>, inputs: &[(usize, &Tensor<D>)]) {
        let expected = self.twin.tensor::<1>("out.0").reshape([1]);
        close("loss", loss.clone(), expected, VALUES);
        let cot = self.twin.tensor::<1>("cot.0").reshape([1]);
        let grads = (loss * cot).sum().backward();
        for (index, input) in inputs {
            let found = Tensor::from_inner(input.grad(&grads).unwrap());
            let expected = self.twin.tensor::<D>(&format!("grad.in.{index}"));
            close(&format!("gradient {index}"), found, expected, GRADIENTS);
        }
    }
}

#[test]
fn masks_of_first_seconds_are_pytorchs() {
    let loss = Loss::read("s4");
    let logits = loss.twin.input::<3>(0);
    let masks: Tensor<3> = masks();
    let first = masks
        .reshape([2, 3, 16, 16])
        .narrow(1, 0, 1)
        .squeeze_dim::<3>(1);
    let found = s4_loss(&output(logits.clone()), first, 2);
    loss.check(found, &[(0, &logits)]);
}

#[test]
fn masks_of_all_seconds_are_pytorchs() {
    let loss = Loss::read("ms3");
    let logits = loss.twin.input::<3>(0);
    let found = ms3_loss(&output(logits.clone()), masks(), None);
    loss.check(found, &[(0, &logits)]);
}

#[test]
fn the_matching_loss_is_pytorchs() {
    let loss = Loss::read("matching");
    let logits = loss.twin.input::<3>(0);
    let maps = [1, 2].map(|i| loss.twin.input::<4>(i));
    let sounds = [3, 4].map(|i| loss.twin.input::<2>(i));
    let said = SegmentOutput {
        logits: logits.clone(),
        maps: maps.to_vec(),
        sounds: sounds.to_vec(),
    };
    loss.check(matching_loss(&said).unwrap(), &[(0, &logits)]);
    loss.check(
        matching_loss(&said).unwrap(),
        &[(1, &maps[0]), (2, &maps[1])],
    );
    loss.check(
        matching_loss(&said).unwrap(),
        &[(3, &sounds[0]), (4, &sounds[1])],
    );
    // Added with its weight, to the loss of the masks.
    let both = number(ms3_loss(&said, masks(), Some(MATCHING_WEIGHT)));
    let alone = number(ms3_loss(&said, masks(), None));
    let matching = number(matching_loss(&said).unwrap());
    assert!((both - alone - 0.5 * matching).abs() < 1e-5);
}

#[test]
fn weak_labels_are_pytorchs() {
    let loss = Loss::read("avvp");
    let probabilities = [0, 1, 2].map(|i| loss.twin.input::<2>(i));
    let tokens = [3, 4].map(|i| loss.twin.input::<2>(i));
    let seconds = Tensor::<3>::zeros([3, 1, 5], &loss.twin.device);
    let said = ParseOutput {
        audible: seconds.clone(),
        visible: seconds,
        clip: probabilities[0].clone(),
        audible_clip: probabilities[1].clone(),
        visible_clip: probabilities[2].clone(),
        tokens: Some(TokenClasses {
            audio: tokens[0].clone(),
            visual: tokens[1].clone(),
        }),
    };
    let clip: Tensor<2> = Twin::whole("losses").tensor("clip");
    let found = avvp_loss(&said, &clip, Smoothing::default());
    let all: Vec<(usize, &Tensor<2>)> = probabilities.iter().chain(&tokens).enumerate().collect();
    loss.check(found, &all);
}

fn masks() -> Tensor<3> {
    Twin::whole("losses").tensor("masks")
}

/// Logit 0 costs ln 2 whatever the truth; sure and right costs nothing, sure and wrong its logit.
#[test]
fn masks_by_hand() {
    let device = Device::flex();
    let of = |logit: f32, truth: f32| {
        let x = Tensor::<3>::full([1, 2, 2], logit, &device);
        number(mask_loss(x, Tensor::full([1, 2, 2], truth, &device)))
    };
    assert!((of(0.0, 0.0) - std::f32::consts::LN_2).abs() < 1e-6);
    assert!((of(0.0, 1.0) - std::f32::consts::LN_2).abs() < 1e-6);
    assert!(of(30.0, 1.0) < 1e-6);
    assert!((of(30.0, 0.0) - 30.0).abs() < 1e-4);
}

/// Seen: 1 becomes 0.95, 0 becomes 0.05; heard stays. At p = 0.9 for a class that is there: -ln 0.9 = 0.105361 for the clip and
/// what is heard, -(0.95 ln 0.9 + 0.05 ln 0.1) = 0.215222 for what is seen.
#[test]
fn smoothing_by_hand() {
    let device = Device::flex();
    let p = Tensor::<2>::full([1, 1], 0.9, &device);
    let seconds = p.clone().reshape([1, 1, 1]);
    let said = ParseOutput {
        audible: seconds.clone(),
        visible: seconds.clone(),
        clip: p.clone(),
        audible_clip: p.clone(),
        visible_clip: p.clone(),
        tokens: None,
    };
    let there = Tensor::<2>::ones([1, 1], &device);
    let loss = number(avvp_loss(&said, &there, Smoothing::default()));
    assert!(
        (loss - (2.0 * 0.105_360_5 + 0.215_221_8)).abs() < 1e-5,
        "{loss}"
    );
    let by_second = number(parsed_seconds_loss(
        &said,
        &Tensor::ones([1, 1, 1], &device),
        &Tensor::zeros([1, 1, 1], &device),
    ));
    assert!(
        (by_second - (0.105_360_5 + 10.0_f32.ln())).abs() < 1e-5,
        "{by_second}"
    );
    // MGN's seconds may exceed 1: clamped, they cost nothing where the class is there.
    let over = Tensor::<1>::full([1], 1.3, &device);
    assert!(number(probability_loss(over, Tensor::ones([1], &device))) < 1e-5);
}
