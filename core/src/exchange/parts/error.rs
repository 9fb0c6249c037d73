//! Why a part of a result could not be written or read.

use std::path::{Path, PathBuf};

/// Why a part could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The system refuses a file.
    #[error("{}: {error}. Is the disk full, or out of reach?", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Columns could not be written or read.
    #[error("{}: {error}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What the writer or reader of Parquet says.
        error: parquet::errors::ParquetError,
    },
    /// A number that JSON has no form for.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A part that is there answers something else.
    #[error(
        "{} is there already and was made from another {what}. Choose another folder with --out, or remove it",
        path.display()
    )]
    Other {
        /// The part.
        path: PathBuf,
        /// What is not the same.
        what: &'static str,
    },
    /// A file that is not what its place says.
    #[error("{} {what}. Make the part again: `mettle analyze` does where it is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl PartError {
    pub(super) fn disk(path: &Path, error: std::io::Error) -> Self {
        Self::Disk {
            path: path.to_owned(),
            error,
        }
    }
}
