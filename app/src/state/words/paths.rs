//! Paths in words: a file's name, and paths as a person types or pastes them.

use std::path::{Path, PathBuf};

/// A file's name for the user.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
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
    if let Some(rest) = text.strip_prefix("~/")
        && let Some(dirs) = directories::BaseDirs::new()
    {
        return Some(dirs.home_dir().join(rest));
    }
    Some(PathBuf::from(text))
}

/// Files copied in a file manager, as pasted text: a line each, a whole path or a `file://` address. None where anything else is among
/// them.
pub fn pasted_paths(text: &str) -> Option<Vec<PathBuf>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    // What GNOME puts before them.
    let lines = lines.filter(|line| !matches!(*line, "x-special/nautilus-clipboard" | "copy"));
    let path = |line| typed_path(line).filter(|path| path.is_absolute());
    let paths: Vec<PathBuf> = lines.map(path).collect::<Option<_>>()?;
    (!paths.is_empty()).then_some(paths)
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
