//! What the window shows, as plain data: panels read it, only [`crate::apply`] and [`crate::replies`] change it.

use std::path::PathBuf;

use mettle_core::base::{ClipId, Label, Problem, Task, Time, TimeSpan};
use mettle_core::engine::{DeviceReport, JobId, JobStatus, ModelChoice, Precision};
use mettle_core::features::CacheSummary;
use mettle_core::gpu::DeviceChoice;
use mettle_core::model::ModelInfo;
use mettle_core::predict::{ClassColors, Prediction};
use mettle_core::project::MaskThresholds;

use crate::apply::Ongoing;
use crate::attention::AttentionView;
use crate::command::Command;
pub use crate::corrected::{Corrected, Held, ProjectView};
use crate::covers::Covers;
pub use crate::entry::{Chosen, Entry, EntryId, Errand, file_name};
use crate::files::Wanted;
use crate::frame_times::FrameTimes;
use crate::mode::{Disagreement, Mode};
use crate::playback::PlayerView;
use crate::settings::Settings;
use crate::weights::WeightsView;

/// What is under the pointer on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    /// When.
    pub time: Time,
    /// Which lane, and its score there.
    pub score: Option<(Label, f32)>,
}

/// The pages of the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// What went wrong so far.
    Problems,
    /// What is kept of clips analysed before.
    Kept,
    /// What the model is, and choosing another.
    Model,
    /// Weights of the full-size backbones.
    Models,
    /// A path in place of the system's dialog; says so when there is none here.
    Path {
        /// What it is for.
        wanted: Wanted,
        /// What is typed.
        text: String,
        /// Why this is shown in place of the system's dialog.
        no_service: bool,
    },
}

/// A passing message.
#[derive(Clone, Debug)]
pub struct Toast {
    /// Its name.
    pub id: u64,
    /// What it says.
    pub problem: Problem,
    /// When it goes by itself, in egui's time; errors stay.
    pub until: Option<f64>,
}

/// Where the keyboard should go next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The search field.
    Search,
    /// The threshold.
    Threshold,
}

/// Everything the window shows.
#[derive(Debug, Default)]
pub struct AppState {
    /// The clip list, in the order opened.
    pub entries: Vec<Entry>,
    /// The clip on screen.
    pub selected: Option<EntryId>,
    /// What the list is filtered by.
    pub search: String,
    /// Remembered choices.
    pub settings: Settings,
    /// Lanes for all classes.
    pub all_lanes: bool,
    /// What the player does.
    pub player: PlayerView,
    /// The engine's board.
    pub jobs: Vec<JobStatus>,
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
    /// The inspector's page.
    pub tab: InspectorTab,
    /// What is under the pointer.
    pub hover: Option<Hover>,
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
    /// How much is kept of clips analysed before, once that was asked.
    pub kept: Option<CacheSummary>,
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
    /// Files cannot be dropped on this window (Wayland).
    pub no_drop: bool,
    /// The number given last.
    pub next_id: u64,
}

impl AppState {
    /// The clip on screen.
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.iter().find(|e| Some(e.id) == self.selected)
    }

    /// The clip on screen, to change.
    pub fn entry_mut(&mut self) -> Option<&mut Entry> {
        let selected = self.selected;
        self.entries.iter_mut().find(|e| Some(e.id) == selected)
    }

    /// A row by its name.
    pub fn entry_by_id(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.id == id)
    }

    /// The rows that hold a clip.
    pub fn entries_of(&mut self, clip: ClipId) -> impl Iterator<Item = &mut Entry> {
        self.entries
            .iter_mut()
            .filter(move |entry| entry.is_of(clip))
    }

    /// The row a job works for.
    pub fn entry_of_job(&mut self, job: JobId) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .find(|e| e.jobs.iter().any(|(id, _)| *id == job))
    }

    /// A fresh number.
    pub fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The rows that match the search.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        let wanted = self.search.trim().to_lowercase();
        self.entries
            .iter()
            .filter(move |e| wanted.is_empty() || e.name().to_lowercase().contains(&wanted))
    }

    /// The second under the playhead, as an index of the prediction's segments.
    pub fn current_segment(&self) -> Option<usize> {
        segment_at(self.entry()?.prediction()?, self.player.time)
    }

    /// The thresholds of the masks of the clip on screen, and the span of the second under the playhead.
    pub fn mask_thresholds_here(&self) -> Option<(&MaskThresholds, TimeSpan)> {
        let entry = self.entry()?;
        let segment = self.current_segment()?;
        let span = entry.prediction()?.segments.get(segment).copied()?;
        Some((&entry.corrected.shown().mask_thresholds, span))
    }

    /// The threshold that the mode's slider moves.
    pub fn main_threshold(&self) -> f32 {
        match (self.mode(), self.entry()) {
            (Mode::Masks, Some(entry)) => entry.corrected.shown().mask_thresholds.clip,
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
    let mut spans = prediction.segments.iter();
    let found = spans.position(|span| span.contains(time));
    found.or_else(|| prediction.segments.len().checked_sub(1))
}
