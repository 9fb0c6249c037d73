//! How a head is trained: the optimiser, its rate from epoch to epoch, batches and epochs; the paper's numbers as presets.

use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::adam::AnyAdam;
use super::error::TrainError;
use super::losses::{LossConfig, MATCHING_WEIGHT};
use crate::base::{Task, merge};

/// Everything that decides a training besides its data and the head it starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Clips a step.
    pub batch: usize,
    /// How often every clip is seen.
    pub epochs: usize,
    /// Who follows the gradient.
    pub optimiser: OptimiserConfig,
    /// How the learning rate falls; it stays where this is `None`.
    pub schedule: Option<StepLr>,
    /// Decides the order of clips, and what dropout drops.
    pub seed: u64,
    /// Share of clips that get the sound of another clip: frozen features of pictures and of sound do not depend on each
    /// other, so that any two clips make a third of which the truth is known (ours). Not for masks.
    pub recombined: f32,
    /// What the tasks' losses leave open.
    pub loss: LossConfig,
    /// What of the head changes.
    pub learns: Learns,
    /// Clips that join each batch only to be held to what the head said of them before, where there are any to replay (ours).
    pub replay: usize,
    /// When it is over before its epochs are; not before where this is `None`.
    pub stop: Option<EarlyStop>,
}

/// What of a head a training changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learns {
    /// All of it.
    #[default]
    Everything,
    /// What is behind the distillers: these stay as they are, and what they make of a clip is computed once. A head for masks injects
    /// what it distils into the layers' maps and has nothing behind: of it everything learns.
    Decision,
}

/// A training is over when there is nothing left to learn: the loss is small and stays so, or the validation clips have had better
/// days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStop {
    /// A mean loss of an epoch that counts as small.
    pub loss: f32,
    /// So many epochs in a row with a small loss end it, or so many that all do worse than the best one on the validation clips.
    pub patience: usize,
}

/// The learning rate is multiplied by `gamma` after every `step` epochs: PyTorch's `StepLR`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLr {
    /// Epochs from one fall to the next.
    pub step: usize,
    /// What a fall leaves.
    pub gamma: f64,
}

/// Which optimiser, and its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimiserConfig {
    /// Adam, or AdamW.
    pub kind: OptimiserKind,
    /// The learning rate to begin with.
    pub rate: f64,
    /// How much of the mean gradient, and of the mean squared one, each step keeps.
    pub betas: (f32, f32),
    /// Added to the root of the mean squared gradient. PyTorch's 1e-8: burn's own 1e-5 would damp small gradients.
    pub epsilon: f32,
    /// Adam: added to the gradient, as PyTorch does. AdamW: taken off the weights.
    pub weight_decay: f32,
}

/// Which optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimiserKind {
    /// The paper's (Table 13).
    Adam,
    /// With decoupled weight decay.
    AdamW,
}

impl Default for OptimiserConfig {
    fn default() -> Self {
        Self {
            kind: OptimiserKind::Adam,
            rate: 4e-4,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            weight_decay: 0.0,
        }
    }
}

impl OptimiserConfig {
    /// AdamW with these numbers.
    pub fn adam_w(rate: f64, weight_decay: f32) -> Self {
        Self {
            kind: OptimiserKind::AdamW,
            rate,
            weight_decay,
            ..Self::default()
        }
    }

    /// A fresh optimiser.
    pub fn init(&self) -> ModuleOptimizer {
        let decay = match self.kind {
            OptimiserKind::Adam => [self.weight_decay, 0.0],
            OptimiserKind::AdamW => [0.0, self.weight_decay],
        };
        AnyAdam::new(self.betas, self.epsilon, decay).into()
    }
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self::localize()
    }
}

/// Optimiser steps of a training on a few clips, at most.
pub const FEW_STEPS: usize = 120;
/// What of a head learns from a few clips, unless a person wishes otherwise: on validation scenes seconds that are denied then leave the
/// event's others as they are, where with the decision alone they take most of them along (`eval --few-shot 8 --search`).
pub const FEW_CHANGE: Learns = Learns::Everything;
/// Clips a step, where there are few.
const FEW: usize = 4;
/// Adam's step is about as long as the rate: a hundred steps, in place of the paper's thousands, get somewhere with longer ones.
const LONGER: f64 = 5.0;
/// How much what it said before counts beside what a person said.
const KEEP: f64 = 0.3;
/// Clips that are replayed in each step, and how much their loss counts.
const REPLAYED: usize = 8;
const REPLAY: f64 = 1.0;
/// A loss at which every correction is in the head.
const SMALL: f32 = 0.02;
/// Epochs that say so.
const PATIENCE: usize = 2;

impl TrainConfig {
    /// Event localization (Table 13).
    pub fn localize() -> Self {
        Self::table_13(16, 10, 4e-4, Some((3, 0.35)))
    }

    /// Video parsing (Table 13).
    pub fn parse() -> Self {
        Self::table_13(16, 15, 3e-4, Some((5, 0.5)))
    }

    /// Segmentation of a single source (Table 13).
    pub fn single_source() -> Self {
        Self::table_13(4, 40, 1e-4, Some((5, 0.8)))
    }

    /// Segmentation of several sources (Table 13), with AVSBench's matching loss for heads that have sound vectors.
    pub fn multi_source() -> Self {
        let mut this = Self::table_13(4, 30, 1e-4, None);
        this.loss.matching = Some(MATCHING_WEIGHT);
        this
    }

    /// What a task starts from.
    pub fn of(task: Task) -> Self {
        match task {
            Task::Localize => Self::localize(),
            Task::Parse => Self::parse(),
            Task::Segment => Self::single_source(),
        }
    }

    /// What a file says: fields that are left out are those of `self`.
    ///
    /// # Errors
    /// It says something this program does not know.
    pub fn merged(&self, over: &Value) -> Result<Self, TrainError> {
        let wrong = |e: serde_json::Error| TrainError::Data(format!("training: {e}"));
        let mut all = serde_json::to_value(self).map_err(wrong)?;
        merge(&mut all, over);
        serde_json::from_value(all).map_err(wrong)
    }

    /// For a head that goes on learning from a few clips: small batches, epochs enough for `steps` optimiser steps but no more than
    /// it takes, the rate falling as often as the paper's does over its epochs; where nobody said anything, and on clips that are
    /// replayed, it stays near what it knew (ours).
    pub fn few_clips(task: Task, clips: usize, steps: usize) -> Self {
        let paper = Self::of(task);
        let batch = paper.batch.min(FEW);
        let epochs = steps.div_ceil(clips.div_ceil(batch).max(1));
        let schedule = paper.schedule.map(|falls| StepLr {
            step: (falls.step * epochs).div_ceil(paper.epochs.max(1)),
            ..falls
        });
        Self {
            batch,
            epochs,
            schedule,
            optimiser: OptimiserConfig {
                rate: paper.optimiser.rate * LONGER,
                ..paper.optimiser
            },
            loss: LossConfig {
                keep: KEEP,
                replay: REPLAY,
                ..paper.loss
            },
            learns: FEW_CHANGE,
            replay: REPLAYED,
            stop: Some(EarlyStop {
                loss: SMALL,
                patience: PATIENCE,
            }),
            ..paper
        }
    }

    fn table_13(batch: usize, epochs: usize, rate: f64, falls: Option<(usize, f64)>) -> Self {
        Self {
            batch,
            epochs,
            optimiser: OptimiserConfig {
                rate,
                ..OptimiserConfig::default()
            },
            schedule: falls.map(|(step, gamma)| StepLr { step, gamma }),
            seed: 7,
            recombined: 0.0,
            loss: LossConfig::default(),
            learns: Learns::Everything,
            replay: 0,
            stop: None,
        }
    }

    /// The learning rate of an epoch, counted from 0.
    pub fn rate(&self, epoch: usize) -> f64 {
        let fallen = self.schedule.map_or(1.0, |schedule| {
            let falls = epoch / schedule.step.max(1);
            schedule
                .gamma
                .powi(i32::try_from(falls).unwrap_or(i32::MAX))
        });
        self.optimiser.rate * fallen
    }
}
