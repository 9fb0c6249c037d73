//! A clip's corrections as the window shows them, and how the project's file stands.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use mettle_core::base::ClipId;
use mettle_core::project::{Corrections, Draft};

use super::{AppState, Mode, RowId, file_name};
use crate::command::Command;

/// What the user decided about a clip.
#[derive(Clone, Debug, Default)]
pub enum Corrected {
    /// Not read yet: nothing can be changed.
    #[default]
    Unread,
    /// Read, with what is on its way to the disk laid over it.
    Open(Box<Draft>),
    /// It cannot be read; why.
    Off(String),
}

static NOTHING: LazyLock<Corrections> = LazyLock::new(Corrections::default);

impl Corrected {
    /// What is shown.
    pub fn shown(&self) -> &Corrections {
        match self {
            Self::Open(draft) => draft.shown(),
            Self::Unread | Self::Off(_) => &NOTHING,
        }
    }

    /// To be changed, once read.
    pub fn draft(&mut self) -> Option<&mut Draft> {
        match self {
            Self::Open(draft) => Some(draft),
            Self::Unread | Self::Off(_) => None,
        }
    }
}

/// A change that a hand holds: shown, and not kept yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Of which clip.
    pub row: RowId,
    /// When the wheel was turned last, in egui's time; none for a handle, which is let go.
    pub turned: Option<f64>,
    /// Whether it goes on with the last edit.
    pub joins: bool,
}

/// How the project's file stands.
#[derive(Clone, Debug, Default)]
pub struct ProjectView {
    /// Its file; none where nothing is kept.
    pub file: Option<PathBuf>,
    /// The file of the project that is always there.
    pub usual: Option<PathBuf>,
    /// The file that is to be opened once everything of this one is on the disk.
    pub next: Option<PathBuf>,
    /// Why nothing can be changed, if so.
    pub off: Option<String>,
    /// Whether something asked is not on the disk yet.
    pub waiting: bool,
    /// When the last edit of this window was on the disk.
    pub kept: Option<SystemTime>,
    /// What a hand holds.
    pub held: Option<Held>,
    /// The message that said what was undone last.
    pub note: Option<u64>,
    /// What is decided for every clip, once it is read.
    pub shared: Option<Box<Draft>>,
    /// Whose decisions this window changed last: undo takes that back.
    pub last: Last,
}

/// Whose decisions were changed last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// Those of the clip on screen.
    #[default]
    OfClip,
    /// Those for every clip.
    OfProject,
    /// The same, and that was taken back.
    UndoneOfProject,
    /// Those of several clips at once.
    OfMany(Arc<[ClipId]>),
    /// The same, and that was taken back.
    UndoneOfMany(Arc<[ClipId]>),
}

impl ProjectView {
    /// What the project is called.
    pub fn name(&self) -> String {
        match &self.file {
            Some(file) if self.file != self.usual => file_name(file),
            _ => "Usual project".to_owned(),
        }
    }
}

impl AppState {
    /// Why a command cannot be used now, if so.
    pub fn why_not(&self, command: Command) -> Option<&str> {
        if command.needs_clip() && self.shown().is_none() {
            return Some("Open a clip first");
        }
        let edits = match command {
            Command::Undo
            | Command::Redo
            | Command::SayBoth
            | Command::SayHeard
            | Command::SaySeen
            | Command::SayNotBoth
            | Command::SayNotHeard
            | Command::SayNotSeen
            | Command::TakeBack
            | Command::Accept
            | Command::AcceptRest
            | Command::Revert
            | Command::PaintMask
            | Command::EraseMask
            | Command::MaskPolygon
            | Command::CopyMaskForward
            | Command::CopyMaskBack
            | Command::Split
            | Command::NewClass
            | Command::Looked
            | Command::Flag
            | Command::Import => true,
            Command::OwnThreshold => self.mode() == Mode::Masks,
            _ => false,
        };
        self.editing_off().filter(|_| edits)
    }

    /// Why the clip on screen cannot be edited, if so.
    pub fn editing_off(&self) -> Option<&str> {
        let row = self.library.selected_row();
        match (&self.project.off, row.map(|row| &row.corrected)) {
            (Some(why), _) | (None, Some(Corrected::Off(why))) => Some(why),
            _ => None,
        }
    }
}
