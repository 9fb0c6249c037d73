//! Everything a person can ask of the window: [`Command`] for what has a name and a key, [`Intent`] for the rest.

use std::path::PathBuf;

use egui::ThemePreference;
use mettle_core::base::Time;
use mettle_core::engine::JobId;

use crate::state::{Dialog, EntryId, Hover, InspectorTab};

/// What has a name: menus, shortcuts, the palette, the shortcut sheet and the tests share this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Ask for files with the system's dialog.
    Open,
    /// Type or paste a path.
    OpenPath,
    /// Open the clip that comes with the program.
    OpenSample,
    /// Take the clip off the list.
    CloseClip,
    /// Analyse the clip again.
    Analyse,
    /// Stop what runs for the clip.
    CancelJobs,
    /// End the program.
    Quit,
    /// Play, or pause.
    PlayPause,
    /// Play backwards; again is faster.
    ShuttleBack,
    /// Pause.
    Pause,
    /// Play forwards; again is faster.
    ShuttleForward,
    /// The next frame.
    StepForward,
    /// The frame before.
    StepBack,
    /// A second on.
    Forward1,
    /// A second back.
    Back1,
    /// Five seconds on.
    Forward5,
    /// Five seconds back.
    Back5,
    /// To where an event starts or ends.
    NextEdge,
    /// Back to where an event starts or ends.
    PreviousEdge,
    /// To the start.
    ToStart,
    /// To the end.
    ToEnd,
    /// Type a time to go to.
    GoTo,
    /// Sound off and on.
    Mute,
    /// Louder.
    Louder,
    /// Softer.
    Softer,
    /// Start again at the end.
    Loop,
    /// Closer on the timeline.
    ZoomIn,
    /// Farther on the timeline.
    ZoomOut,
    /// The whole clip on the timeline.
    Fit,
    /// Lanes for all classes, or only the highest.
    AllLanes,
    /// Keyboard to the threshold.
    Threshold,
    /// The list's clip before.
    PreviousClip,
    /// The list's next clip.
    NextClip,
    /// Keyboard to the search field.
    Search,
    /// The scores of a second.
    ShowSecond,
    /// The events as a table.
    ShowEvents,
    /// Dark, light, or as the system.
    SwitchTheme,
    /// Larger text and controls.
    Larger,
    /// Smaller text and controls.
    Smaller,
    /// Usual size.
    UsualSize,
    /// The window on the whole screen.
    FullScreen,
    /// How long frames take.
    FrameTimes,
    /// Every command by name.
    Palette,
    /// Every command with its key.
    Shortcuts,
}

/// The groups of the shortcut sheet and of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Files and jobs.
    File,
    /// Playing.
    Play,
    /// The timeline.
    Timeline,
    /// The look of the window.
    View,
    /// Help.
    Help,
}

impl Group {
    /// In the order shown.
    pub const ALL: [Group; 5] = [
        Self::File,
        Self::Play,
        Self::Timeline,
        Self::View,
        Self::Help,
    ];

    /// Its heading.
    pub fn text(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Play => "Play",
            Self::Timeline => "Timeline",
            Self::View => "View",
            Self::Help => "Help",
        }
    }
}

impl Command {
    /// Every command, in the order of the sheet.
    pub const ALL: &[Command] = &[
        Self::Open,
        Self::OpenPath,
        Self::OpenSample,
        Self::CloseClip,
        Self::Analyse,
        Self::CancelJobs,
        Self::Quit,
        Self::PlayPause,
        Self::ShuttleBack,
        Self::Pause,
        Self::ShuttleForward,
        Self::StepForward,
        Self::StepBack,
        Self::Forward1,
        Self::Back1,
        Self::Forward5,
        Self::Back5,
        Self::NextEdge,
        Self::PreviousEdge,
        Self::ToStart,
        Self::ToEnd,
        Self::GoTo,
        Self::Mute,
        Self::Louder,
        Self::Softer,
        Self::Loop,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::Fit,
        Self::AllLanes,
        Self::Threshold,
        Self::PreviousClip,
        Self::NextClip,
        Self::Search,
        Self::ShowSecond,
        Self::ShowEvents,
        Self::SwitchTheme,
        Self::Larger,
        Self::Smaller,
        Self::UsualSize,
        Self::FullScreen,
        Self::FrameTimes,
        Self::Palette,
        Self::Shortcuts,
    ];

    /// Its name, as menus and the palette write it.
    pub fn text(self) -> &'static str {
        self.words().1
    }

    /// One sentence more, for tooltips.
    pub fn tooltip(self) -> &'static str {
        self.words().2
    }

    /// Where the sheet lists it.
    pub fn group(self) -> Group {
        self.words().0
    }

    /// Whether it needs a clip that is open.
    pub fn needs_clip(self) -> bool {
        matches!(self.group(), Group::Play | Group::Timeline)
            || matches!(self, Self::CloseClip | Self::Analyse | Self::CancelJobs)
    }

    fn words(self) -> (Group, &'static str, &'static str) {
        use Group::{File, Help, Play, Timeline, View};
        match self {
            Self::Open => (File, "Open…", "Open video or sound files"),
            Self::OpenPath => (File, "Open by path…", "Type or paste the path of a file"),
            Self::OpenSample => (
                File,
                "Try the sample clip",
                "Open the clip that comes with Mettle Studio",
            ),
            Self::CloseClip => (
                File,
                "Close clip",
                "Take the clip off the list; the file stays",
            ),
            Self::Analyse => (
                File,
                "Analyse again",
                "Run the model on this clip once more",
            ),
            Self::CancelJobs => (
                File,
                "Cancel",
                "Stop what runs for this clip; what is done stays",
            ),
            Self::Quit => (File, "Quit", "Close Mettle Studio"),
            Self::PlayPause => (Play, "Play or pause", "Play the clip, or pause it"),
            Self::ShuttleBack => (Play, "Shuttle back", "Play backwards; again is faster"),
            Self::Pause => (Play, "Pause", "Pause the clip"),
            Self::ShuttleForward => (Play, "Shuttle forward", "Play forwards; again is faster"),
            Self::StepForward => (Play, "Next frame", "Show the next frame"),
            Self::StepBack => (Play, "Previous frame", "Show the frame before"),
            Self::Forward1 => (Play, "1 s forward", "Go to the next second"),
            Self::Back1 => (Play, "1 s back", "Go to the second before"),
            Self::Forward5 => (Play, "5 s forward", "Go five seconds forward"),
            Self::Back5 => (Play, "5 s back", "Go five seconds back"),
            Self::NextEdge => (
                Play,
                "Next event edge",
                "Go to where an event starts or ends",
            ),
            Self::PreviousEdge => (
                Play,
                "Previous event edge",
                "Go back to where an event starts or ends",
            ),
            Self::ToStart => (Play, "To the start", "Go to the start of the clip"),
            Self::ToEnd => (Play, "To the end", "Go to the end of the clip"),
            Self::GoTo => (Play, "Go to time…", "Type a time to go to"),
            Self::Mute => (Play, "Mute", "Turn the sound off, or on again"),
            Self::Louder => (Play, "Louder", "Turn the sound up"),
            Self::Softer => (Play, "Softer", "Turn the sound down"),
            Self::Loop => (Play, "Loop", "Start again when the clip ends"),
            Self::ZoomIn => (Timeline, "Zoom in", "Show less time, larger"),
            Self::ZoomOut => (Timeline, "Zoom out", "Show more time, smaller"),
            Self::Fit => (
                Timeline,
                "Fit the clip",
                "Show the whole clip on the timeline",
            ),
            Self::AllLanes => (
                Timeline,
                "All classes",
                "Show a lane for every class, or only the highest",
            ),
            Self::Threshold => (
                Timeline,
                "Threshold",
                "Move the threshold with the arrow keys",
            ),
            Self::PreviousClip => (View, "Previous clip", "Show the clip above in the list"),
            Self::NextClip => (View, "Next clip", "Show the clip below in the list"),
            Self::Search => (View, "Search clips", "Find a clip by name"),
            Self::ShowSecond => (
                View,
                "Scores of a second",
                "Show the scores of the second under the playhead",
            ),
            Self::ShowEvents => (View, "Table of events", "Show every event as a row"),
            Self::SwitchTheme => (View, "Switch theme", "Dark, light, or as the system"),
            Self::Larger => (View, "Larger", "Make text and controls larger"),
            Self::Smaller => (View, "Smaller", "Make text and controls smaller"),
            Self::UsualSize => (View, "Usual size", "Text and controls at their usual size"),
            Self::FullScreen => (View, "Full screen", "The window on the whole screen"),
            Self::FrameTimes => (
                View,
                "Frame times",
                "Show how long the window takes to draw",
            ),
            Self::Palette => (Help, "All commands…", "Find a command by name"),
            Self::Shortcuts => (Help, "Keyboard shortcuts", "Every command with its key"),
        }
    }
}

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
    /// Stop a job.
    Cancel(JobId),
    /// Go to a time.
    Seek(Time),
    /// Go to a time while dragging: the newest one wins.
    Scrub(Time),
    /// Where the timeline starts, and how much time it shows, in seconds.
    View(f64, f64),
    /// From which score on a class counts.
    Threshold(f32),
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
