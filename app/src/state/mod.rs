//! What the window shows, as plain data: panels read it, only [`crate::apply`] and [`crate::replies`] change it.

mod alike;
mod answers;
mod attention;
mod axis;
mod corrected;
mod covers;
mod drawn;
mod drops;
mod export;
mod frame_times;
mod import;
mod jobs;
mod known;
mod lanes;
mod lesson;
mod library;
mod map;
mod open_clip;
mod open_clips;
mod player;
mod recovered;
mod report;
mod reshape;
mod review;
mod row;
mod settings;
mod spectrogram;
mod spoken;
mod strip;
mod subject;
mod tested;
mod tracks;
mod training;
mod waves;
mod weights;
pub mod words;

use std::path::PathBuf;

use mettle_core::base::{Problem, Task, Time, TimeSpan};
use mettle_core::engine::{DeviceReport, ModelChoice, Precision};
use mettle_core::features::CacheSummary;
use mettle_core::gpu::DeviceChoice;
use mettle_core::model::ModelInfo;
use mettle_core::predict::{ClassColors, Prediction};
use mettle_core::project::MaskThresholds;

use crate::command::{Chord, Command};

pub use alike::{AlikeView, AlikeWish, Found};
pub use answers::{Answer, Answers};
pub use attention::{AttentionKey, AttentionView, AttentionWish, shown_key};
pub use axis::TimeAxis;
pub use corrected::{Corrected, Held, Last, ProjectView};
pub use covers::Covers;
pub use drops::Drops;
pub use export::{ExportForm, ExportRun, ExportScope, ExportView, ExportWish};
pub use frame_times::FrameTimes;
pub use import::{ImportForm, ImportView, Planned};
pub use jobs::{Jobs, Running};
pub use known::Known;
pub use lanes::{FEW, Lane, lanes_in_view, shown_classes, shown_lanes};
pub use lesson::Spoken;
pub use library::{Library, Only, Order};
pub use map::MapView;
pub use open_clip::{OpenClip, Shown};
pub use open_clips::OpenClips;
pub use player::{PlayerView, SoundState};
pub use recovered::{OpenSession, Recovered};
pub use report::{ReportKey, ReportView};
pub use review::{Looked, ReviewView, ToSort};
pub use row::{ClipView, Row, Standing};
pub use settings::{Settings, SoundContrast, SoundView};
pub use spectrogram::Spectrogram;
pub use spoken::{SpokenLine, SpokenList};
pub use strip::Strip;
pub use subject::{happens_in, taken_back, word};
pub use tested::Tested;
pub use tracks::{ByModel, Tracks};
pub use training::{Changes, Proposal, RemovedHead, Run, TrainingView};
pub use waves::Waves;
pub use weights::WeightsView;
pub use words::*;

/// A passing message.
#[derive(Clone, Debug)]
pub struct Toast {
    /// Its name.
    pub id: u64,
    /// What it says.
    pub problem: Problem,
    /// When it goes by itself, in egui's time; errors stay.
    pub until: Option<f64>,
    /// What can be done about it at once.
    pub offer: Option<Command>,
}

/// Everything the window shows.
#[derive(Debug, Default)]
pub struct AppState {
    /// The clip list.
    pub library: Library,
    /// Remembered choices.
    pub settings: Settings,
    /// Lanes for all classes.
    pub all_lanes: bool,
    /// What the player does.
    pub player: PlayerView,
    /// What runs.
    pub jobs: Jobs,
    /// The compute device.
    pub device: DeviceReport,
    /// The device asked for.
    pub device_choice: DeviceChoice,
    /// In which numbers backbones are kept and multiplied.
    pub precision: Precision,
    /// Whether another device can be asked for.
    pub can_change_device: bool,
    /// The model in use.
    pub model_choice: ModelChoice,
    /// What the model is, once known.
    pub model: Option<ModelInfo>,
    /// The colours of its classes.
    pub colors: ClassColors,
    /// The weights of the full-size backbones.
    pub weights: WeightsView,
    /// The format of the window's surface; none where nothing is drawn.
    pub target_format: Option<wgpu::TextureFormat>,
    /// What is over the window.
    pub dialog: Dialog,
    /// A key that was wished for a command and is another one's: to be taken from it, or left.
    pub taken_key: Option<(Command, Chord)>,
    /// The inspector's page.
    pub tab: InspectorTab,
    /// What is under the pointer.
    pub hover: Option<Hover>,
    /// Drawing masks by hand.
    pub mask_hand: MaskHand,
    /// Only seconds like this stand out, in parsing.
    pub filter: Option<Disagreement>,
    /// Whether the next edit goes on with the last one.
    pub ongoing: Ongoing,
    /// How the project's file stands.
    pub project: ProjectView,
    /// Masks and attention are off the picture while the key is held.
    pub overlays_hidden: bool,
    /// What the meta-tokens read.
    pub attention: AttentionView,
    /// Training on corrections.
    pub training: TrainingView,
    /// Seconds like one.
    pub alike: AlikeView,
    /// All seconds, like ones near each other.
    pub map: MapView,
    /// What is worth a look.
    pub review: ReviewView,
    /// The model against the user's word.
    pub report: ReportView,
    /// Writing for other programs.
    pub export: ExportView,
    /// Taking in what they say.
    pub import: ImportView,
    /// A test of the device.
    pub self_test: Tested,
    /// How much is kept of clips analysed before, once that was asked.
    pub kept: Option<CacheSummary>,
    /// A window that was ended before it was closed.
    pub recovered: Option<Recovered>,
    /// Passing messages.
    pub toasts: Vec<Toast>,
    /// Warnings and errors of this run, the newest last.
    pub problems: Vec<Problem>,
    /// Milliseconds of work a second of clip took, by the last analysis.
    pub speed_ms: Option<f32>,
    /// How long frames take.
    pub frame_times: FrameTimes,
    /// Whether that is shown.
    pub show_frame_times: bool,
    /// Only the picture and its controls.
    pub full_picture: bool,
    /// Counts up when the panes are to be as at first.
    pub layout: u32,
    /// Pictures of recent clips.
    pub covers: Covers,
    /// Where the keyboard goes next.
    pub focus: Option<Focus>,
    /// Makes the sample clip, where there is one; called on a thread of its own.
    pub sample: Option<fn() -> Result<PathBuf, String>>,
    /// Dropping files on the window.
    pub drops: Drops,
    /// The number given last.
    pub next_id: u64,
}

impl AppState {
    /// The clip on screen.
    pub fn shown(&self) -> Option<Shown<'_>> {
        let row = self.library.selected_row()?;
        Some(Shown {
            row,
            open: self.library.open.get(row.id)?,
            task: self.mode().task(),
            jobs: &self.jobs,
        })
    }

    /// A fresh number.
    pub fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The second under the playhead, as an index of the prediction's segments.
    pub fn current_segment(&self) -> Option<usize> {
        segment_at(self.shown()?.prediction()?, self.player.time)
    }

    /// The thresholds of the masks of the clip on screen, and the span of the second under the playhead.
    pub fn mask_thresholds_here(&self) -> Option<(&MaskThresholds, TimeSpan)> {
        let shown = self.shown()?;
        let segment = self.current_segment()?;
        let span = shown.prediction()?.segments.get(segment).copied()?;
        Some((&shown.row.corrected.shown().mask_thresholds, span))
    }

    /// The threshold that the mode's slider moves.
    pub fn main_threshold(&self) -> f32 {
        match (self.mode(), self.library.selected_row()) {
            (Mode::Masks, Some(row)) => row.corrected.shown().mask_thresholds.clip,
            (Mode::Masks, None) => MaskThresholds::default().clip,
            (Mode::Events | Mode::Parsing, _) => self.settings.threshold,
        }
    }

    /// What is on screen.
    pub fn mode(&self) -> Mode {
        self.settings.mode
    }

    /// Whether the model has a head for a task; yes while the model is not known yet.
    pub fn can(&self, task: Task) -> bool {
        self.model.as_ref().is_none_or(|model| model.can(task))
    }
}

/// The segment at a time, or the last one: a clip's end belongs to it.
pub fn segment_at(prediction: &Prediction, time: Time) -> Option<usize> {
    let segments = &prediction.segments;
    let place = segments.partition_point(|span| span.end <= time);
    let here = segments.get(place).filter(|span| span.contains(time));
    here.map(|_| place).or(segments.len().checked_sub(1))
}
