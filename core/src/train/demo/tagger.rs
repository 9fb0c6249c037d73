//! Teaches a small backbone to say what is drawn, or what sounds. Only the embedded demo's are trained here; published
//! backbones come as they are.

use std::f64::consts::PI;

use burn::module::{Module, ModuleDisplay, ModuleMapper, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::samples::{GROUPS, Tagged};
use crate::base::largest;
use crate::model::Backbone;

/// A backbone with a linear layer over every token, which is thrown away after training.
#[derive(Module, Debug)]
pub(super) struct Tagger<B: Module> {
    pub backbone: B,
    head: Linear,
}

/// How long and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Optimiser steps.
    pub steps: usize,
    /// Samples (pictures, or scenes of ten seconds of sound) a step.
    pub batch: usize,
    /// Highest learning rate.
    pub lr: f64,
    /// Steps over which the rate rises before it falls along a cosine.
    pub warm_up: usize,
}

impl Schedule {
    fn rate(&self, step: usize) -> f64 {
        let rise = ((step + 1) as f64 / self.warm_up.max(1) as f64).min(1.0);
        let fall = 0.5 + 0.5 * (PI * step as f64 / self.steps.max(1) as f64).cos();
        self.lr * rise * (0.02 + 0.98 * fall)
    }
}

impl<B: Module + ModuleDisplay + Backbone> Tagger<B> {
    /// With a fresh layer for `groups` groups: the classes, and nothing of them.
    pub fn new(backbone: B, groups: usize, device: &Device) -> Self {
        let width = backbone.spec().layers.last().map_or(1, |layer| layer.width);
        Self {
            backbone,
            head: LinearConfig::new(width, groups).init(device),
        }
    }

    /// Logits of every token, or, for one row, their soft maximum over all tokens.
    ///
    /// # Shapes
    /// - input: as the backbone's
    /// - output: `[n, rows, groups]`
    pub fn forward(&self, input: Tensor<4>, rows: usize) -> Tensor<3> {
        let scores = self.head.forward(self.backbone.forward(input).final_norm);
        if rows > 1 {
            return scores;
        }
        let top = scores.clone().detach().max_dim(1);
        (scores - top.clone()).exp().mean_dim(1).log() + top
    }
}

/// Draws weights anew at the scale of narrow layers. Upstream's deviation of 0.02 fits widths of 768 and more; a width
/// of 48 wants 1 / sqrt(48), or the branches of a fresh network say next to nothing.
pub(super) struct Widen;

impl ModuleMapper for Widen {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        const DRAWN: f64 = 0.02;
        // Narrower matrices are those of the position biases, which stay.
        const NARROW: usize = 16;
        let shape: Vec<usize> = param.lazy_shape().iter().copied().collect();
        match shape[..] {
            [inputs, outputs] if inputs >= NARROW && outputs >= NARROW => {
                let factor = (1.0 / inputs as f64).sqrt() / DRAWN;
                param.map(|weights| weights * factor)
            }
            _ => param,
        }
    }
}

/// Tensors of a batch: inputs `[n, ..shape]` and targets `[n, rows, groups]`.
pub(super) fn tensors(
    batch: Tagged,
    shape: [usize; 3],
    rows: usize,
    device: &Device,
) -> (Tensor<4>, Tensor<3>) {
    let [c, h, w] = shape;
    let n = batch.input.len() / (c * h * w).max(1);
    (
        Tensor::from_data(TensorData::new(batch.input, [n, c, h, w]), device),
        Tensor::from_data(TensorData::new(batch.target, [n, rows, GROUPS]), device),
    )
}

/// Cross-entropy with shared targets; rows of nothing count a quarter where there are many of them.
fn loss(logits: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
    let [n, rows, groups] = target.dims();
    let mut weights = vec![1.0; groups];
    if rows > 1 {
        weights[groups - 1] = 0.25;
    }
    let weights = Tensor::<1>::from_data(TensorData::new(weights, [groups]), &target.device());
    let weighted = target * weights.reshape([1, 1, groups]);
    let all = weighted.clone().sum().clamp_min(1.0 / (n * rows) as f64);
    -(log_softmax(logits, 2) * weighted).sum() / all
}

/// Trains on batch after batch that nobody has seen before; `check` gets the tagger now and then, with a line to log.
pub(super) fn train<B: Module + ModuleDisplay + Backbone>(
    mut tagger: Tagger<B>,
    schedule: Schedule,
    mut batch: impl FnMut(usize) -> (Tensor<4>, Tensor<3>),
    mut check: impl FnMut(&Tagger<B>, &str),
) -> Tagger<B> {
    let mut optimiser = AdamWConfig::new()
        .with_beta_2(0.99)
        .with_weight_decay(0.02)
        .with_epsilon(1e-8)
        .init();
    let (mut sum, mut counted) = (0.0, 0);
    let started = std::time::Instant::now();
    for step in 0..schedule.steps {
        let (input, target) = batch(step);
        let rows = target.dims()[1];
        let loss = loss(tagger.forward(input, rows), target);
        let grads = GradientsParams::from_grads(loss.backward(), &tagger);
        tagger = optimiser.step(schedule.rate(step), tagger, grads);
        sum += loss.into_scalar::<f32>();
        counted += 1;
        if (step + 1) % 50 == 0 || step + 1 == schedule.steps {
            let (done, all) = (step + 1, schedule.steps);
            let (mean, secs) = (sum / counted as f32, started.elapsed().as_secs());
            check(
                &tagger,
                &format!("  step {done}/{all}  loss {mean:.3}  {secs} s"),
            );
            (sum, counted) = (0.0, 0);
        }
    }
    tagger
}

/// The share of rows whose most likely group is the one that has most of the target; `things` counts only rows in which
/// something is there.
pub(super) fn hits(logits: &[f32], targets: &[f32], things: bool) -> f64 {
    let best = |row: &[f32]| largest(row).unwrap_or(0);
    let rows = logits
        .chunks_exact(GROUPS)
        .zip(targets.chunks_exact(GROUPS));
    let pairs: Vec<(usize, usize)> = rows
        .map(|(logits, targets)| (best(logits), best(targets)))
        .filter(|(_, truth)| !things || *truth + 1 < GROUPS)
        .collect();
    let right = pairs.iter().filter(|(found, truth)| found == truth).count();
    right as f64 / pairs.len().max(1) as f64
}
