//! Which clips are whose: the same for every worker that sees the same list, without a word between them.

use std::path::{Path, PathBuf};

use crate::base::{ContentHash, KeyHasher};

/// One of several workers, or the only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

/// A clip on a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// What it is called in the folder or the list it was found in, with slashes on every system: workers may see that folder
    /// under paths of their own.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

impl Listed {
    /// A clip found under a folder; or, outside it, called by its whole path.
    pub fn under(folder: &Path, path: PathBuf) -> Self {
        let inside = path.strip_prefix(folder).unwrap_or(&path);
        let parts = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        Self {
            name: parts.collect::<Vec<_>>().join("/"),
            path,
        }
    }
}

/// Sorts a list, and takes out what is on it twice.
pub fn in_order(mut clips: Vec<Listed>) -> Vec<Listed> {
    clips.sort();
    clips.dedup();
    clips
}

/// Names a list by the names of its clips.
pub fn hash_of(clips: &[Listed]) -> ContentHash {
    let key = KeyHasher::new("mettle shard list 1").count(clips.len());
    let key = clips.iter().fold(key, |key, clip| key.text(&clip.name));
    key.finish()
}

impl Shard {
    /// The clips of this worker, of a list in order: every `of`-th. Neighbours are often alike, and so each worker gets some
    /// of the long ones.
    pub fn of_list(self, clips: &[Listed]) -> Vec<&Listed> {
        let (first, step) = (self.part.saturating_sub(1), self.of.max(1));
        clips
            .iter()
            .skip(first as usize)
            .step_by(step as usize)
            .collect()
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((part, of)) if 1 <= part && part <= of => Ok(Self { part, of }),
            _ => Err(
                "a shard is written as I/N: the I-th of N, counted from 1, such as 3/16".to_owned(),
            ),
        }
    }
}
