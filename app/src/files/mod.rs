//! Paths: asking for them, finding clips in folders, understanding what is typed.

mod folders;
mod picker;

use std::path::{Path, PathBuf};

pub use folders::{clips_in, expand};
pub use picker::{FilePicker, Picked, Wanted};

/// The file that makes a folder a model.
const MODEL: &str = "model.json";

/// Whether a folder holds a model.
pub fn is_model(path: &Path) -> bool {
    path.join(MODEL).is_file()
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
