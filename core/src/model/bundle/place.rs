//! Where the files of a bundle are: in a folder, or in the program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::MANIFEST;
use crate::base::{ContentHash, KeyHasher, hash_file};
use crate::model::precision::Half;
use crate::model::weights::{self, StateDict};
use crate::model::{BackboneEntry, ModelError, Precision};

/// Stands for a folder in messages about the embedded model.
const EMBEDDED: &str = "embedded demo model";

/// Where the files are.
#[derive(Clone, Debug)]
pub(in crate::model) enum Place {
    Folder(PathBuf),
    Embedded(&'static [(&'static str, &'static [u8])]),
}

/// BLAKE3 of every file of weights, by name: each is read once, however many it makes out.
pub(super) type Sums = BTreeMap<String, ContentHash>;

impl Place {
    pub fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(dir) => dir.join(name),
            Self::Embedded(_) => Path::new(EMBEDDED).join(name),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(dir) => dir.join(name).exists(),
            Self::Embedded(files) => Self::embedded(files, name).is_some(),
        }
    }

    fn embedded(files: &'static [(&str, &[u8])], name: &str) -> Option<&'static [u8]> {
        files
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, bytes)| *bytes)
    }

    pub fn read(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        match self {
            Self::Folder(dir) => {
                let path = dir.join(name);
                std::fs::read(&path).map_err(|e| ModelError::io(path, e))
            }
            Self::Embedded(files) => Self::embedded(files, name)
                .map(<[u8]>::to_vec)
                .ok_or_else(|| ModelError::format(self.path(name), "is not embedded")),
        }
    }

    pub fn weights(&self, name: &str) -> Result<StateDict, ModelError> {
        match self {
            Self::Folder(dir) => weights::read_checkpoint(&dir.join(name)),
            Self::Embedded(_) => {
                weights::read_checkpoint_bytes(&self.read(name)?, &self.path(name))
            }
        }
    }

    /// BLAKE3 of files, none of which is held in memory.
    pub fn sums(&self, files: &[&str]) -> Result<Sums, ModelError> {
        let sum = |name: &&str| {
            let sum = match self {
                Self::Folder(dir) => {
                    let path = dir.join(name);
                    hash_file(&path).map_err(|e| ModelError::io(path, e))?
                }
                Self::Embedded(_) => ContentHash(*blake3::hash(&self.read(name)?).as_bytes()),
            };
            Ok(((*name).to_owned(), sum))
        };
        let files: BTreeSet<&str> = files.iter().copied().collect();
        files.iter().map(sum).collect()
    }
}

/// SHA-256 over the manifest, and name and BLAKE3 of every file: the name of a model is its content.
pub(super) fn whole(manifest: &[u8], sums: &Sums) -> ContentHash {
    let mut hasher = Sha256::new();
    hasher.update(MANIFEST);
    hasher.update((manifest.len() as u64).to_le_bytes());
    hasher.update(manifest);
    for (name, sum) in sums {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(sum.0);
    }
    ContentHash(hasher.finalize().into())
}

/// BLAKE3 over a backbone's architecture, configuration and weights. Features of a backbone whose matrices are in 16 bit are
/// others, and must not be taken for those in f32.
pub(super) fn backbone_hash(
    entry: &BackboneEntry,
    sums: &Sums,
    half: Option<Half>,
) -> Result<ContentHash, ModelError> {
    let description = &entry.description;
    let sum = sums
        .get(&entry.weights)
        .ok_or_else(|| ModelError::format(&entry.weights, "is no file of the model"))?;
    Ok(KeyHasher::new("mettle backbone 1")
        .text(&description.architecture)
        .json(&description.config)
        .hash(sum)
        .text(&Precision::of(half).to_string())
        .finish())
}
