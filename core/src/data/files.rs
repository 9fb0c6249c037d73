//! Finding the media of a data set: by name, in the folders people keep them in, whatever their endings.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::classes::plain;
use super::dataset::ReadError;

/// Endings of films.
pub(super) const FILMS: [&str; 6] = ["mp4", "mkv", "webm", "avi", "mov", "m4v"];
/// Endings of sound.
pub(super) const SOUNDS: [&str; 4] = ["wav", "flac", "mp3", "m4a"];
/// Endings of pictures.
pub(super) const PICTURES: [&str; 3] = ["jpg", "jpeg", "png"];

/// Files by their names without ending.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<String, PathBuf>);

impl Files {
    /// Those with certain endings in any of some folders, most of which need not be there; the first of a name counts.
    pub fn of(folders: &[PathBuf], endings: &[&str]) -> Self {
        let mut this = Self::default();
        for folder in folders {
            for path in listed(folder) {
                let fits = ending(&path).is_some_and(|e| endings.contains(&&*e));
                if let (true, Some(stem)) = (fits, path.file_stem()) {
                    let name = stem.to_string_lossy().into_owned();
                    this.0.entry(name).or_insert(path);
                }
            }
        }
        this
    }

    /// The first there is of some names.
    pub fn find(&self, names: &[&str]) -> Option<&PathBuf> {
        names.iter().find_map(|name| self.0.get(*name))
    }
}

/// A file's ending in small letters.
fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_string_lossy();
    Some(ending.to_ascii_lowercase())
}

/// What lies in a folder, by name; nothing where there is no such folder.
pub(super) fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort_unstable();
    paths
}

/// The pictures in a folder, by name.
pub(super) fn pictures(folder: &Path) -> Vec<PathBuf> {
    let mut paths = listed(folder);
    paths.retain(|path| ending(path).is_some_and(|e| PICTURES.contains(&&*e)));
    paths
}

/// Every folder of some names in every root.
pub(super) fn each(roots: &[PathBuf], names: &[&str]) -> Vec<PathBuf> {
    let inside = |root: &PathBuf| names.iter().map(|name| root.join(name)).collect::<Vec<_>>();
    roots.iter().flat_map(inside).collect()
}

/// A folder by its name, or by another spelling of it.
pub(super) fn folder(parent: &Path, name: &str) -> PathBuf {
    let exact = parent.join(name);
    if exact.is_dir() {
        return exact;
    }
    let same = |path: &PathBuf| {
        let other = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_dir() && plain(&other) == plain(name)
    };
    listed(parent).into_iter().find(same).unwrap_or(exact)
}

/// The text of the first of some files that is there; `None` where none is.
pub(super) fn text(roots: &[PathBuf], name: &str) -> Result<Option<String>, ReadError> {
    let Some(path) = roots
        .iter()
        .map(|root| root.join(name))
        .find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let bytes = fs::read(&path).map_err(|source| ReadError::Io { path, source })?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// A name as lists give it, without the ending of a film that some write behind it.
pub(super) fn bare(name: &str) -> &str {
    let cut = name.rsplit_once('.');
    match cut.filter(|(_, ending)| FILMS.contains(&&*ending.to_ascii_lowercase())) {
        Some((bare, _)) => bare,
        None => name,
    }
}
