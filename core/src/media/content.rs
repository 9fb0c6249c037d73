//! A file's name by its content.

use std::path::{Path, PathBuf};

use super::container::is_file;
use super::error::MediaError;
use crate::base::{ClipId, FileHasher, Progress};

/// A clip being named: BLAKE3 of every byte of the file, however long it is, because features and corrections are kept under
/// that name. (A film of 4 GB takes about two seconds where it is in memory, otherwise as long as the disk takes to read it,
/// which is little beside its analysis.)
pub struct ClipNaming {
    hasher: FileHasher,
    path: PathBuf,
}

impl ClipNaming {
    /// Begins.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn start(path: &Path) -> Result<Self, MediaError> {
        is_file(path)?;
        let hasher = FileHasher::open(path).map_err(|e| unreadable(path, &e))?;
        Ok(Self {
            hasher,
            path: path.into(),
        })
    }

    /// Bytes read and to be read.
    pub fn progress(&self) -> Progress {
        self.hasher.progress()
    }

    /// Goes on for a moment; gives the name at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn step(&mut self) -> Result<Option<ClipId>, MediaError> {
        let hash = self.hasher.step().map_err(|e| unreadable(&self.path, &e))?;
        Ok(hash.map(ClipId))
    }

    /// Goes on to the end.
    pub(super) fn finish(mut self) -> Result<ClipId, MediaError> {
        loop {
            if let Some(id) = self.step()? {
                return Ok(id);
            }
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> MediaError {
    MediaError::Unreadable {
        path: path.into(),
        cause: error.to_string(),
    }
}
