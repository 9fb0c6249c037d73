//! A linear probe: one linear layer over the mean tokens of both frozen backbones, second by second. What a head must beat.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::features::{Bank, numbers};
use super::localize::truth;
use super::losses::category;
use super::metrics::segment_accuracy;
use crate::base::largest;
use crate::data::scenes::{Dice, Truth};

/// Passes over all segments.
const EPOCHS: usize = 60;
/// Segments a step.
const BATCH: usize = 256;

/// The probe.
#[derive(Module, Debug)]
pub(super) struct Probe {
    linear: Linear,
}

impl Probe {
    /// With fresh weights, for pooled features of `width`.
    pub fn new(width: usize, device: &Device) -> Self {
        Self {
            linear: LinearConfig::new(width, Truth::BACKGROUND + 1).init(device),
        }
    }
}

/// Trains on every segment of some banks; gives the probe of the epoch that was best on `validation`.
pub(super) fn train(training: &[&Bank], validation: &Bank, device: &Device) -> Probe {
    let learning = device.clone().autodiff();
    let pooled: Vec<&Vec<f32>> = training.iter().flat_map(|bank| &bank.pooled).collect();
    let width = pooled.first().map_or(1, |row| row.len());
    learning.seed(4);
    let mut probe = Probe::new(width, &learning);
    let mut optimiser = AdamConfig::new().init();
    let labels: Vec<usize> = training.iter().flat_map(|bank| truth(bank)).collect();
    let mut dice = Dice::new(11);
    let (mut best, mut best_accuracy) = (probe.valid(), -1.0);
    for epoch in 0..EPOCHS {
        let rate = 3e-3 * 0.5f64.powi((epoch / 15) as i32);
        for _ in 0..labels.len().div_ceil(BATCH) {
            let picked: Vec<usize> = (0..BATCH).map(|_| dice.below(labels.len())).collect();
            let features: Vec<f32> = picked.iter().flat_map(|i| pooled[*i].clone()).collect();
            let class: Vec<i64> = picked.iter().map(|i| labels[*i] as i64).collect();
            let features = Tensor::from_data(TensorData::new(features, [BATCH, width]), &learning);
            let class = Tensor::<1, Int>::from_data(TensorData::new(class, [BATCH]), &learning);
            let loss = category(
                probe.linear.forward(features),
                &class,
                &Tensor::ones([BATCH], &learning),
            );
            let grads = GradientsParams::from_grads(loss.backward(), &probe);
            probe = optimiser.step(rate, probe, grads);
        }
        let frozen = probe.valid();
        let accuracy = accuracy(&frozen, validation, device);
        if accuracy > best_accuracy {
            (best, best_accuracy) = (frozen, accuracy);
        }
    }
    best
}

/// Segment accuracy: the best of all classes and background, every second by itself.
pub(super) fn accuracy(probe: &Probe, bank: &Bank, device: &Device) -> f64 {
    let width = bank.pooled.first().map_or(1, Vec::len);
    let rows = TensorData::new(bank.pooled.concat(), [bank.pooled.len(), width]);
    let logits = numbers(probe.linear.forward(Tensor::<2>::from_data(rows, device)));
    let best = |row: &[f32]| largest(row).unwrap_or(0);
    let predicted: Vec<usize> = logits.chunks(Truth::BACKGROUND + 1).map(best).collect();
    segment_accuracy(&predicted, &truth(bank))
}
