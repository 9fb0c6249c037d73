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
    /// Whether the job failed, lacks something, or is merely other than usual.
    pub severity: Severity,
    /// What failed: "Could not open dog.mp4".
    pub title: String,
    /// The likely cause and what to do, in a sentence or two.
    pub advice: String,
    /// Technical detail, to copy.
    pub detail: String,
    /// What a person can run in a terminal to mend it, to copy; empty where there is no such thing.
    #[serde(default)]
    pub command: Box<str>,
    /// The file it is about.
    #[serde(with = "super::maybe_path")]
    pub path: Option<PathBuf>,
}

impl Problem {
    /// A job failed.
    pub fn error(title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Error, title.into(), advice.into())
    }

    /// Part of a result is missing.
    pub fn warning(title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Warning, title.into(), advice.into())
    }

    /// Something was done another way; all is well.
    pub fn note(title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Note, title.into(), advice.into())
    }

    fn new(severity: Severity, title: String, advice: String) -> Self {
        Self {
            severity,
            title,
            advice,
            detail: String::new(),
            command: Box::default(),
            path: None,
        }
    }

    /// With technical detail, to copy.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// With what a person can run in a terminal to mend it.
    pub fn with_command(self, command: Option<String>) -> Self {
        Self {
            command: command.unwrap_or_default().into(),
            ..self
        }
    }

    /// About a file.
    pub fn about(self, path: impl Into<PathBuf>) -> Self {
        Self {
            path: Some(path.into()),
            ..self
        }
    }
}
