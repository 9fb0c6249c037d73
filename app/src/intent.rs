//! Everything a person can ask of the window: [`Command`] for what has a name and a key, and in groups the rest.

use std::ops::Range;
use std::path::PathBuf;

use egui::ThemePreference;
use mettle_core::base::{ClipId, HeadId, Label, Modality, Said, Time};
use mettle_core::engine::{JobId, ModelChoice, Precision, WeightsTask};
use mettle_core::gpu::DeviceChoice;
use mettle_core::predict::WorthBy;
use mettle_core::project::Change;

use crate::command::{Chord, Command};
use crate::state::{
    AlikeWish, AttentionWish, BrushMove, Chosen, Dialog, Disagreement, ExportForm, Gesture,
    Happening, Hover, ImportForm, InspectorTab, LaneEvent, MaskSettings, Mode, Only, Order, RowId,
    SoundContrast, ThresholdOf,
};

/// One wish, queued by a panel and carried out by [`crate::apply`].
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A named command.
    Run(Command),
    /// The clip list.
    Clip(ClipIntent),
    /// What is on screen, heard and selected.
    View(ViewIntent),
    /// Thresholds and corrections.
    Edit(EditIntent),
    /// Model, device, jobs.
    Engine(EngineIntent),
    /// Training and heads.
    Train(TrainIntent),
    /// Other programs' files.
    Exchange(ExchangeIntent),
    /// Which project is open.
    Project(ProjectIntent),
    /// Looking through clips.
    Review(ReviewIntent),
    /// Dialogs, keys, messages.
    Dialog(DialogIntent),
}

/// The clip list.
#[derive(Clone, Debug, PartialEq)]
pub enum ClipIntent {
    /// Open these files, folders and models.
    Open(Vec<PathBuf>),
    /// Show this clip.
    Select(RowId),
    /// Take this clip off the list.
    Close(RowId),
    /// Try to open or analyse this file again.
    Retry(RowId),
    /// Ask for the file again: it has moved.
    Locate(RowId),
    /// The file is here now.
    Moved(RowId, PathBuf),
    /// What the list is filtered by.
    Search(String),
    /// Which clips are listed, and in which order.
    List(Only, Order),
    /// List only clips with events of this class.
    OfClass(Option<Label>),
    /// These rows of the list are on screen.
    InView(Range<usize>),
    /// Mark this clip, or take the mark off.
    Mark(RowId, bool),
}

/// What is on screen, heard and selected.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewIntent {
    /// Go to a time.
    Seek(Time),
    /// Go to a time while dragging: the newest one wins.
    Scrub(Time),
    /// Where the timeline starts, and how much time it shows, in seconds.
    Window(f64, f64),
    /// What is selected, from the in mark to the out mark.
    Marks(Option<Time>, Option<Time>),
    /// An event was chosen.
    Choose(Option<Chosen>),
    /// The class that corrections are about.
    Lane(Label),
    /// What is under the pointer.
    Hover(Option<Hover>),
    /// Which page of the inspector.
    Tab(InspectorTab),
    /// Events, parsing or masks.
    Mode(Mode),
    /// Only seconds like this stand out.
    Filter(Option<Disagreement>),
    /// How masks are drawn.
    Masks(MaskSettings),
    /// Which layer and token are shown of what the meta-tokens read.
    Attention(AttentionWish),
    /// How strongly a spectrogram is drawn.
    Contrast(SoundContrast),
    /// 0 to 1.
    Volume(f32),
    /// 1 is the usual speed.
    Speed(f64),
    /// List the seconds most like one.
    FindAlike(AlikeWish),
    /// Pick one of the seconds like one, by its place, or not any more.
    PickAlike(usize, bool),
    /// Which class is said of those that are picked.
    AlikeClass(Label),
    /// Go to a second of any clip.
    GoToSecond(RowId, Time),
    /// Dark, light, or as the system.
    Theme(ThemePreference),
}

/// Thresholds and corrections.
#[derive(Clone, Debug, PartialEq)]
pub enum EditIntent {
    /// From which score on a class counts; in masks mode, above which probability a place sounds.
    Threshold(f32, Gesture),
    /// A threshold for some classes alone; none takes it back.
    OwnThreshold(ThresholdOf, Option<f32>),
    /// Whether scores go through their head's temperatures before thresholds.
    Calibrated(bool),
    /// The share of what is said that is to be right, for which thresholds are offered.
    WishedPrecision(f32),
    /// Change what was decided about the clip on screen.
    Change(Change, Gesture),
    /// The handle that was being dragged was let go.
    LetGo,
    /// The brush goes on over the picture; let go, it is one edit.
    Brush(BrushMove),
    /// A corner of a polygon on the picture, as shares of its width and height.
    Corner([f32; 2]),
    /// The polygon's inside is added to the mask, or taken out.
    ClosePolygon(bool),
    /// An event becomes another one, or none.
    Reshape(LaneEvent, Option<Happening>),
    /// A class that no model knows yet.
    NewClass(String),
    /// Say this of the seconds that are picked, of all their clips at once.
    SayAlike(Modality, Said),
}

/// Model, device, jobs.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineIntent {
    /// Compute on another device.
    Device(DeviceChoice),
    /// In which numbers backbones are kept and multiplied.
    Precision(Precision),
    /// Analyse with another model, once it is found to be one.
    Model(ModelChoice),
    /// Give the model heads from tags for what it has none for.
    UseTags,
    /// Ask for a model folder with the system's dialog.
    ModelFolder,
    /// List, fetch or check weights.
    Weights(WeightsTask),
    /// Remove what is kept of clips analysed before.
    ClearKept,
    /// Find out whether the device computes rightly, and how fast.
    SelfTest,
    /// Stop a job.
    Cancel(JobId),
}

/// Training and heads.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainIntent {
    /// Find out what it would cost.
    Measure,
    /// Learn from the corrections.
    Start,
    /// Keep it from going on, or let it.
    Pause(bool),
    /// End it before its time.
    Stop {
        /// Whether the best head so far is kept.
        keep_best: bool,
    },
    /// Learn nothing from a clip, or something again.
    HoldOut(ClipId, bool),
    /// Whether the head's own word fills in what nobody said.
    PseudoLabels(bool),
    /// Whether all of the head learns, or only what is behind its distillers.
    Relearn(bool),
    /// Whether each correction is learned at once.
    Live(bool),
    /// Use the new head.
    Adopt,
    /// Keep the new head for later.
    Keep,
    /// Use this head.
    Use(HeadId),
    /// Delete this head.
    Remove(HeadId),
}

/// Other programs' files.
#[derive(Clone, Debug, PartialEq)]
pub enum ExchangeIntent {
    /// What is to be exported.
    Form(ExportForm),
    /// Ask for the folder with the system's dialog.
    Browse,
    /// Write the files.
    Write {
        /// Whether files with another content give way.
        replace: bool,
    },
    /// Stop writing; what is written stays.
    Stop,
    /// Find out what taking this file in would do.
    Read(PathBuf),
    /// How it is taken in.
    ImportForm(ImportForm),
    /// Take it in.
    TakeIn,
}

/// Which project is open.
#[derive(Clone, Debug, PartialEq)]
pub enum ProjectIntent {
    /// Begin one in this file.
    New(PathBuf),
    /// Go on with the one in this file.
    Open(PathBuf),
    /// Ask for a project's file with the system's dialog.
    Choose,
    /// Go on with the usual one.
    Usual,
    /// Put a copy of this one there.
    Copy(PathBuf),
}

/// Looking through clips.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewIntent {
    /// By what the queue is in order, from now on.
    SortBy(WorthBy),
    /// Whether flagged seconds are gone through, and not those that nobody looked at.
    Flagged(bool),
    /// Go to this place of the queue.
    Look(usize),
}

/// Dialogs, keys, messages.
#[derive(Clone, Debug, PartialEq)]
pub enum DialogIntent {
    /// Which dialog is open, with what is typed in it.
    Show(Dialog),
    /// Close the one that is open.
    Close,
    /// A key for a command, or none. Where another command has the key, the user is asked first.
    Bind(Command, Option<Chord>),
    /// The key that was asked about becomes the other command's.
    TakeKey,
    /// Every command has its first keys again.
    BindDefaults,
    /// The next key pressed is for this command; none leaves the keys as they are.
    AskKey(Option<Command>),
    /// Take a message away.
    Dismiss(u64),
    /// To the clipboard.
    Copy(String),
}

macro_rules! grouped {
    ($($group:ident $of:ty;)*) => {
        $(impl From<$of> for Intent {
            fn from(intent: $of) -> Self {
                Self::$group(intent)
            }
        })*
    };
}

grouped! {
    Run Command;
    Clip ClipIntent;
    View ViewIntent;
    Edit EditIntent;
    Engine EngineIntent;
    Train TrainIntent;
    Exchange ExchangeIntent;
    Project ProjectIntent;
    Review ReviewIntent;
    Dialog DialogIntent;
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
