//! What can be wrong with a folder of material.

use std::path::PathBuf;

use thiserror::Error;

use crate::media::MediaError;

/// Why no clip could be made of a folder's material.
#[derive(Debug, Error)]
pub enum MaterialError {
    /// The list cannot be read.
    #[error("{}: {source}; a folder of material has a manifest.csv (kind,class,source,licence,file)", path.display())]
    Io {
        /// The list.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A part of what clips are made of is missing.
    #[error("{} has no {what} in fold {}", path.display(), numbers(folds))]
    Lacks {
        /// The list.
        path: PathBuf,
        /// Which folds.
        folds: Vec<usize>,
        /// What is missing.
        what: &'static str,
    },
    /// The soundfont cannot be read, or cannot play.
    #[error("{}: {what}; name a General MIDI soundfont (Debian's fluid-soundfont-gm has one)", path.display())]
    Soundfont {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A sound or a picture cannot be read.
    #[error(transparent)]
    Media(#[from] MediaError),
}

fn numbers(folds: &[usize]) -> String {
    let folds: Vec<String> = folds.iter().map(ToString::to_string).collect();
    folds.join(", ")
}
