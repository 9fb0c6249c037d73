//! What can go wrong with a model: each says which file, what is wrong, and what to do.

use std::io::ErrorKind;
use std::path::PathBuf;

use thiserror::Error;

use super::weights::KeyReport;
use crate::base::is_address;

/// Why a model cannot be described, read or run.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file that could not be read or is not what it should be.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {what}", path.display())]
    Format {
        /// The file that could not be read or is not what it should be.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// A configuration this program cannot build.
    #[error("model configuration: {0}")]
    Config(String),
    /// Weights and model do not fit.
    #[error(transparent)]
    Keys(Box<KeyReport>),
    /// An input the model cannot take.
    #[error("input: {0}")]
    Input(String),
}

impl ModelError {
    /// A file that could not be read or written.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            ErrorKind::NotFound if is_address(&path) => Self::format(
                path,
                "is a web address, and models are read from files: download it first. \
                 `mettle models list` names those that `mettle models pull` fetches by itself",
            ),
            _ => Self::Io { path, source },
        }
    }

    /// A file that is not what it should be.
    pub fn format(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self::Format {
            path: path.into(),
            what: what.into(),
        }
    }
}
