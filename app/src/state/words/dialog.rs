//! Dialogs, pages, and where the keyboard goes.

use super::{PathKind, Wanted};
use crate::command::Command;

/// The pages of the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum InspectorTab {
    /// The scores of the second under the playhead.
    #[default]
    Second,
    /// The events as a table.
    Events,
    /// How masks are drawn.
    Masks,
    /// What the model's meta-tokens read.
    Attention,
    /// Learning from corrections.
    Train,
    /// What is worth a look.
    Review,
}

/// A dialog over the window, and what is typed in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dialog {
    /// None.
    #[default]
    None,
    /// Keyboard shortcuts, filtered; one may be waiting for its new key.
    Shortcuts(String, Option<Command>),
    /// All commands, filtered, with the chosen row.
    Palette(String, usize),
    /// Go to time.
    GoTo(String),
    /// The name of a new class.
    NewClass(String),
    /// Seconds like one.
    Alike,
    /// All seconds, like ones near each other.
    Map,
    /// The listed clips as pictures.
    ClipGrid,
    /// Writing for other programs.
    Export,
    /// Taking in what another program says.
    Import,
    /// Which project is open.
    Projects,
    /// The model against the user's word.
    Report,
    /// What went wrong so far.
    Problems,
    /// What is kept of clips analysed before.
    Kept,
    /// What became of the work of a window that was ended.
    Recovered,
    /// What the model is, and choosing another.
    Model,
    /// Weights of the full-size backbones.
    Models,
    /// A path in place of the system's dialog; says so when there is none here.
    Path {
        /// What it is for.
        wanted: Wanted,
        /// What is typed.
        typed: String,
        /// Why this is shown in place of the system's dialog.
        no_service: bool,
        /// What is there, once that is known.
        is: Option<PathKind>,
    },
}

/// Where the keyboard should go next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The search field.
    Search,
    /// The threshold.
    Threshold,
}
