//! Why a head cannot be trained or measured in a terminal.

use std::path::{Path, PathBuf};

use crate::data::ReadError;
use crate::engine::EngineError;
use crate::gpu::DeviceError;
use crate::model::ModelError;
use crate::train::TrainError;

/// Why a head cannot be trained on, or measured with, a data set's folder.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The folder is none of a data set.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The training itself.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model, or what it computes on.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The device cannot be had.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// What was asked makes no sense together, or the folder for the head is not free.
    #[error("{0}")]
    Asked(String),
    /// The configuration cannot be read.
    #[error("{}: {what}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file or folder cannot be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl TrainingError {
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
