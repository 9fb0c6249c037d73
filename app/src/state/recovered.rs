//! What was open in a window that was ended before it was closed, and how much of its work is kept.

use std::path::PathBuf;
use std::time::SystemTime;

use mettle_core::project::KeptSince;
use serde::{Deserialize, Serialize};

use super::AppState;

/// What is open in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// When the window opened.
    pub began: SystemTime,
    /// The project's file.
    pub project: Option<PathBuf>,
    /// The files on the list.
    pub clips: Vec<PathBuf>,
}

/// A window that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// What was open in it.
    pub was: OpenSession,
    /// What was said since it opened, once that is known; only where its project is the one that is open.
    pub kept: Option<KeptSince>,
}

impl AppState {
    /// What is open in this window.
    pub fn open_session(&self, began: SystemTime) -> OpenSession {
        let rows = self.library.rows().iter();
        OpenSession {
            began,
            project: self.project.file.clone(),
            clips: rows.map(|row| row.path.clone()).collect(),
        }
    }
}
