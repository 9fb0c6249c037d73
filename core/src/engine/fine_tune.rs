//! Training on a person's corrections, in the words of the boundary: what is learned from, what it costs, what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{HeadChoice, Taught};
use crate::base::{HeadId, Labels, Task};
use crate::data::Targets;
use crate::media::Clip;
use crate::model::{Calibration, HeadFile};
use crate::train::{Duel, TrainConfig};

/// A head is to go on learning, from what was said of clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FineTune {
    /// The head it begins with, which stays as it is.
    pub head: HeadChoice,
    /// What the new head is called, for people.
    pub name: String,
    /// Its classes: those of the head it begins with, then new ones.
    pub labels: Labels,
    /// What is learned from, and what it is measured on.
    pub clips: Vec<TaughtClip>,
    /// Whether the new head stays near what the old one says where nobody said anything, by `config.loss.keep`.
    pub pseudo_labels: bool,
    /// How it is trained.
    pub config: TrainConfig,
    /// How far to go.
    pub stage: TrainingStage,
    /// A head that nobody needs any more once the new one is there.
    pub replaces: Option<HeadId>,
}

/// A clip with what was said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaughtClip {
    /// As it was opened; or, of a clip of the project that is not open, its content, length and where it lay last.
    pub clip: Arc<Clip>,
    /// Whether it was opened. Else it is, where no features of it are kept; one that is not found so is left out, and told.
    pub opened: bool,
    /// What was said of each of its seconds, over the classes of the new head.
    pub targets: Targets,
    /// Whether nothing is learned from it: it shows what the head does with clips that it never saw.
    pub held_out: bool,
}

/// How far a training is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrainingStage {
    /// Only say which clips cannot be found.
    Find,
    /// A few steps, to measure what it costs; they are thrown away.
    Measure,
    /// To the end, or on to it from where an earlier run was stopped.
    Train,
    /// Not on: the best head of a run that was stopped is kept.
    Finish,
}

/// What a training costs here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingCost {
    /// Seconds all of it takes, from a few steps measured on this device.
    pub seconds: f64,
    /// Milliseconds of one optimiser step, measured.
    pub step_ms: f64,
    /// Steps in all.
    pub steps: u64,
    /// About how many bytes a step needs: features of its clips, the head, its gradients, the optimiser.
    pub head_bytes: u64,
    /// About how many bytes tuning adapters inside the backbones would need for the same clips.
    pub adapter_bytes: u64,
}

/// A head of this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadLine {
    /// What names it.
    pub id: HeadId,
    /// For people.
    pub name: String,
    /// What it answers.
    pub task: Task,
    /// Its classes.
    pub labels: Labels,
    /// The head its training began with.
    pub parent: Option<HeadId>,
    /// Whether it comes with the model, and is no trained one.
    pub own: bool,
    /// What was measured of it.
    pub metrics: BTreeMap<String, f64>,
    /// What makes its scores mean what they say, where that was fitted.
    pub calibration: Option<Arc<Calibration>>,
    /// What it learned of a person's words.
    pub taught: Taught,
}

impl HeadLine {
    /// What a list says of a head.
    pub(super) fn of(file: &HeadFile, own: bool) -> Self {
        Self {
            id: file.id,
            name: file.name.clone(),
            task: file.task(),
            labels: file.labels.clone(),
            parent: file.parent,
            own,
            metrics: file.metrics.clone(),
            calibration: file.fitted().map(Arc::new),
            taught: Taught::of(file),
        }
    }
}

/// What came of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainedHead {
    /// The new head.
    pub head: HeadLine,
    /// The epoch it is of, from 1.
    pub epoch: usize,
    /// Old and new on what was said of the clips that were learned from.
    pub learned: Duel,
    /// Old and new on the clips that were held out.
    pub held_out: Duel,
}
