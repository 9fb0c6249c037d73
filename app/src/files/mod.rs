//! Paths: asking for them, finding clips in folders, understanding what is typed.

mod picker;

use std::path::{Path, PathBuf};

use mettle_core::base::{Problem, Severity};

pub use picker::{FilePicker, Picked, Wanted};

/// File name endings offered first and looked for in folders; any file can be chosen.
const MEDIA: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "flv", "wmv", "3gp", "wav",
    "mp3", "m4a", "aac", "flac", "ogg", "opus",
];

/// The file that makes a folder a model.
const MODEL: &str = "model.json";

/// Whether a folder holds a model.
pub fn is_model(path: &Path) -> bool {
    path.join(MODEL).is_file()
}

/// Folders replaced by the video and sound files in them, by name. Reads the disk: not for the window's thread.
///
/// # Errors
/// A folder that cannot be read, or that holds no clip.
pub fn expand(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, Problem> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            all.extend(clips_in(&path)?);
        } else {
            all.push(path);
        }
    }
    Ok(all)
}

fn clips_in(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let problem = |advice: &str, detail: String| Problem {
        severity: Severity::Error,
        title: format!("Found no clip in {}", crate::state::file_name(folder)),
        advice: advice.to_owned(),
        detail,
        path: Some(folder.to_owned()),
    };
    let read = std::fs::read_dir(folder)
        .map_err(|error| problem("The folder cannot be read.", error.to_string()))?;
    let is_media = |path: &PathBuf| {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        ending.is_some_and(|e| MEDIA.contains(&e.as_str())) && path.is_file()
    };
    let mut clips: Vec<PathBuf> = read
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_media)
        .collect();
    clips.sort();
    if clips.is_empty() {
        let detail = format!("looked for {}", MEDIA.join(", "));
        return Err(problem(
            "It holds no video or sound file by name. Files in folders inside it are not looked at.",
            detail,
        ));
    }
    Ok(clips)
}

/// Whether this is a Wayland session, where files cannot be dropped on the window.
pub fn is_wayland() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|v| !v.is_empty())
}

/// A path as typed or pasted: quotes, `file://` and a leading `~` are understood.
pub fn typed_path(text: &str) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text
        .strip_prefix("file://")
        .map_or_else(|| text.to_owned(), unescape);
    if text.is_empty() {
        return None;
    }
    if let Some(rest) = text.strip_prefix("~/") {
        if let Some(dirs) = directories::BaseDirs::new() {
            return Some(dirs.home_dir().join(rest));
        }
    }
    Some(PathBuf::from(text))
}

/// `%20` and the like, as file managers write them.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
