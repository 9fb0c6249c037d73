//! The clips in folders, by what files are called.

use std::path::{Path, PathBuf};

use mettle_core::base::Problem;
use walkdir::{DirEntry, WalkDir};

use crate::state::file_name;

/// File name endings offered first and looked for in folders; any file can be chosen.
pub(super) const MEDIA: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "flv", "wmv", "3gp", "wav",
    "mp3", "m4a", "aac", "flac", "ogg", "opus",
];

/// Folders replaced by the video and sound files in them, c2 before c10; with `inside`, also by those in folders inside, each
/// folder's after its own. Reads the disk: not for the window's thread.
///
/// # Errors
/// A folder that cannot be read, or that holds no clip.
pub fn expand(paths: Vec<PathBuf>, inside: bool) -> Result<Vec<PathBuf>, Problem> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            all.extend(clips_in(&path, inside)?);
        } else {
            all.push(path);
        }
    }
    Ok(all)
}

/// The clips of one folder, as [`expand`] has them.
///
/// # Errors
/// It cannot be read, or holds none.
pub fn clips_in(folder: &Path, inside: bool) -> Result<Vec<PathBuf>, Problem> {
    let title = format!("Found no clip in {}", file_name(folder));
    let problem = |advice: &str, detail: String| {
        let problem = Problem::error(title.clone(), advice).with_detail(detail);
        problem.about(folder)
    };
    let read = std::fs::read_dir(folder);
    read.map_err(|error| problem("The folder cannot be read.", error.to_string()))?;
    let depth = if inside { usize::MAX } else { 1 };
    let walk = WalkDir::new(folder).min_depth(1).max_depth(depth);
    // A folder inside that cannot be read is no reason to leave out the others.
    let files = walk
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry))
        .flatten();
    let mut clips: Vec<PathBuf> = files
        .map(DirEntry::into_path)
        .filter(|path| is_clip(path))
        .collect();
    clips.sort_by(|a, b| {
        let folder = |path: &Path| path.parent().unwrap_or(path).to_owned();
        alphanumeric_sort::compare_path(folder(a), folder(b))
            .then_with(|| alphanumeric_sort::compare_path(a, b))
    });
    if clips.is_empty() {
        let detail = format!("looked for {}", MEDIA.join(", "));
        let advice = match inside {
            true => "Neither it nor a folder inside it holds a video or sound file by name.",
            false => {
                "It holds no video or sound file by name. Files in folders inside it are not looked at; `mettle analyze -r` does."
            }
        };
        return Err(problem(advice, detail));
    }
    Ok(clips)
}

/// Such as the twins that macOS leaves of every file on other drives: `._dog.mp4`.
fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn is_clip(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|e| MEDIA.contains(&e.as_str())) && path.is_file()
}
