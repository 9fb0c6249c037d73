//! Teaches a small backbone to say what is drawn, or what sounds, and what a teacher makes of real examples. Only the embedded
//! demo's are trained here; published backbones come as they are.

use std::time::{Duration, Instant};

use burn::module::{Module, ModuleDisplay, ModuleMapper, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::descent::Descent;
use super::groups::{Groups, NONE};
use super::lesson::Lesson;
use super::samples::Tagged;
use super::schedule::{LessonWeights, Schedule};
use crate::base::largest;
use crate::model::Backbone;
use crate::train::losses::{classes_loss, distilled_loss};

/// A backbone with what is thrown away after training: two linear layers over tokens.
#[derive(Module, Debug)]
pub(super) struct Tagger<B: Module> {
    pub backbone: B,
    head: Linear,
    /// Logits of the real classes and behind them the teacher's features.
    pooled: Linear,
}

/// A class's logit before anything is learned: it is there in about one example of twenty.
const PRIOR: f64 = -3.0;

impl<B: Module + ModuleDisplay + Backbone> Tagger<B> {
    /// With fresh layers for the groups, and for so many numbers of the whole.
    pub fn new(backbone: B, groups: &Groups, whole: usize, device: &Device) -> Self {
        let width = backbone.spec().layers.last().map_or(1, |layer| layer.width);
        Self {
            backbone,
            head: LinearConfig::new(width, groups.count()).init(device),
            pooled: LinearConfig::new(width, whole.max(1)).init(device),
        }
    }

    /// Logits of every token, or, for one row, their soft maximum over all tokens.
    ///
    /// # Shapes
    /// - input: as the backbone's
    /// - output: `[n, rows, groups]`
    pub fn forward(&self, input: Tensor<4>, rows: usize) -> Tensor<3> {
        self.said(self.backbone.forward(input).final_norm, rows)
    }

    fn said(&self, tokens: Tensor<3>, rows: usize) -> Tensor<3> {
        let scores = self.head.forward(tokens);
        if rows > 1 {
            return scores;
        }
        let top = scores.clone().detach().max_dim(1);
        (scores - top.clone()).exp().mean_dim(1).log() + top
    }

    /// Of the mean of all tokens the logits of so many classes, `[n, classes]`, and the teacher's features of so many cells,
    /// `[n, cells, width]`: of every token, or of their mean where that is one cell.
    fn whole(&self, tokens: Tensor<3>, classes: usize, cells: usize) -> (Tensor<2>, Tensor<3>) {
        let asked = match cells {
            1 => tokens.mean_dim(1),
            _ => tokens,
        };
        let all = self.pooled.forward(asked);
        let logits = all.clone().slice_dim(2, ..classes).mean_dim(1);
        (
            logits.squeeze_dim::<2>(1) + PRIOR,
            all.slice_dim(2, classes..),
        )
    }

    /// Logits of the real classes, `[n, classes]`.
    pub fn classes(&self, input: Tensor<4>, classes: usize) -> Tensor<2> {
        let tokens = self.backbone.forward(input).final_norm;
        self.whole(tokens, classes, 1).0
    }

    /// What a lesson costs: of scenes, and of real examples what is in which cell; of those as a whole, too, the classes and the
    /// teacher's features.
    pub fn loss(&self, lesson: Lesson, weights: LessonWeights) -> Tensor<1> {
        let (drawn, target) = lesson.drawn;
        let ([scenes, ..], [_, rows, _]) = (drawn.dims(), target.dims());
        let Some(real) = lesson.real else {
            return loss(self.forward(drawn, rows), target);
        };
        let input = Tensor::cat(vec![drawn, real.input], 0);
        let tokens = self.backbone.forward(input).final_norm;
        let of_scenes = tokens.clone().slice_dim(0, ..scenes);
        let of_real = tokens.slice_dim(0, scenes..);
        let (classes, cells) = (real.classes.dims()[1], real.features.dims()[1]);
        let (logits, features) = self.whole(of_real.clone(), classes, cells);
        loss(self.said(of_scenes, rows), target)
            + loss(self.said(of_real, rows), real.cells) * weights.cells
            + classes_loss(logits, real.classes) * weights.classes
            + distilled_loss(features, real.features) * weights.teacher
    }
}

/// Draws weights anew at the scale of narrow layers. Upstream's deviation of 0.02 fits widths of 768 and more; a width
/// of 48 wants 1 / sqrt(48), or the branches of a fresh network say next to nothing.
pub(super) struct Widen;

/// Narrower matrices are those of the position biases.
pub(super) const NARROW: usize = 16;

impl ModuleMapper for Widen {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        const DRAWN: f64 = 0.02;
        let shape: Vec<usize> = param.lazy_shape().iter().copied().collect();
        match shape[..] {
            [inputs, outputs] if inputs >= NARROW && outputs >= NARROW => {
                let factor = (1.0 / inputs as f64).sqrt() / DRAWN;
                param.map(|weights| weights * factor)
            }
            // Position biases stay.
            _ => param,
        }
    }
}

/// Tensors of a batch of scenes: inputs `[n, ..shape]` and targets `[n, rows, groups]`.
pub(super) fn tensors(
    batch: Tagged,
    shape: [usize; 3],
    rows: usize,
    groups: &Groups,
    device: &Device,
) -> (Tensor<4>, Tensor<3>) {
    let [c, h, w] = shape;
    let n = batch.input.len() / (c * h * w).max(1);
    let target = TensorData::new(groups.widened(&batch), [n, rows, groups.count()]);
    (
        Tensor::from_data(TensorData::new(batch.input, [n, c, h, w]), device),
        Tensor::from_data(target, device),
    )
}

/// Cross-entropy with shared targets; rows of nothing count a quarter where there are many of them, rows without target not at all.
fn loss(logits: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
    let [n, rows, groups] = target.dims();
    let mut weights = vec![1.0; groups];
    if rows > 1 {
        weights[NONE] = 0.25;
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
    mut lesson: impl FnMut(usize) -> Lesson,
    mut check: impl FnMut(&Tagger<B>, &str),
) -> Tagger<B> {
    let mut descent = Descent::new(&tagger, schedule);
    let (mut sum, mut counted) = (0.0, 0);
    let (started, mut drawing) = (Instant::now(), Duration::ZERO);
    for step in 0..schedule.steps {
        let begun = Instant::now();
        let lesson = lesson(step);
        drawing += begun.elapsed();
        let loss;
        (tagger, loss) = descent.step(step, tagger, &lesson);
        sum += loss;
        counted += 1;
        if (step + 1) % 100 == 0 || step + 1 == schedule.steps {
            let (done, all) = (step + 1, schedule.steps);
            let (mean, secs) = (sum / counted as f32, started.elapsed().as_secs());
            let of_them = drawing.as_secs();
            check(
                &tagger,
                &format!(
                    "  step {done}/{all}  loss {mean:.3}  {secs} s, {of_them} s of it drawing"
                ),
            );
            (sum, counted) = (0.0, 0);
        }
    }
    tagger
}

/// The share of rows whose most likely group is the one that has most of the target, `[.., groups]` both; `things` counts only rows
/// in which something is there.
pub(super) fn hits(logits: &[f32], targets: &[f32], groups: usize, things: bool) -> f64 {
    let best = |row: &[f32]| largest(row).unwrap_or(0);
    let rows = logits
        .chunks_exact(groups)
        .zip(targets.chunks_exact(groups));
    let pairs: Vec<(usize, usize)> = rows
        .map(|(logits, targets)| (best(logits), best(targets)))
        .filter(|(_, truth)| !things || *truth != NONE)
        .collect();
    let right = pairs.iter().filter(|(found, truth)| found == truth).count();
    right as f64 / pairs.len().max(1) as f64
}
