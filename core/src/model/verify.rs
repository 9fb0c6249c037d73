//! Checking weights that are here: against their checksum, and whether they can be the weights they should be.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::weights::{RawType, read_checkpoint};
use super::{BackboneDesc, ModelError, params};
use crate::base::Progress;
use crate::hub::{CheckedAgainst, Entry, FileCheck, Found, HubError, description};

/// A checkpoint with fewer than this share of the numbers the whole model has lacks more than its classifier.
const LEAST: f64 = 0.8;

/// What was found out about one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The key of the model it should hold.
    pub model: String,
    /// The file that was read.
    #[serde(with = "crate::base::path")]
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// What that was held against, or why it is wrong.
    pub checksum: Result<CheckedAgainst, String>,
    /// What is in it, or why it is no checkpoint of this model.
    pub contents: Result<Contents, String>,
}

/// What is in a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// How many tensors.
    pub tensors: usize,
    /// How many numbers in all.
    pub numbers: u64,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.checksum.is_ok() && self.contents.is_ok()
    }
}

/// Checks files one after the other, in short steps.
pub struct Verify {
    left: VecDeque<(Entry, Found)>,
    now: Option<FileCheck>,
    before: u64,
    total: u64,
}

impl Verify {
    /// Begins with these files.
    pub fn new(files: Vec<(Entry, Found)>) -> Self {
        Self {
            total: files.iter().map(|(_, found)| found.size).sum(),
            left: files.into(),
            now: None,
            before: 0,
        }
    }

    /// Whether all are checked.
    pub fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Bytes read and bytes to read.
    pub fn progress(&self) -> Progress {
        let here = self.now.as_ref().map_or(0, |check| check.progress().0);
        Progress {
            done: self.before + here,
            total: self.total,
        }
    }

    /// Works for a moment; gives a verdict when a file is done.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn step(&mut self) -> Result<Option<Verdict>, HubError> {
        let Some((entry, found)) = self.left.front() else {
            return Ok(None);
        };
        let check = match &mut self.now {
            Some(check) => check,
            none => none.insert(FileCheck::open(&found.path)?),
        };
        if !check.step()? {
            return Ok(None);
        }
        let sha256 = check.sha256();
        let verdict = Verdict {
            model: entry.key.clone(),
            path: found.path.clone(),
            size: found.size,
            checksum: FileCheck::judge(entry, &found.path, &sha256).map_err(|e| e.to_string()),
            contents: contents(&entry.key, &found.path).map_err(|e| e.to_string()),
            sha256,
        };
        self.before += found.size;
        self.now = None;
        self.left.pop_front();
        Ok(Some(verdict))
    }
}

/// Reads the names and shapes of a checkpoint and holds their number against what the model has.
fn contents(key: &str, path: &Path) -> Result<Contents, ModelError> {
    let state = read_checkpoint(path)?;
    let is_float = |kind| {
        matches!(
            kind,
            RawType::F16 | RawType::Bf16 | RawType::F32 | RawType::F64
        )
    };
    let floats = state.values().filter(|tensor| is_float(tensor.dtype));
    let found = Contents {
        tensors: state.len(),
        numbers: floats.map(|tensor| tensor.len() as u64).sum(),
    };
    let wanted = whole(key)?;
    if (found.numbers as f64) < LEAST * wanted as f64 {
        let what = format!(
            "holds {} numbers where {key} has {wanted}: it is another model's, or only a part",
            found.numbers
        );
        return Err(ModelError::format(path, what));
    }
    Ok(found)
}

/// How many numbers a described model has with its classifier.
fn whole(key: &str) -> Result<u64, ModelError> {
    let text = description(key).unwrap_or_default();
    let desc: BackboneDesc =
        serde_json::from_str(text).map_err(|e| ModelError::Config(format!("{key}: {e}")))?;
    Ok(params::backbone(&desc.backbone()?))
}
