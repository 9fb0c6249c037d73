//! What was found out about files, kept as long as they do not change.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Files that are remembered at most.
const REMEMBERED: usize = 64;

/// A file as it was: its path, size and time of change.
type Identity = (PathBuf, u64, Option<SystemTime>);

/// One fact about each of the files seen last.
pub(super) struct FileMemory<T>(Mutex<Vec<(Identity, T)>>);

impl<T: Clone> FileMemory<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// What is known of a file, else what `find` finds. Two that ask at once may both have to find it.
    pub fn get_or(&self, path: &Path, find: impl FnOnce() -> T) -> T {
        let Ok(about) = std::fs::metadata(path) else {
            return find();
        };
        let identity = (path.to_owned(), about.len(), about.modified().ok());
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().iter().find(|(of, _)| *of == identity).cloned();
        if let Some((_, fact)) = found {
            return fact;
        }
        let fact = find();
        let mut known = known();
        if known.len() >= REMEMBERED {
            known.remove(0);
        }
        known.push((identity, fact.clone()));
        fact
    }
}
