//! Names of the files written for each clip: after the clip, and no two alike.

use std::collections::HashSet;
use std::path::Path;

/// Gives every clip of a batch a stem of its own: `dog`, `dog-2` for another clip of that name.
#[derive(Debug, Default)]
pub struct Stems {
    taken: HashSet<String>,
}

impl Stems {
    /// The stem for a clip. Names that differ only in case count as alike: some file systems think so.
    pub fn stem_for(&mut self, clip: &Path) -> String {
        let stem = clip.file_stem().unwrap_or(clip.as_os_str());
        let stem = stem.to_string_lossy().into_owned();
        let mut name = stem.clone();
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        name
    }
}
