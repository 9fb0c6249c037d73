//! A file written beside its place and put there when it is whole; its bytes are counted and hashed on the way.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::{Builder, TempPath};

use super::PartError;
use crate::base::ContentHash;

/// How the names of files that are being written end.
const ENDING: &str = ".part";

/// A file, by its size and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of its content.
    pub blake3: ContentHash,
    /// Rows in it.
    pub rows: u64,
}

/// A file under a passing name, which no other process writes to. Dropped, it is gone.
pub struct Beside {
    file: File,
    passing: TempPath,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl Beside {
    /// For a file at `path`. It is locked as long as it is written to: a file that nobody holds was left by a process that is gone.
    ///
    /// # Errors
    /// The folder is not there, is full, or must not be written to.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        let made = Builder::new()
            .prefix(&prefix(path))
            .suffix(ENDING)
            .make_in(folder(path), |passing| File::create_new(passing))?;
        let (file, passing) = made.into_parts();
        // Some file systems have no locks: then what a killed process leaves stays there.
        let _ = file.try_lock();
        Ok(Self {
            file,
            passing,
            bytes: 0,
            hasher: blake3::Hasher::new(),
        })
    }

    /// Ends it, once it is on the disk. Nothing lies in its place yet.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(self, path: &Path, rows: u64) -> std::io::Result<(FileFacts, Finished)> {
        self.file.sync_all()?;
        let facts = FileFacts {
            bytes: self.bytes,
            blake3: ContentHash(*self.hasher.finalize().as_bytes()),
            rows,
        };
        let finished = Finished {
            _held: self.file,
            passing: self.passing,
            path: path.to_owned(),
        };
        Ok((facts, finished))
    }
}

/// A file that is whole and has its passing name still. Dropped, it is gone.
pub struct Finished {
    /// Its lock.
    _held: File,
    passing: TempPath,
    path: PathBuf,
}

impl Finished {
    /// Puts it in its place.
    ///
    /// # Errors
    /// Somebody took the file away, or something else is in its place that cannot be replaced.
    pub fn put(self) -> Result<(), PartError> {
        let put = self.passing.persist(&self.path);
        put.map_err(|error| PartError::disk(&self.path, error.error))
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Removes what processes that are gone left beside a file.
pub fn sweep(path: &Path) {
    let (folder, prefix) = (folder(path), prefix(path));
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in files {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) && name.ends_with(ENDING) && is_abandoned(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_abandoned(path: &Path) -> bool {
    let lock = File::options().append(true).open(path);
    lock.is_ok_and(|file| match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    })
}

fn folder(path: &Path) -> PathBuf {
    path.parent().map(PathBuf::from).unwrap_or_default()
}

fn prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}
