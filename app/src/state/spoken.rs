//! The clips of which something is said, as the page of training lists them: listed anew when something changed, and not for each
//! frame.

use std::collections::BTreeSet;
use std::path::PathBuf;

use mettle_core::base::{ClipId, Task};

use super::{AppState, file_name};

/// A clip of which something is said.
#[derive(Clone, Debug, PartialEq)]
pub struct SpokenLine {
    /// Its content.
    pub id: ClipId,
    /// Where it lies, or lay last.
    pub path: PathBuf,
    /// Of how many seconds something is said.
    pub seconds: usize,
    /// Whether nothing is learned from it.
    pub held_out: bool,
    /// Whether it is on the list.
    pub open: bool,
}

impl SpokenLine {
    /// The file's name.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }
}

/// What the lines are of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    task: Task,
    rows: u64,
    project: u64,
    held_out: BTreeSet<ClipId>,
}

/// The lines that were made last.
#[derive(Clone, Debug, Default)]
pub struct SpokenList {
    key: Option<Key>,
    /// Those of the list, then the project's others.
    pub lines: Vec<SpokenLine>,
}

impl AppState {
    /// List them for the task on screen, unless nothing changed.
    pub fn list_spoken(&mut self) {
        let task = self.mode().task();
        let key = Key {
            task,
            rows: self.library.changes(),
            project: self.training.read,
            held_out: self.training.held_out.clone(),
        };
        if self.training.spoken.key.as_ref() == Some(&key) {
            return;
        }
        let lines = self.spoken_of(task).into_iter().map(|clip| SpokenLine {
            id: clip.id,
            path: clip.path.to_owned(),
            seconds: clip.seconds,
            held_out: clip.held_out,
            open: clip.open.is_some(),
        });
        self.training.spoken = SpokenList {
            lines: lines.collect(),
            key: Some(key),
        };
    }
}
