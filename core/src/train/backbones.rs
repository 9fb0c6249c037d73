//! Teaches a small backbone to say what is drawn, or what sounds. Only the embedded demo's are trained here; published
//! backbones come as they are.

use std::f64::consts::PI;

use burn::module::{Module, ModuleDisplay};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};

use super::losses::binary;
use super::samples::Tagged;
use crate::model::Backbone;

/// A backbone with a linear layer over its mean token, which is thrown away after training.
#[derive(Module, Debug)]
pub(super) struct Tagger<B: Module> {
    pub backbone: B,
    head: Linear,
}

/// How long and how fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub steps: usize,
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
    pub fn new(backbone: B, classes: usize, device: &Device) -> Self {
        let width = backbone.spec().layers.last().map_or(1, |layer| layer.width);
        Self {
            backbone,
            head: LinearConfig::new(width, classes).init(device),
        }
    }

    /// `[n, classes]` logits.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let features = self.backbone.forward(input).final_norm;
        self.head.forward(features.mean_dim(1).squeeze_dim::<2>(1))
    }
}

/// Tensors of a batch: inputs `[n, ..shape]` and targets.
pub(super) fn tensors(batch: Tagged, shape: [usize; 3], device: &Device) -> (Tensor<4>, Tensor<2>) {
    let [c, h, w] = shape;
    let n = batch.input.len() / (c * h * w).max(1);
    let classes = batch.target.len() / n.max(1);
    (
        Tensor::from_data(TensorData::new(batch.input, [n, c, h, w]), device),
        Tensor::from_data(TensorData::new(batch.target, [n, classes]), device),
    )
}

/// Trains on batch after batch that nobody has seen before; `log` gets a line now and then.
pub(super) fn train<B: Module + ModuleDisplay + Backbone>(
    mut tagger: Tagger<B>,
    schedule: Schedule,
    device: &Device,
    mut batch: impl FnMut(usize) -> (Tensor<4>, Tensor<2>),
    mut log: impl FnMut(&str),
) -> Tagger<B> {
    let mut optimiser = AdamWConfig::new()
        .with_weight_decay(0.02)
        .with_epsilon(1e-8)
        .init();
    let (mut sum, mut counted) = (0.0, 0);
    let started = std::time::Instant::now();
    for step in 0..schedule.steps {
        let (input, target) = batch(step);
        debug_assert_eq!(input.device(), *device);
        // Raised, because most classes are absent from most samples.
        let loss = binary(tagger.forward(input), target) * 10.0;
        let grads = GradientsParams::from_grads(loss.backward(), &tagger);
        tagger = optimiser.step(schedule.rate(step), tagger, grads);
        sum += loss.into_scalar::<f32>();
        counted += 1;
        if (step + 1) % 50 == 0 || step + 1 == schedule.steps {
            let secs = started.elapsed().as_secs_f32();
            log(&format!(
                "  step {}/{}  loss {:.3}  {secs:.0} s",
                step + 1,
                schedule.steps,
                sum / counted as f32 / 10.0
            ));
            (sum, counted) = (0.0, 0);
        }
    }
    tagger
}

/// The share of samples in which exactly the classes with a probability above one half are there.
pub(super) fn exact_share(logits: &[f32], targets: &[f32], classes: usize) -> f64 {
    let rows = logits
        .chunks_exact(classes)
        .zip(targets.chunks_exact(classes));
    let same = |(l, t): &(&[f32], &[f32])| l.iter().zip(*t).all(|(l, t)| (*l > 0.0) == (*t > 0.5));
    rows.clone().filter(same).count() as f64 / rows.len().max(1) as f64
}
