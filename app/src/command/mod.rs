//! Everything a person can ask of the window: [`Command`] for what has a name and a key, [`Intent`] for the rest.

mod table;

use std::path::PathBuf;

use egui::ThemePreference;
use mettle_core::base::Time;
use mettle_core::engine::{JobId, ModelChoice, Precision, WeightsTask};
use mettle_core::gpu::DeviceChoice;
use mettle_core::project::Change;

use crate::apply::Gesture;
use crate::attention::AttentionWish;
use crate::mode::{Disagreement, MaskSettings, Mode, ThresholdOf};
use crate::state::{Chosen, Dialog, EntryId, Hover, InspectorTab};

pub use table::{Chord, Command, Group};

/// One wish, queued by a panel and carried out by [`crate::apply`].
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A named command.
    Run(Command),
    /// Open these files.
    OpenPaths(Vec<PathBuf>),
    /// Show this clip.
    Select(EntryId),
    /// Take this clip off the list.
    Close(EntryId),
    /// Try to open this file again.
    Retry(EntryId),
    /// Ask for the file again: it has moved.
    Locate(EntryId),
    /// The file is here now.
    Moved(EntryId, PathBuf),
    /// Compute on another device.
    Device(DeviceChoice),
    /// Analyse with another model, once it is found to be one.
    Model(ModelChoice),
    /// Ask for a model folder with the system's dialog.
    ModelFolder,
    /// List, fetch or check weights.
    Weights(WeightsTask),
    /// An event was chosen.
    Choose(Option<Chosen>),
    /// A key for a command, or none; a command that had it loses it.
    Bind(Command, Option<Chord>),
    /// Every command has its first keys again.
    BindDefaults,
    /// The next key pressed is for this command; none leaves the keys as they are.
    AskKey(Option<Command>),
    /// Remove what is kept of clips analysed before.
    ClearKept,
    /// Stop a job.
    Cancel(JobId),
    /// Go to a time.
    Seek(Time),
    /// Go to a time while dragging: the newest one wins.
    Scrub(Time),
    /// Where the timeline starts, and how much time it shows, in seconds.
    View(f64, f64),
    /// What is selected, from the in mark to the out mark.
    Marks(Option<Time>, Option<Time>),
    /// From which score on a class counts; in masks mode, above which probability a place sounds.
    Threshold(f32, Gesture),
    /// Change what was decided about the clip on screen.
    Edit(Change, Gesture),
    /// The handle that was being dragged was let go.
    LetGo,
    /// A threshold for some classes alone; none takes it back.
    OwnThreshold(ThresholdOf, Option<f32>),
    /// In which numbers backbones are kept and multiplied.
    Precision(Precision),
    /// What is on screen.
    Mode(Mode),
    /// Only seconds like this stand out.
    Filter(Option<Disagreement>),
    /// How masks are drawn.
    Masks(MaskSettings),
    /// Which layer and token are shown of what the meta-tokens read.
    Attention(AttentionWish),
    /// 0 to 1.
    Volume(f32),
    /// 1 is the usual speed.
    Speed(f64),
    /// What the clip list is filtered by.
    SearchText(String),
    /// Which dialog is open, with what is typed in it.
    Dialog(Dialog),
    /// What is under the pointer.
    Hover(Option<Hover>),
    /// Which page of the inspector.
    Tab(InspectorTab),
    /// Dark, light, or as the system.
    Theme(ThemePreference),
    /// Take a message away.
    Dismiss(u64),
    /// To the clipboard.
    Copy(String),
}

impl From<Command> for Intent {
    fn from(command: Command) -> Self {
        Self::Run(command)
    }
}

/// What the panels ask for in one frame.
#[derive(Debug, Default)]
pub struct Commands(Vec<Intent>);

impl Commands {
    /// Ask for something.
    pub fn push(&mut self, intent: impl Into<Intent>) {
        self.0.push(intent.into());
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Take all that is asked.
    pub fn take(&mut self) -> Vec<Intent> {
        std::mem::take(&mut self.0)
    }
}
