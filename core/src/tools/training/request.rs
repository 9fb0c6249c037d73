//! What is asked of a training, what it tells while it runs, and how it ends.

use std::path::PathBuf;

use super::config::HeadKind;
use super::recipe::DatasetRecipe;
use crate::base::Progress;
use crate::data::{Dataset, DatasetKind, Oddities, Part};
use crate::engine::ModelChoice;
use crate::features::FeatureCache;
use crate::gpu::{DeviceChoice, DeviceReport};
use crate::model::{HeadFile, Precision};
use crate::train::{Epoch, TrainConfig, TrainError};

/// What is to be trained.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// How the data set is laid out.
    pub dataset: DatasetKind,
    /// Its folder.
    pub data: PathBuf,
    /// The model whose backbones are read.
    pub model: ModelChoice,
    /// The folder that becomes the head.
    pub out: PathBuf,
    /// What is other than the preset.
    pub config: Option<PathBuf>,
    /// The head, or a baseline.
    pub kind: HeadKind,
    /// A table of the paper's ablations and one of its rows, from 0.
    pub row: Option<(u8, usize)>,
    /// How inputs are made.
    pub recipe: DatasetRecipe,
    /// In place of the configuration's.
    pub seed: Option<u64>,
    /// A head to go on from, in place of random weights.
    pub from: Option<PathBuf>,
    /// Go on with the training in the folder.
    pub resume: bool,
    /// Which clips choose the epoch: those for validation; those for the test where a published training is to be followed that did so.
    pub select: Part,
    /// On which device.
    pub device: DeviceChoice,
    /// The backbones' numbers.
    pub precision: Precision,
    /// Where features are kept.
    pub cache: FeatureCache,
}

/// Clips of a data set that heads are shown, and what they are read with.
#[derive(Clone, Debug)]
pub struct OnClips {
    /// How the data set is laid out.
    pub dataset: DatasetKind,
    /// Its folder.
    pub data: PathBuf,
    /// Which clips.
    pub part: Part,
    /// The model whose backbones the heads read.
    pub model: ModelChoice,
    /// On which device.
    pub device: DeviceChoice,
    /// The backbones' numbers.
    pub precision: Precision,
    /// Where features are kept.
    pub cache: FeatureCache,
}

impl TrainRequest {
    /// Some of the clips of its data set, read as it reads those that it learns from.
    pub fn on(&self, part: Part) -> OnClips {
        OnClips {
            dataset: self.dataset,
            data: self.data.clone(),
            part,
            model: self.model.clone(),
            device: self.device,
            precision: self.precision,
            cache: self.cache.clone(),
        }
    }
}

/// What a training tells while it runs.
#[derive(Debug)]
pub enum TrainNews<'a> {
    /// What lies in the folder.
    Data(&'a Dataset),
    /// What was found to be odd later.
    Odd(&'a Oddities),
    /// On what it computes.
    Device(&'a DeviceReport),
    /// Clips with features, of all.
    Features {
        /// So many.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// It begins, or goes on: numbers that are trained, and how.
    Begins {
        /// In the head.
        parameters: usize,
        /// Batches, epochs and so on.
        config: &'a TrainConfig,
        /// Epochs that an earlier run did.
        done: &'a [Epoch],
    },
    /// A step more; the loss where it was one of learning.
    Step(Progress, Option<f32>),
    /// An epoch more.
    Epoch(Epoch),
    /// What else a person should know.
    Note(String),
}

/// How a training ended.
#[derive(Debug)]
pub enum Trained {
    /// With a head.
    Done(Box<HeadFile>),
    /// Asked to stop; the same request with `resume` goes on.
    Stopped,
    /// Its loss ran away; the best head until then, if there was one.
    Diverged(TrainError, Option<Box<HeadFile>>),
}
