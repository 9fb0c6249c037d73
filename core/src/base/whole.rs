//! Files that are there whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file whole or not at all: first beside it, under a name no other writer has, then in its place. What was there is
/// replaced, other names of it (hard links) keep what they had.
///
/// # Errors
/// The folder is not there, is full, or must not be written to: then what was at `path` is as it was.
pub fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let beside = beside(path);
    let written = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    // Not the whole name and more: it may be as long as names can be.
    path.with_file_name(format!(".{process}-{count}.partial"))
}
