//! Masks of a long clip, put aside in a file until pictures are drawn of them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::ExchangeError;
use super::rendering::MaskSource;
use crate::predict::ProbabilityMap;

/// One file without a name, which goes with the program however it ends. All masks are of one size.
#[derive(Debug)]
pub struct MaskShelf {
    file: Mutex<File>,
    folder: PathBuf,
    size: Option<(usize, usize)>,
    count: usize,
}

impl MaskShelf {
    /// In a folder with room, such as the one for the results.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn in_folder(folder: &Path) -> Result<Self, ExchangeError> {
        let file = tempfile::tempfile_in(folder).map_err(|error| failed(folder, error))?;
        Ok(Self {
            file: Mutex::new(file),
            folder: folder.to_owned(),
            size: None,
            count: 0,
        })
    }

    /// Puts a second's mask aside; one that was there is replaced.
    ///
    /// # Errors
    /// The disk is full.
    pub fn put(&mut self, segment: usize, mask: &ProbabilityMap) -> Result<(), ExchangeError> {
        self.size = Some((mask.width(), mask.height()));
        self.count = segment + 1;
        let bytes = mask.bytes();
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start((segment * bytes.len()) as u64))
            .and_then(|_| file.write_all(&bytes))
            .map_err(|error| failed(&self.folder, error))
    }
}

impl MaskSource for MaskShelf {
    fn mask(&self, segment: usize) -> Option<ProbabilityMap> {
        let (width, height) = self.size.filter(|_| segment < self.count)?;
        let mut bytes = vec![0; width * height * 2];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start((segment * bytes.len()) as u64))
            .ok()?;
        file.read_exact(&mut bytes).ok()?;
        Some(ProbabilityMap::from_bytes(width, height, &bytes))
    }
}

fn failed(folder: &Path, error: std::io::Error) -> ExchangeError {
    ExchangeError::Shelf {
        folder: folder.to_owned(),
        error,
    }
}
