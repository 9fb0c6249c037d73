//! Every command as one row of data: name, group, when it can be used, words, keys.

use egui::{Key, Modifiers};

/// The groups of the shortcut sheet and of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Files and jobs.
    File,
    /// Changing what was decided about a clip.
    Edit,
    /// Drawing masks.
    Mask,
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
    pub const ALL: [Group; 7] = [
        Self::File,
        Self::Edit,
        Self::Mask,
        Self::Play,
        Self::Timeline,
        Self::View,
        Self::Help,
    ];

    /// Its heading.
    pub fn text(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Mask => "Mask",
            Self::Play => "Play",
            Self::Timeline => "Timeline",
            Self::View => "View",
            Self::Help => "Help",
        }
    }
}

/// A key with what is held beside it.
pub type Chord = (Modifiers, Key);

/// What the table says of a command.
#[derive(Debug)]
struct Row {
    id: &'static str,
    group: Group,
    when: When,
    text: &'static str,
    tooltip: &'static str,
    keys: &'static [Chord],
}

const PLAIN: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// When a command can be used, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// With a clip on screen.
    Clip,
    /// The same, as long as its key is held: no menu can do that.
    Held,
}

const ALWAYS: When = When::Always;
const CLIP: When = When::Clip;
const HELD: When = When::Held;

/// The enum, its list and its rows from one table, so that no command can lack any of them.
macro_rules! commands {
    ($($name:ident $group:ident $when:ident $text:literal $tip:literal [$($held:ident $key:ident),*];)*) => {
        /// What has a name: menus, shortcuts, the palette, the shortcut sheet and the tests share this list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command { $(#[doc = $tip] $name,)* }

        impl Command {
            /// Every command, in the order of the menus and of the sheet.
            pub const ALL: &[Command] = &[$(Self::$name,)*];

            fn row(self) -> &'static Row {
                match self { $(Self::$name => {
                    const ROW: Row = Row {
                        id: stringify!($name), group: Group::$group, when: $when, text: $text, tooltip: $tip,
                        keys: &[$(($held, Key::$key)),*],
                    };
                    &ROW
                })* }
            }
        }
    };
}

// The first key is the one that menus print.
commands! {
    Open            File ALWAYS "Open…" "Open video or sound files" [CTRL O];
    OpenFolder      File ALWAYS "Open folder…" "Open every video and sound file of a folder" [CTRL_SHIFT O];
    OpenPath        File ALWAYS "Open by path…" "Type or paste the path of a file or folder" [CTRL L];
    OpenSample      File ALWAYS "Try the sample clip" "Open the clip that comes with Mettle Studio" [];
    NewProject      File ALWAYS "New project…" "Begin a project in a file of its own; this one stays as it is" [];
    OpenProject     File ALWAYS "Open project…" "Go on with a project of yours, or the usual one" [];
    SaveCopy        File ALWAYS "Save a copy…" "Put a copy of this project elsewhere; everything is kept as you go" [CTRL_SHIFT S];
    Export          File CLIP   "Export…" "Write what is said of clips for other programs: ELAN, Praat, Audacity, subtitles, CVAT, tables, films" [CTRL E];
    ExportAgain     File CLIP   "Export again" "Write the same once more, as chosen last" [CTRL_SHIFT E];
    Import          File CLIP   "Import…" "Take in what another program says of this clip; shown first" [];
    MarkClip        File CLIP   "Mark clip" "Mark the clip, to export several at once; again takes the mark off" [ALT M];
    ChooseModel     File ALWAYS "Choose model…" "Use a model folder of yours, or the demo model" [CTRL M];
    KeptFeatures    File ALWAYS "Kept features…" "See how much is kept of clips analysed before, and clear it" [];
    Models          File ALWAYS "Models…" "The full-size backbones: which weights are here, and fetching the others" [];
    CloseClip       File CLIP   "Close clip" "Take the clip off the list; the file stays" [CTRL W];
    Analyse         File CLIP   "Analyse again" "Run the model on this clip once more" [CTRL R];
    CancelJobs      File CLIP   "Cancel" "Stop what runs for this clip; what is done stays" [CTRL Period];
    Quit            File ALWAYS "Quit" "Close Mettle Studio" [CTRL Q];

    Undo            Edit CLIP   "Undo" "Take back the last change of this clip's corrections" [CTRL Z];
    Redo            Edit CLIP   "Redo" "Do again what was taken back" [CTRL_SHIFT Z, CTRL Y];
    OwnThreshold    Edit CLIP   "Own threshold" "Give the chosen class, or in masks mode this second, a threshold of its own, or take it back" [SHIFT T];
    SayBoth         Edit CLIP   "Heard and seen" "Say that the chosen class is both heard and seen in the selection, or in this second" [PLAIN B];
    SayHeard        Edit CLIP   "Heard" "Say that the chosen class is heard" [PLAIN A];
    SaySeen         Edit CLIP   "Seen" "Say that the chosen class is seen" [PLAIN V];
    SayNotBoth      Edit CLIP   "Not both" "Say that the chosen class is not both heard and seen" [SHIFT B];
    SayNotHeard     Edit CLIP   "Not heard" "Say that the chosen class is not heard" [SHIFT A];
    SayNotSeen      Edit CLIP   "Not seen" "Say that the chosen class is not seen" [SHIFT V];
    TakeBack        Edit CLIP   "Take back" "Say nothing any more of the chosen class in the selection, or in this second" [PLAIN Backspace, PLAIN Delete];
    Accept          Edit CLIP   "Accept and go on" "Say what the model says of this second, of the chosen class or of all, or take its mask, and go to the next" [PLAIN Enter];
    AcceptRest      Edit CLIP   "Accept the rest" "Say what the model says from this second to the end, of the chosen class or of all" [SHIFT Enter];
    Revert          Edit CLIP   "Back to the model" "Say nothing any more of any class in the selection, or in this second; in masks mode, of its mask" [PLAIN R];
    Split           Edit CLIP   "Split the event" "Cut the chosen event, or that of the chosen lane, in two at the playhead" [PLAIN S];
    NewClass        Edit CLIP   "New class…" "Name a class that the model does not know, to be said and then learned" [CTRL N];

    NextReview      Edit CLIP   "Next to review" "Go to the next second of all clips that is worth a look and that nobody looked at" [PLAIN N];
    PreviousReview  Edit CLIP   "Previous to review" "Go back to the one before that nobody looked at" [SHIFT N];
    Looked          Edit CLIP   "Looked at" "This second is right as it stands; again, it is to be looked at once more" [SHIFT Q];
    Flag            Edit CLIP   "Flag for later" "Flag this second, to come back to it; again takes the flag off" [PLAIN Q];

    Train           Edit CLIP   "Train" "Let the head learn what you said; the result is a new head" [CTRL Enter];

    PaintMask       Mask CLIP   "Paint the mask" "Add to this second's mask with a round brush; again puts the brush down. Ctrl held takes away" [PLAIN P];
    EraseMask       Mask CLIP   "Erase from the mask" "Take away from this second's mask with a round brush. Ctrl held adds" [PLAIN E];
    MaskPolygon     Mask CLIP   "Polygon" "Add the inside of corners to this second's mask; Enter or a click on the first closes them. Ctrl held takes away" [PLAIN Y];
    BrushSmaller    Mask CLIP   "Smaller brush" "Make the brush smaller" [PLAIN OpenBracket];
    BrushLarger     Mask CLIP   "Larger brush" "Make the brush larger" [PLAIN CloseBracket];
    CopyMaskForward Mask CLIP   "Mask to the next second" "Give the next second the mask of this one, and go there" [CTRL D];
    CopyMaskBack    Mask CLIP   "Mask to the second before" "Give the second before the mask of this one, and go there" [CTRL_SHIFT D];

    PlayPause       Play CLIP   "Play or pause" "Play the clip, or pause it" [PLAIN Space];
    PlaySelection   Play CLIP   "Play selection" "Play once from the in mark to the out mark, or the chosen event" [SHIFT Space];
    LoopSelection   Play CLIP   "Loop" "Repeat the selection, or the clip where nothing is selected" [PLAIN Backslash];
    ShuttleBack     Play CLIP   "Shuttle back" "Play backwards; again is faster" [PLAIN J];
    Pause           Play CLIP   "Pause" "Pause the clip" [PLAIN K];
    ShuttleForward  Play CLIP   "Shuttle forward" "Play forwards; again is faster" [PLAIN L];
    StepForward     Play CLIP   "Next frame" "Show the next frame" [PLAIN Period];
    StepBack        Play CLIP   "Previous frame" "Show the frame before" [PLAIN Comma];
    Forward1        Play CLIP   "1 s forward" "Go to the next second" [PLAIN ArrowRight];
    Back1           Play CLIP   "1 s back" "Go to the second before" [PLAIN ArrowLeft];
    Forward5        Play CLIP   "5 s forward" "Go five seconds forward" [SHIFT ArrowRight];
    Back5           Play CLIP   "5 s back" "Go five seconds back" [SHIFT ArrowLeft];
    NextEdge        Play CLIP   "Next event edge" "Go to where an event starts or ends" [CTRL ArrowRight];
    PreviousEdge    Play CLIP   "Previous event edge" "Go back to where an event starts or ends" [CTRL ArrowLeft];
    ToStart         Play CLIP   "To the start" "Go to the start of the clip" [PLAIN Home];
    ToEnd           Play CLIP   "To the end" "Go to the end of the clip" [PLAIN End];
    GoTo            Play CLIP   "Go to time…" "Type a time to go to" [PLAIN G];
    Mute            Play CLIP   "Mute" "Turn the sound off, or on again" [PLAIN M];
    Louder          Play CLIP   "Louder" "Turn the sound up" [SHIFT ArrowUp];
    Softer          Play CLIP   "Softer" "Turn the sound down" [SHIFT ArrowDown];

    NextEvent       Timeline CLIP "Next event" "Go to the next event, of the chosen lane if there is one" [PLAIN Tab];
    PreviousEvent   Timeline CLIP "Previous event" "Go to the event before, of the chosen lane if there is one" [SHIFT Tab];
    LaneDown        Timeline CLIP "Lane below" "Choose the lane below" [PLAIN ArrowDown];
    LaneUp          Timeline CLIP "Lane above" "Choose the lane above" [PLAIN ArrowUp];
    MarkIn          Timeline CLIP "Mark in" "Start the selection here" [PLAIN I];
    MarkOut         Timeline CLIP "Mark out" "End the selection here" [PLAIN O];
    ClearSelection  Timeline CLIP "Clear selection" "Forget the marks, the chosen event and the chosen lane" [PLAIN Escape];
    ZoomIn          Timeline CLIP "Zoom in" "Show less time, larger" [CTRL ArrowUp];
    ZoomOut         Timeline CLIP "Zoom out" "Show more time, smaller" [CTRL ArrowDown];
    Fit             Timeline CLIP "Fit" "Show the selection on the whole timeline; again, the whole clip" [PLAIN Z];
    AllLanes        Timeline CLIP "All classes" "Show a lane for every class, or only the highest" [PLAIN C];
    Threshold       Timeline CLIP "Threshold" "Move the threshold with the arrow keys" [PLAIN T];
    SoundView       Timeline CLIP "Sound view" "Show the sound as a waveform, as a spectrogram, or not at all" [PLAIN W];
    FindAlike       Timeline CLIP "Find seconds like this…" "List the seconds of all analysed clips that look or sound most like the one under the playhead" [SHIFT F];

    MapOfSeconds    Timeline CLIP "Map of seconds…" "Show all analysed seconds on a plane, like ones near each other; a click opens one" [SHIFT M];

    HeardNotSeen    Timeline CLIP "Heard but not seen" "Show where something is heard and not seen; again shows everything" [];
    SeenNotHeard    Timeline CLIP "Seen but not heard" "Show where something is seen and not heard; again shows everything" [];

    ClipGrid        View ALWAYS "Clips as a grid…" "Show the listed clips as pictures, with what was found and how much was looked at" [SHIFT G];
    ModeEvents      View ALWAYS "Events mode" "Show which events are both heard and seen" [ALT Num1];
    ModeParsing     View ALWAYS "Parsing mode" "Show what is heard and what is seen, each by itself" [ALT Num2];
    ModeMasks       View ALWAYS "Masks mode" "Show where the picture sounds" [ALT Num3];
    MaskStyle       View CLIP   "Mask style" "Masks as fill, as outline, or as heat" [];
    MaskFainter     View CLIP   "Masks fainter" "Show more of the picture under the masks" [PLAIN Semicolon];
    MaskStronger    View CLIP   "Masks stronger" "Show less of the picture under the masks" [PLAIN Quote];
    BarePicture     View HELD   "Bare picture" "Hold the key to see the picture without masks and attention" [PLAIN H];
    CrossFade       View CLIP   "Cross-fade masks" "Fade each second's mask into the next one's, or show the nearest" [];
    AttentionView   View CLIP   "Attention on the picture" "Show what the model's meta-tokens read, or stop showing it" [PLAIN X];
    PreviousClip    View CLIP   "Previous clip" "Show the clip above in the list" [PLAIN PageUp];
    NextClip        View CLIP   "Next clip" "Show the clip below in the list" [PLAIN PageDown];
    Search          View CLIP   "Search clips" "Find a clip by name" [CTRL F];
    ShowSecond      View CLIP   "Scores of a second" "Show the scores of the second under the playhead" [CTRL Num1];
    ShowEvents      View CLIP   "Table of events" "Show every event as a row" [CTRL Num2];
    ShowMasks       View CLIP   "Masks page" "How masks are drawn" [CTRL Num3];
    ShowAttention   View CLIP   "Attention page" "What the model's meta-tokens read" [CTRL Num4];
    ShowTrain       View CLIP   "Train page" "Let a head learn from corrections, compare it with the old one, and choose" [CTRL T, CTRL Num5];
    ShowReview      View CLIP   "Review page" "The seconds of all clips that are most worth a look" [CTRL Num6];
    ShowReport      View CLIP   "Model against corrections…" "How often the model is right about what you said: by class, and which class is taken for which" [CTRL Num7];
    FocusControls   View ALWAYS "Keyboard to the controls" "Move the keyboard to the next control; Esc gives it back" [PLAIN F6];
    FullPicture     View CLIP   "Full picture" "Only the picture and its controls, or everything again" [PLAIN F];
    FullScreen      View ALWAYS "Full screen" "The window on the whole screen" [PLAIN F11];
    SwitchTheme     View ALWAYS "Switch theme" "Dark, light, or as the system" [];
    Larger          View ALWAYS "Larger" "Make text and controls larger" [CTRL Plus, CTRL Equals];
    Smaller         View ALWAYS "Smaller" "Make text and controls smaller" [CTRL Minus];
    UsualSize       View ALWAYS "Usual size" "Text and controls at their usual size" [CTRL Num0];
    ResetLayout     View ALWAYS "Reset layout" "Panes, sizes and views as at first" [];
    FrameTimes      View ALWAYS "Frame times" "Show how long the window takes to draw" [PLAIN F3];

    Palette         Help ALWAYS "All commands…" "Find a command by name" [CTRL K];
    Shortcuts       Help ALWAYS "Keyboard shortcuts" "Every command with its key, to look up and to change" [PLAIN F1, PLAIN Questionmark];
    AboutModel      Help ALWAYS "About the model" "What the model is and what it can recognise" [];
}

impl Command {
    /// Its name in files; never changes.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The command of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.id() == id)
    }

    /// Its name, as menus and the palette write it.
    pub fn text(self) -> &'static str {
        self.row().text
    }

    /// One sentence more, for tooltips.
    pub fn tooltip(self) -> &'static str {
        self.row().tooltip
    }

    /// Where the sheet lists it.
    pub fn group(self) -> Group {
        self.row().group
    }

    /// Whether it needs a clip on the list.
    pub fn needs_clip(self) -> bool {
        self.row().when != When::Always
    }

    /// Whether it lasts as long as its key is held, and is no command to be chosen.
    pub fn is_held(self) -> bool {
        self.row().when == When::Held
    }

    /// Whether it acts on what an open dialog covers; others open or close something, or are about the window itself.
    pub fn acts_behind_dialogs(self) -> bool {
        let opens = self.text().ends_with('…') || self.text().ends_with("page");
        let window = matches!(
            self,
            Self::Larger
                | Self::Smaller
                | Self::UsualSize
                | Self::FocusControls
                | Self::FullScreen
                | Self::FrameTimes
        );
        let closes = matches!(self, Self::CloseClip | Self::Quit | Self::Shortcuts);
        let shows = matches!(self, Self::ShowSecond | Self::ShowEvents);
        !(opens || window || closes || shows)
    }

    /// The keys it has unless the user gave it another, the one to show first.
    pub fn default_keys(self) -> &'static [Chord] {
        self.row().keys
    }
}
