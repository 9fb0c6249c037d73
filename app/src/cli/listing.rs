//! The clips of folders and lists, in an order that every machine finds.

use std::path::{Path, PathBuf};

use mettle_core::tools::{Listed, in_order};

use super::Failure;
use super::analyze::line;
use crate::files::clips_in;

/// The clips of what was named, in order, none twice: those of folders, those on lists, or single ones.
pub fn listed(named: &[PathBuf], inside: bool) -> Result<Vec<Listed>, Failure> {
    let mut all = Vec::new();
    for path in named {
        // Whoever reads the tables stands elsewhere.
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if path.is_dir() {
            let clips = clips_in(path, inside);
            let clips = clips.map_err(|problem| Failure::Usage(line(&problem)))?;
            all.extend(clips.into_iter().map(|clip| Listed::under(path, clip)));
        } else if is_list(path) {
            all.extend(on_list(path)?);
        } else {
            let folder = path.parent().unwrap_or(path);
            all.push(Listed::under(folder, path.clone()));
        }
    }
    Ok(in_order(all))
}

fn is_list(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("txt"))
}

/// A path a line, from the list's own folder on; empty lines and those that begin with # are left out.
fn on_list(list: &Path) -> Result<Vec<Listed>, Failure> {
    let text = std::fs::read_to_string(list).map_err(|error| {
        let list = list.display();
        Failure::Usage(format!(
            "the list {list} cannot be read: {error}. It is text, a path a line"
        ))
    })?;
    let folder = list.parent().unwrap_or(Path::new(""));
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let clips = lines.map(|line| Listed::under(folder, folder.join(line)));
    Ok(clips.collect())
}
