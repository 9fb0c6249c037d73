//! Why something could not be written.

use std::path::PathBuf;

/// Why a file of an analysis could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The system refuses the file.
    #[error("{} cannot be written: {error}", path.display())]
    Write {
        /// The file that is not there now.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Masks could not be put aside until pictures are drawn.
    #[error("masks cannot be put aside in {}: {error}. Is the disk full?", folder.display())]
    Shelf {
        /// In which folder.
        folder: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Numbers that JSON has no form for.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A clip can no longer be read.
    #[error(transparent)]
    Media(#[from] crate::media::MediaError),
    /// A data set is there already.
    #[error("{}: a data set is there already, and stays. Choose another folder", path.display())]
    There {
        /// One of its files.
        path: PathBuf,
    },
    /// A picture could not be packed.
    #[error(transparent)]
    Png(#[from] image::ImageError),
}
