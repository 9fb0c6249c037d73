//! Why a training or a measurement fails.

use std::path::Path;

use thiserror::Error;

use crate::data::material::MaterialError;
use crate::features::FeatureError;
use crate::gpu::ComputeError;
use crate::model::ModelError;

/// Why a head cannot be trained or measured.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A model cannot be built, read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The features of a clip cannot be had.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Clips cannot be made of the material.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The model has no head for a task.
    #[error("{0} has no head for {1}")]
    NoHead(String, &'static str),
    /// There is nothing to learn from.
    #[error("{0}")]
    Data(String),
    /// The loss is no number any more, or grows without bound.
    #[error(
        "the loss became {loss} in epoch {epoch}, step {step}: training has stopped, and the best head so far is kept. A lower learning rate usually helps (`optimiser.rate`, now {rate:e})"
    )]
    Diverged {
        /// From 1.
        epoch: usize,
        /// Of that epoch, from 1.
        step: usize,
        /// What it became.
        loss: f32,
        /// The learning rate of that epoch.
        rate: f64,
    },
    /// A teacher's file cannot be learned from.
    #[error("{path} {what}: let `python3 tests/peers/teachers.py` make it anew")]
    Lessons {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A checkpoint cannot be gone on from.
    #[error("{path}: {what}")]
    Checkpoint {
        /// The file.
        path: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The device failed.
    #[error("the device failed while computing: {0}. Try again with `--device cpu`")]
    Device(ComputeError),
}

impl TrainError {
    /// What the system says of a file.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.display().to_string(),
            source,
        }
    }

    pub(super) fn lessons(path: &Path, what: impl Into<String>) -> Self {
        Self::Lessons {
            path: path.display().to_string(),
            what: what.into(),
        }
    }

    pub(super) fn checkpoint(path: &Path, what: impl Into<String>) -> Self {
        Self::Checkpoint {
            path: path.display().to_string(),
            what: what.into(),
        }
    }
}
