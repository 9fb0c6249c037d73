//! Rows of the clip list, and what is asked for them.

use mettle_core::base::{HeadId, Task};

/// A row of the clip list, stable while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u64);

/// What a job does for a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// First frame and facts.
    Open,
    /// Waveform.
    Waveform,
    /// Spectrogram.
    Spectrogram,
    /// Film strip.
    Thumbnails,
    /// Scores, or masks.
    Predict(Task),
    /// The same of a new head, to be compared.
    Proposed(Task, HeadId),
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Nothing is there.
    Missing,
    /// A file.
    File,
    /// A folder without a model.
    Folder,
    /// A folder with one.
    Model,
    /// A file that says something of a clip, by its name.
    Marks,
}

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Clips to open.
    #[default]
    Clips,
    /// A folder of clips.
    Folder,
    /// A folder with a model.
    Model,
    /// A folder to export into.
    Export,
    /// A file of another program.
    Import,
    /// A file for a new project.
    NewProject,
    /// A project's file.
    Project,
    /// Where a copy of the project goes.
    Copy,
    /// The file of this row, which has moved.
    Moved(RowId),
}
