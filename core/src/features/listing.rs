//! What the cache holds, for people.

use std::fs::{DirEntry, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::entry::Header;
use super::key::{ENDING, EntryAbout};
use super::writer::PARTIAL;

/// The features of one clip by one backbone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// The file that holds them.
    pub path: PathBuf,
    /// Whose features; `None` where the file cannot be read: then it is only in the way, and will be replaced.
    pub about: Option<EntryAbout>,
    /// How many segments of the clip.
    pub segments: usize,
    /// Size of the file.
    pub bytes: u64,
    /// When they were last used.
    pub used: SystemTime,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheSummary {
    /// How many whole files.
    pub entries: usize,
    /// Bytes of all files, also of those being written.
    pub bytes: u64,
    /// How many bytes there may be.
    pub budget: u64,
}

/// A file of the cache, not opened.
pub(super) struct Stored {
    pub path: PathBuf,
    pub bytes: u64,
    pub used: SystemTime,
    /// Being written, or left by a process that was killed.
    pub partial: bool,
}

/// The cache's files in a folder, least recently used first. Others are left alone.
pub(super) fn stored(folder: &Path) -> Vec<Stored> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut stored: Vec<Stored> = files.filter_map(of_cache).collect();
    stored.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    stored
}

fn of_cache(file: DirEntry) -> Option<Stored> {
    let path = file.path();
    let ending = path.extension()?.to_str()?;
    let partial = ending == PARTIAL;
    if ending != ENDING && !partial {
        return None;
    }
    let about = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(Stored {
        path,
        bytes: about.len(),
        used: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        partial,
    })
}

impl Stored {
    /// With what is inside.
    pub fn entry(self) -> CacheEntry {
        let file = File::open(&self.path).ok();
        let header = file.and_then(|mut file| Header::read(&mut file));
        let (about, segments) = match header {
            Some((header, _)) => (Some(header.about), header.segments),
            None => (None, 0),
        };
        CacheEntry {
            path: self.path,
            about,
            segments,
            bytes: self.bytes,
            used: self.used,
        }
    }
}
