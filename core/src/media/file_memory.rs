//! What was found out about files, kept as long as they do not change.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Files that are remembered at most.
const REMEMBERED: usize = 64;

/// A file as it was: its path, size and time of change.
type Identity = (PathBuf, u64, Option<SystemTime>);

/// Facts about the files seen last: one of a file, or one for each key.
pub(super) struct FileMemory<T, K = ()>(Mutex<Vec<(Identity, K, T)>>);

impl<T: Clone, K: PartialEq> FileMemory<T, K> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// What is known of a file, else what `find` finds; nothing found is not remembered. Two that ask at once may both have to
    /// find it.
    pub fn get_or(&self, path: &Path, key: K, find: impl FnOnce() -> Option<T>) -> Option<T> {
        let Ok(about) = std::fs::metadata(path) else {
            return find();
        };
        let identity = (path.to_owned(), about.len(), about.modified().ok());
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(of, its, _): &&(Identity, K, T)| *of == identity && *its == key;
        let found = known().iter().find(is_it).map(|(.., fact)| fact.clone());
        if found.is_some() {
            return found;
        }
        let fact = find()?;
        let mut known = known();
        if known.len() >= REMEMBERED {
            known.remove(0);
        }
        known.push((identity, key, fact.clone()));
        Some(fact)
    }
}
