//! Why the features of a clip cannot be had.

use std::path::PathBuf;

use crate::gpu::ComputeError;
use crate::media::MediaError;
use crate::model::ModelError;

/// Why a batch of features cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The clip cannot be read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The device failed.
    #[error(transparent)]
    Device(#[from] ComputeError),
    /// The backbones cannot be loaded.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Kept features turned out to be damaged while they were read. They are gone from the cache: start again.
    #[error("the kept features in {} are damaged", .0.display())]
    Damaged(PathBuf),
    /// A thread could not be started, or ended before its work was done.
    #[error("decoding did not go on: {0}")]
    Decoding(String),
}
