//! What a training pins of the cache: it reads its features again in every epoch, so that nobody may clear them away meanwhile,
//! also where they are more than the budget.
//!
//! A lease is two files in the cache's folder: names of pinned files, and a lock that its owner holds. The system lets go of the
//! lock when the owner is gone, however it went, and whoever makes room next takes the leftover away.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::cache::FeatureCache;
use super::key::FeatureKey;

/// The ending of the file that is locked while the lease holds.
const LOCK: &str = "lease";
/// The ending of the file with the names of what is pinned.
const PINS: &str = "pins";

/// Pins features until it is dropped: those that are there, and those that will be kept under their keys.
#[derive(Debug)]
pub struct Lease {
    cache: FeatureCache,
    place: PathBuf,
    /// Locked as long as it is open.
    lock: Option<File>,
    pins: File,
}

impl Lease {
    /// One that pins nothing yet.
    pub(super) fn of(cache: &FeatureCache) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        std::fs::create_dir_all(cache.folder())?;
        let own = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let place = cache.folder().join(format!("{}-{}", own.0, own.1));
        let pins = File::create(place.with_extension(PINS))?;
        // Locked before it gets its name, or it would look left over for a moment.
        let fresh = place.with_extension("lease-new");
        let lock = File::create(&fresh)?;
        lock.lock()?;
        std::fs::rename(fresh, place.with_extension(LOCK))?;
        Ok(Self {
            cache: cache.clone(),
            place,
            lock: Some(lock),
            pins,
        })
    }

    /// Pins these too, before they are looked for or computed.
    ///
    /// # Errors
    /// The cache's folder cannot be written.
    pub fn pin(&self, keys: impl IntoIterator<Item = FeatureKey>) -> io::Result<()> {
        let lines: String = keys
            .into_iter()
            .map(|key| name(&key.file_name()) + "\n")
            .collect();
        (&self.pins).write_all(lines.as_bytes())
    }

    /// The cache it pins in.
    pub fn cache(&self) -> &FeatureCache {
        &self.cache
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.lock = None;
        remove(&self.place);
        self.cache.make_room();
    }
}

/// The file names all living leases in a folder pin. Takes away those whose owner is gone.
pub(super) fn pinned(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let locks = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == LOCK));
    let mut names = BTreeSet::new();
    for place in locks {
        if is_held(&place) {
            let list = std::fs::read_to_string(place.with_extension(PINS)).unwrap_or_default();
            names.extend(list.lines().map(str::to_owned));
        } else {
            remove(&place);
        }
    }
    names
}

/// Whether a lease's owner still lives. In doubt it does.
fn is_held(lock: &Path) -> bool {
    match File::options().write(true).open(lock) {
        Ok(file) => file.try_lock().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn remove(place: &Path) {
    for ending in [PINS, LOCK] {
        // It may be gone already: whoever makes room takes leftovers away.
        let _ = std::fs::remove_file(place.with_extension(ending));
    }
}

/// A file's name as it stands in the list.
pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
