//! What went wrong, in words for the user.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Something was done another way; all is well.
    Note,
    /// Part of the result is missing.
    Warning,
    /// The job failed.
    Error,
}

/// Something that went wrong, in words for the user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// What failed: "Could not open dog.mp4".
    pub title: String,
    /// The likely cause and what to do, in a sentence or two.
    pub advice: String,
    /// Technical detail, to copy.
    pub detail: String,
    /// The file it is about.
    #[serde(with = "super::maybe_path")]
    pub path: Option<PathBuf>,
}
