//! What a part is, in a small JSON file beside it: what was asked, by which heads, and every file of it by size and content.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::beside::FileFacts;
use super::place::PartPlace;
use super::{PartError, PartFormat, SCHEMA};
use crate::base::{ContentHash, HeadId, Labels, Task, hash_file};
use crate::exchange::write_whole;
use crate::model::Precision;

/// What a part is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    /// The form of its tables.
    pub format: PartFormat,
    /// The program's version.
    pub program: String,
    /// What was asked, the same for every part.
    pub asked: Asked,
    /// Clips in this part.
    pub clips: u64,
    /// Of these, how many failed.
    pub failed: u64,
    /// Every other file of the part, by its path inside the folder.
    pub files: BTreeMap<String, FileFacts>,
}

/// What was asked of which clips: parts with the same go together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Of the whole sorted list, all parts together.
    pub list: ContentHash,
    /// How many clips are on it.
    pub listed: u64,
    /// The model's short name.
    pub model: String,
    /// The hash of its files.
    pub model_sha256: ContentHash,
    /// In which numbers its backbones were asked to be.
    pub precision: Precision,
    /// The heads, in the order they are asked.
    pub heads: Vec<HeadAsked>,
    /// From which score on a class counts.
    pub thresholds: ThresholdsAsked,
    /// Width and height of masks, where not the clips'.
    pub mask_size: Option<(u32, u32)>,
    /// Whether meta-tokens are kept.
    pub embeddings: bool,
    /// The tasks whose scores went through their heads' temperatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibrated: Vec<Task>,
}

/// A head that is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadAsked {
    /// What it answers.
    pub task: Task,
    /// Its name.
    pub head: HeadId,
    /// Its classes, in the order of the scores.
    pub labels: Labels,
}

/// Thresholds, as they were given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThresholdsAsked {
    /// For every class without one of its own.
    pub global: f32,
    /// For what is heard.
    pub audible: Option<f32>,
    /// For what is seen.
    pub visible: Option<f32>,
    /// For single classes.
    pub classes: BTreeMap<String, f32>,
    /// For masks; none where each clip's own was asked for.
    pub masks: Option<f32>,
    /// For masks of single seconds.
    pub masks_at: BTreeMap<u32, f32>,
}

/// How a part stands.
#[derive(Debug)]
pub enum Standing {
    /// It is not there.
    Missing,
    /// It is there, but not as it was written: cut short, or damaged.
    Damaged,
    /// It is there and whole.
    Whole(Box<Manifest>),
}

impl Manifest {
    /// Read one.
    ///
    /// # Errors
    /// It is not there, or is none of this schema.
    pub fn read(path: &Path) -> Result<Self, PartError> {
        let text = std::fs::read(path).map_err(|error| PartError::disk(path, error))?;
        let damaged = |what: String| PartError::Damaged {
            path: path.to_owned(),
            what,
        };
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|error| damaged(format!("does not say what part it is ({error})")))?;
        match manifest.schema == SCHEMA {
            true => Ok(manifest),
            false => Err(damaged(format!(
                "is of schema {}, and this program reads {SCHEMA}",
                manifest.schema
            ))),
        }
    }

    /// Write it whole or not at all.
    ///
    /// # Errors
    /// The folder is full, or must not be written to.
    pub fn write(&self, path: &Path) -> Result<(), PartError> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        let written = write_whole(path, text.as_bytes());
        written.map_err(|error| PartError::disk(path, std::io::Error::other(error.to_string())))
    }

    /// How a part stands; every byte of it is looked at.
    ///
    /// # Errors
    /// It is whole and answers something else than what is `asked`, or lies among parts that are cut otherwise: of tables that
    /// are read together, clips would be there twice.
    pub fn standing(place: &PartPlace, asked: &Asked) -> Result<Standing, PartError> {
        if let Some(path) = place.cut_otherwise() {
            let what = "number of parts";
            return Err(PartError::Other { path, what });
        }
        let path = place.manifest();
        if !path.exists() {
            return Ok(match place.scores().exists() {
                true => Standing::Damaged,
                false => Standing::Missing,
            });
        }
        let Ok(manifest) = Self::read(&path) else {
            return Ok(Standing::Damaged);
        };
        if !manifest.is_whole(&place.folder) {
            return Ok(Standing::Damaged);
        }
        match manifest.asked.differs(asked) {
            Some(what) => Err(PartError::Other { path, what }),
            None => Ok(Standing::Whole(Box::new(manifest))),
        }
    }

    fn is_whole(&self, folder: &Path) -> bool {
        self.files.iter().all(|(name, facts)| {
            let path = folder.join(name);
            let size = std::fs::metadata(&path).map(|file| file.len());
            size.is_ok_and(|size| size == facts.bytes)
                && hash_file(&path).is_ok_and(|hash| hash == facts.blake3)
        })
    }
}

impl Asked {
    /// The first thing that is not the same, in a user's words.
    pub fn differs(&self, other: &Self) -> Option<&'static str> {
        let same = [
            (self.list == other.list, "list of clips"),
            (self.model_sha256 == other.model_sha256, "model"),
            (self.precision == other.precision, "--precision"),
            (self.heads == other.heads, "--task or head"),
            (self.thresholds == other.thresholds, "threshold"),
            (self.mask_size == other.mask_size, "--mask-size"),
            (
                self.embeddings == other.embeddings,
                "choice of --embeddings",
            ),
            (
                self.calibrated == other.calibrated,
                "choice of --calibrated",
            ),
        ];
        same.into_iter()
            .find(|(same, _)| !same)
            .map(|(_, what)| what)
    }
}
