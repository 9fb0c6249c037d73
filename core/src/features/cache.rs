//! The folder of kept features: look up, add, make room, clear.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entry::KeptFeatures;
use super::key::{EntryAbout, FeatureKey};
use super::lease::{self, Lease};
use super::listing::{CacheEntry, CacheSummary, Stored, stored};
use super::writer::FeatureWriter;
use crate::base::{cache_folder, write_whole};

/// How many bytes are kept unless the user says otherwise: about a quarter of an hour of clips at full size.
pub const DEFAULT_BUDGET: u64 = 10_000_000_000;
/// The file with the user's budget.
const BUDGET: &str = "budget";
/// A partial file not written to for so long was left by a process that is gone.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Kept features of clips, in a folder shared by all runs of the program. Every file is complete before it gets its name
/// and never changes, so any number of processes may use the folder at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureCache {
    folder: PathBuf,
}

impl FeatureCache {
    /// In a folder, which need not be there yet.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// In the user's cache folder.
    pub fn of_user() -> Self {
        Self::at(cache_folder().join("features"))
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Features kept earlier, if they are there and whole; this counts as a use of them.
    pub fn get(&self, key: &FeatureKey, segments: usize) -> Option<KeptFeatures> {
        let path = self.folder.join(key.file_name());
        let kept = KeptFeatures::open(&path, key, segments)?;
        // The time of last change is the time of last use: access times are often not kept. It may be refused.
        let touched = File::options().append(true).open(&path);
        let _ = touched.and_then(|file| file.set_modified(SystemTime::now()));
        Some(kept)
    }

    /// A lease, which pins features for as long as it lives, whatever the budget.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn lease(&self) -> std::io::Result<Lease> {
        Lease::of(self)
    }

    /// Starts keeping features; `None` where they are not worth it: larger than the budget and not pinned, or the folder
    /// cannot be written. That costs time at the next analysis, and is no error.
    pub fn start(
        &self,
        key: FeatureKey,
        about: EntryAbout,
        segments: usize,
        layers: Vec<[usize; 2]>,
    ) -> Option<FeatureWriter> {
        let numbers: usize = layers.iter().map(|[tokens, width]| tokens * width).sum();
        let too_large = (segments * numbers * 2) as u64 > self.budget();
        if too_large && !lease::pinned(&self.folder).contains(&lease::name(&key.file_name())) {
            log::info!("the features of {} are larger than the cache", about.clip);
            return None;
        }
        let started = FeatureWriter::create(&self.folder, key, about, segments, layers);
        started
            .inspect_err(|error| log::warn!("features are not kept: {error}"))
            .ok()
    }

    /// Removes what was used longest ago until the rest fits the budget, and what killed processes left half written. What a
    /// lease pins stays.
    pub fn make_room(&self) {
        let (partial, whole): (Vec<Stored>, Vec<Stored>) = stored(&self.folder)
            .into_iter()
            .partition(|file| file.partial);
        let now = SystemTime::now();
        let abandoned = |file: &&Stored| {
            now.duration_since(file.used)
                .is_ok_and(|age| age > ABANDONED)
        };
        partial.iter().filter(abandoned).for_each(remove);
        let mut bytes: u64 = whole.iter().map(|file| file.bytes).sum();
        let (budget, pinned) = (self.budget(), lease::pinned(&self.folder));
        let free = |file: &&Stored| !pinned.contains(&lease::name(&file.path));
        for file in whole.iter().filter(free) {
            if bytes <= budget {
                break;
            }
            remove(file);
            bytes -= file.bytes;
        }
    }

    /// Everything kept, the most recently used first.
    pub fn list(&self) -> Vec<CacheEntry> {
        let files = stored(&self.folder).into_iter().rev();
        let whole = files.filter(|file| !file.partial);
        whole.map(Stored::entry).collect()
    }

    /// How much is kept.
    pub fn summary(&self) -> CacheSummary {
        let files = stored(&self.folder);
        CacheSummary {
            entries: files.iter().filter(|file| !file.partial).count(),
            bytes: files.iter().map(|file| file.bytes).sum(),
            budget: self.budget(),
        }
    }

    /// Removes everything but what a training pins; the features of an analysis that runs are lost with it, its result is not.
    ///
    /// # Errors
    /// When a file cannot be removed; the others are.
    pub fn clear(&self) -> std::io::Result<()> {
        let (mut outcome, pinned) = (Ok(()), lease::pinned(&self.folder));
        let free = |file: &Stored| !pinned.contains(&lease::name(&file.path));
        for file in stored(&self.folder).into_iter().filter(free) {
            match std::fs::remove_file(&file.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => outcome = Err(error),
                _ => {}
            }
        }
        outcome
    }

    /// Takes one file out.
    pub(super) fn discard(&self, path: &Path) {
        if let Err(error) = std::fs::remove_file(path) {
            log::debug!("{} stays: {error}", path.display());
        }
    }

    /// How many bytes may be kept.
    pub fn budget(&self) -> u64 {
        let said = std::fs::read_to_string(self.folder.join(BUDGET)).ok();
        said.and_then(|text| text.trim().parse().ok())
            .unwrap_or(DEFAULT_BUDGET)
    }

    /// Decide how many bytes may be kept, now and in later runs; 0 keeps nothing. Makes room at once.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn set_budget(&self, bytes: u64) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        write_whole(&self.folder.join(BUDGET), bytes.to_string().as_bytes())?;
        self.make_room();
        Ok(())
    }
}

fn remove(file: &Stored) {
    // Another process may have been quicker, or still read it where files in use cannot be removed.
    if let Err(error) = std::fs::remove_file(&file.path) {
        log::debug!("{} stays: {error}", file.path.display());
    }
}
