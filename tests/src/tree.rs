//! The source tree as text, for promises about the house itself.

use std::path::{Path, PathBuf};

/// The top of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// Every file below `folder` (from the top of the checkout) with the given ending, with its text, sorted by path.
pub fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<(PathBuf, String)>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir()
            && path
                .file_name()
                .is_some_and(|name| name != "target" && name != ".git")
        {
            collect(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let short = path.strip_prefix(root()).unwrap_or(&path).to_path_buf();
            found.push((short, text));
        }
    }
}

/// The text without `//` comments, so that prose may name what code may not.
pub fn code_only(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}
