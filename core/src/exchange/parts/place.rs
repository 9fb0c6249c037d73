//! Where the files of a part lie.

use std::path::{Path, PathBuf};

use super::PartFormat;
use super::rows::Row;

/// A part of a result: which, of how many, in which folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPlace {
    /// The folder of the whole result.
    pub folder: PathBuf,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    /// The form of its tables.
    pub format: PartFormat,
}

impl PartPlace {
    /// What the part is: the small file that names all others.
    pub fn manifest(&self) -> PathBuf {
        self.folder
            .join(format!("part-{}-of-{}.json", self.part, self.of))
    }

    /// The scores, which are put in their place last.
    pub fn scores(&self) -> PathBuf {
        self.folder.join(self.name())
    }

    /// A table's file, by its path inside the folder: with slashes on every system.
    pub fn inside<R: Row>(&self) -> String {
        match R::FOLDER {
            "" => self.name(),
            folder => format!("{folder}/{}", self.name()),
        }
    }

    /// A table's file.
    pub fn table<R: Row>(&self) -> PathBuf {
        self.folder.join(self.inside::<R>())
    }

    /// A part in the same folder that is one of another number of parts.
    pub(super) fn cut_otherwise(&self) -> Option<PathBuf> {
        let mut others = Self::manifests_in(&self.folder).ok()?.into_iter();
        others.find(|path| numbers_of(path).is_some_and(|(of, _)| of != self.of))
    }

    fn name(&self) -> String {
        let ending = self.format.extension();
        format!("part-{}-of-{}.{ending}", self.part, self.of)
    }

    /// Every part whose manifest lies in a folder, by its number. Reads the folder, none of the files.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn manifests_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(numbers) = numbers_of(&path) {
                found.push((numbers, path));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }
}

/// How many parts there are, and which this is.
fn numbers_of(path: &Path) -> Option<(u32, u32)> {
    let name = path.file_name()?.to_str()?;
    let (part, of) = name
        .strip_prefix("part-")?
        .strip_suffix(".json")?
        .split_once("-of-")?;
    Some((of.parse().ok()?, part.parse().ok()?))
}
