//! A linear probe: one linear layer over the mean tokens of both frozen backbones, second by second. What a head must beat.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::base::{Rng, largest};
use crate::data::Targets;
use crate::model::LayerFeatures;
use crate::train::error::TrainError;
use crate::train::evaluation::numbers;
use crate::train::examples::{Batch, Examples};
use crate::train::losses::category;
use crate::train::metrics::segment_accuracy;

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
    /// With fresh weights, for pooled features of `width` and so many classes.
    pub fn new(width: usize, classes: usize, device: &Device) -> Self {
        Self {
            linear: LinearConfig::new(width, classes + 1).init(device),
        }
    }
}

/// Pooled features of segments, and the class of each; background is one past the last class.
#[derive(Default)]
pub(super) struct Pooled {
    rows: Vec<Vec<f32>>,
    classes: Vec<usize>,
    /// How many classes there are.
    known: usize,
}

impl Pooled {
    /// Of all clips of some examples.
    pub fn of(examples: &dyn Examples, device: &Device) -> Result<Self, TrainError> {
        let mut all = Self::default();
        for clip in 0..examples.len() {
            let batch = Batch::read(examples, &[clip], device)?;
            all.add(&batch.visual, &batch.audio, &batch.targets)?;
        }
        Ok(all)
    }

    /// Mean tokens of both normed last layers.
    pub fn add(
        &mut self,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
        targets: &[Targets],
    ) -> Result<(), TrainError> {
        let mean = |f: &LayerFeatures| f.final_norm.clone().mean_dim(1).squeeze_dim::<2>(1);
        let both = Tensor::cat(vec![mean(visual), mean(audio)], 1);
        let width = both.dims()[1].max(1);
        let rows = numbers(both)?;
        self.rows.extend(rows.chunks(width).map(<[f32]>::to_vec));
        for clip in targets {
            let event = |t| clip.event(t).flatten().unwrap_or(clip.classes());
            self.known = clip.classes();
            self.classes.extend((0..clip.seconds()).map(event));
        }
        Ok(())
    }

    /// Numbers a segment.
    pub fn width(&self) -> usize {
        self.rows.first().map_or(1, Vec::len)
    }
}

/// Trains on every segment; gives the probe of the epoch that was best on `validation`.
pub(super) fn train(
    training: &Pooled,
    validation: &Pooled,
    device: &Device,
) -> Result<Probe, TrainError> {
    let learning = device.clone().autodiff();
    let (pooled, labels, width) = (&training.rows, &training.classes, training.width());
    learning.seed(4);
    let mut probe = Probe::new(width, training.known, &learning);
    let mut optimiser = AdamConfig::new().init();
    let mut rng = Rng::new(11);
    let (mut best, mut best_accuracy) = (probe.valid(), -1.0);
    for epoch in 0..EPOCHS {
        let rate = 3e-3 * 0.5f64.powi((epoch / 15) as i32);
        for _ in 0..labels.len().div_ceil(BATCH) {
            let picked: Vec<usize> = (0..BATCH).map(|_| rng.below(labels.len())).collect();
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
        let accuracy = accuracy(&frozen, validation, device)?;
        if accuracy > best_accuracy {
            (best, best_accuracy) = (frozen, accuracy);
        }
    }
    Ok(best)
}

/// Segment accuracy: the best of all classes and background, every second by itself.
pub(super) fn accuracy(probe: &Probe, pooled: &Pooled, device: &Device) -> Result<f64, TrainError> {
    let rows = TensorData::new(pooled.rows.concat(), [pooled.rows.len(), pooled.width()]);
    let logits = numbers(probe.linear.forward(Tensor::<2>::from_data(rows, device)))?;
    let best = |row: &[f32]| largest(row).unwrap_or(0);
    let predicted: Vec<usize> = logits.chunks(pooled.known + 1).map(best).collect();
    Ok(segment_accuracy(&predicted, &pooled.classes))
}
