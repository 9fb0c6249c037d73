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
    /// A file of that name has another content.
    #[error("{}: is there with another content, and stays", path.display())]
    Stays {
        /// The file.
        path: PathBuf,
    },
    /// A file that was written cannot be read again.
    #[error("{}: was written, and cannot be read again: {why}. Is the disk in order?", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// There is nothing to draw into.
    #[error("{}: has no pictures to draw into. Choose another format", path.display())]
    NoPictures {
        /// The clip.
        path: PathBuf,
    },
    /// The folder to write into cannot be made.
    #[error("the folder {} cannot be made: {error}. Choose another", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A picture could not be packed.
    #[error(transparent)]
    Png(#[from] image::ImageError),
}
