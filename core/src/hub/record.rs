//! What is known of a file, in a small file beside it: where it came from and what its checksum was. And checking it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Entry, HubError};
use crate::base::write_whole;

/// Bytes read at once while a file is checked.
const SLICE: usize = 1 << 20;
/// Slices of one step: a fraction of a second of work.
const SLICES: usize = 32;

/// What a file was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckedAgainst {
    /// The SHA-256 in the model's description.
    Description,
    /// The first digits that upstream publishes, in the description.
    Prefix,
    /// What the hub said of the file when it was fetched.
    Hub,
    /// What was computed when it was fetched: nobody had published any.
    Record,
    /// Nothing: no checksum is known.
    Nothing,
}

impl CheckedAgainst {
    /// For people, after "SHA-256": "as the hub says".
    pub fn text(self) -> &'static str {
        match self {
            Self::Description => "as described",
            Self::Prefix => "begins as published",
            Self::Hub => "as the hub said",
            Self::Record => "as when it was fetched; none is published",
            Self::Nothing => "held against nothing: none is published or recorded",
        }
    }
}

/// What stands beside a file that was fetched, as `<file>.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it came from.
    pub url: String,
    /// Bytes in all, where known.
    #[serde(default)]
    pub size: Option<u64>,
    /// SHA-256: what the sender said of it, or what was computed.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Whether the sender said it.
    #[serde(default)]
    pub said: bool,
    /// The sender's tag of this version of the file.
    #[serde(default)]
    pub etag: Option<String>,
}

impl Record {
    /// The record beside a file.
    pub fn path(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(".json");
        PathBuf::from(name)
    }

    /// The record of a file; none where there is none that can be read.
    pub fn of(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(Self::path(file)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes it beside a file.
    pub(super) fn write(&self, file: &Path) -> Result<(), HubError> {
        let path = Self::path(file);
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        write_whole(&path, text.as_bytes()).map_err(|e| HubError::disk(path, e))
    }

    /// Whether another answer speaks of the same version of the file.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let sizes = self.size.is_none() || other.size.is_none() || self.size == other.size;
        sizes && agree(&self.sha256, &other.sha256) && agree(&self.etag, &other.etag)
    }
}

/// What a file's SHA-256 should be, and who says so: the description, else the record.
pub(super) fn expected(
    entry: &Entry,
    file: &Path,
    record: Option<&Record>,
) -> Option<(String, CheckedAgainst)> {
    let name = file.file_name().map(|name| name.to_string_lossy());
    let described = entry.downloads.iter().find(|d| {
        // One file name may stand for different files of two sources: then the record says which.
        Some(&*d.file) == name.as_deref()
    });
    if let Some(digits) = described.and_then(|d| d.sha256.clone()) {
        let against = match digits.len() {
            64 => CheckedAgainst::Description,
            _ => CheckedAgainst::Prefix,
        };
        return Some((digits.to_lowercase(), against));
    }
    let record = record?;
    let against = match record.said {
        true => CheckedAgainst::Hub,
        false => CheckedAgainst::Record,
    };
    Some((record.sha256.clone()?, against))
}

/// A SHA-256 in hexadecimal.
pub(super) fn hex(hasher: Sha256) -> String {
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reading a file from end to end for its checksum, in short steps.
pub struct FileCheck {
    path: PathBuf,
    file: File,
    size: u64,
    done: u64,
    hasher: Sha256,
    slice: Vec<u8>,
}

impl FileCheck {
    /// Begins with a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: &Path) -> Result<Self, HubError> {
        let file = File::open(path).map_err(|e| HubError::disk(path, e))?;
        Self::of(&file, path)
    }

    /// Begins with a file that is open; `path` is for errors. It is left with its end as the place to go on.
    pub(super) fn of(file: &File, path: &Path) -> Result<Self, HubError> {
        let disk = |e| HubError::disk(path, e);
        Ok(Self {
            size: file.metadata().map_err(disk)?.len(),
            file: file.try_clone().map_err(disk)?,
            path: path.to_owned(),
            done: 0,
            hasher: Sha256::new(),
            slice: vec![0; SLICE],
        })
    }

    /// Bytes read, and bytes in all.
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.size)
    }

    /// Reads on; says whether that was the end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn step(&mut self) -> Result<bool, HubError> {
        for _ in 0..SLICES {
            let read = self.file.read(&mut self.slice);
            let read = read.map_err(|e| HubError::disk(&self.path, e))?;
            if read == 0 {
                return Ok(true);
            }
            self.hasher
                .update(self.slice.get(..read).unwrap_or_default());
            self.done += read as u64;
        }
        Ok(false)
    }

    /// The checksum of what was read so far.
    pub fn sha256(&self) -> String {
        hex(self.hasher())
    }

    /// The same, to go on with.
    pub(super) fn hasher(&self) -> Sha256 {
        self.hasher.clone()
    }

    /// Whether a checksum is what it should be; `Ok` says who said so.
    ///
    /// # Errors
    /// It is another one.
    pub fn judge(entry: &Entry, file: &Path, sha256: &str) -> Result<CheckedAgainst, HubError> {
        let record = Record::of(file);
        match expected(entry, file, record.as_ref()) {
            None => Ok(CheckedAgainst::Nothing),
            Some((digits, against)) if sha256.starts_with(&digits) => Ok(against),
            Some((digits, against)) => Err(HubError::Damaged {
                path: file.to_owned(),
                expected: digits,
                got: sha256.to_owned(),
                who: who(against),
            }),
        }
    }
}

/// Who says what a checksum should be.
pub(super) fn who(against: CheckedAgainst) -> &'static str {
    match against {
        CheckedAgainst::Description | CheckedAgainst::Prefix => "its description",
        CheckedAgainst::Hub => "the hub",
        CheckedAgainst::Record | CheckedAgainst::Nothing => "the record of its download",
    }
}
