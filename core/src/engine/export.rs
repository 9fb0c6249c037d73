//! Exporting in the words of the boundary: what is written of which clips, and what became of each.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ModelChoice, WhichHead};
use crate::base::Task;
use crate::exchange::marks::What;
use crate::exchange::{ExportFormat, Exported};
use crate::predict::Thresholds;

/// What is said of clips is to be written for other programs. Clips are opened and analysed where they are not yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// The clips' files.
    #[serde(with = "crate::base::path_list")]
    pub clips: Vec<PathBuf>,
    /// The project with the corrections: what is kept in it is exported. None, or one that is not there, has none.
    #[serde(with = "crate::base::maybe_path")]
    pub project: Option<PathBuf>,
    /// Whose word.
    pub what: What,
    /// As what.
    pub format: ExportFormat,
    /// The model that is asked.
    pub model: ModelChoice,
    /// What it is asked, and by which of its heads.
    pub heads: Vec<(Task, WhichHead)>,
    /// From which score on what counts; those of masks are the clips' own.
    pub thresholds: Thresholds,
    /// Whether scores go through the temperatures that were fitted with their heads, where some were.
    pub calibrated: bool,
    /// The folder to write into.
    #[serde(with = "crate::base::path")]
    pub out: PathBuf,
    /// Whether files that are there with another content give way.
    pub replace: bool,
    /// Whether anything is written: without it, it is only told what would be.
    pub writes: bool,
}

/// A clip that was dealt with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportedClip {
    /// Its file.
    #[serde(with = "crate::base::path")]
    pub clip: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was written and read back, or looked at.
    Done(Exported),
    /// This file is there with another content, and stays.
    Stays(#[serde(with = "crate::base::path")] PathBuf),
    /// It could not be written; why.
    Failed(String),
}

impl Export {
    /// In the user's words.
    pub(super) fn title(&self) -> String {
        let verb = if self.writes {
            "Export"
        } else {
            "Look at the export of"
        };
        match &self.clips[..] {
            [one] => {
                let name = one.file_name().unwrap_or(one.as_os_str());
                format!("{verb} {}", name.to_string_lossy())
            }
            many => format!("{verb} {} clips", many.len()),
        }
    }
}
