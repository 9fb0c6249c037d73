//! What the window remembers between runs.

use std::path::{Path, PathBuf};

use mettle_core::base::{HeadId, Task};
use mettle_core::engine::{ModelChoice, SpectrogramPart};
use mettle_core::exchange::marks::What;
use mettle_core::predict::Thresholds;
use mettle_core::project::MaskThresholds;
use serde::{Deserialize, Serialize};

use super::{ExportForm, ExportScope, MaskSettings, Mode, OwnThresholds};
use crate::keymap::Changes;

/// How many recent files are remembered.
pub const RECENT: usize = 8;

/// How the sound is drawn on the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoundView {
    /// Loudness over time.
    #[default]
    Waveform,
    /// Time and pitch.
    Spectrogram,
    /// Not at all.
    Off,
}

impl SoundView {
    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::Waveform => Self::Spectrogram,
            Self::Spectrogram => Self::Off,
            Self::Off => Self::Waveform,
        }
    }
}

/// Which strengths of a spectrogram are drawn, in dB.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SoundContrast {
    /// How much louder everything is drawn.
    pub gain: f32,
    /// From the faintest that is drawn to the strongest.
    pub range: f32,
}

impl Default for SoundContrast {
    fn default() -> Self {
        Self {
            gain: 0.0,
            range: 80.0,
        }
    }
}

impl SoundContrast {
    /// How strongly each of the 256 strengths is drawn, 0 to 255.
    pub fn levels(self) -> [u8; 256] {
        let highest = SpectrogramPart::FLOOR + SpectrogramPart::RANGE - self.gain;
        let lowest = highest - self.range.max(1.0);
        std::array::from_fn(|strength| {
            let db = SpectrogramPart::FLOOR + strength as f32 / 255.0 * SpectrogramPart::RANGE;
            ((db - lowest) / (highest - lowest) * 255.0).clamp(0.0, 255.0) as u8
        })
    }
}

/// Remembered choices. Pane sizes and the theme are remembered by egui.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Files opened lately, the newest first.
    pub recent: Vec<PathBuf>,
    /// What is on screen.
    pub mode: Mode,
    /// From which score on a class counts.
    pub threshold: f32,
    /// Where classes and modalities have thresholds of their own.
    pub own_thresholds: OwnThresholds,
    /// Whether scores go through their head's temperatures before thresholds.
    pub calibrated: bool,
    /// The share of what is said that is to be right, 0 to 1, for which thresholds are offered.
    pub wished_precision: f32,
    /// How masks are drawn.
    pub masks: MaskSettings,
    /// 0 to 1.
    pub volume: f32,
    /// Sound off.
    pub muted: bool,
    /// Start again at the end.
    pub looping: bool,
    /// How the sound is drawn.
    pub sound_view: SoundView,
    /// How strongly a spectrogram is drawn.
    pub contrast: SoundContrast,
    /// Model folders used lately, the newest first.
    pub model_folders: Vec<PathBuf>,
    /// The model folder in use; none for the demo model.
    pub model: Option<PathBuf>,
    /// Trained heads in use in place of their models' own.
    pub heads: Vec<ChosenHead>,
    /// The project that was open last; none for the usual one.
    pub project: Option<PathBuf>,
    /// Projects opened lately, the newest first.
    pub projects: Vec<PathBuf>,
    /// What was exported last.
    pub export: ExportChoice,
    /// Keys the user changed.
    pub keys: Changes,
    /// Size of text and controls, 1 is usual.
    pub scale: f32,
    /// Dark, light, or as the system.
    pub theme: egui::ThemePreference,
}

/// A trained head that a user chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenHead {
    /// The model's folder; none for the demo model.
    pub model: Option<PathBuf>,
    /// What it answers.
    pub task: Task,
    /// The head.
    pub head: HeadId,
}

/// How the user exported last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoice {
    /// Into which folder.
    pub folder: Option<PathBuf>,
    /// As what, by its name.
    pub format: String,
    /// Whose word.
    what: Option<What>,
    /// Which clips were written.
    pub scope: ExportScope,
}

impl ExportChoice {
    /// Whose word.
    pub fn what(&self) -> What {
        self.what.unwrap_or_default()
    }

    /// This was chosen.
    pub fn remember(&mut self, form: &ExportForm, folder: Option<PathBuf>) {
        self.folder = folder;
        self.format = form.format.name().to_owned();
        self.what = Some(form.what);
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            mode: Mode::default(),
            threshold: 0.5,
            own_thresholds: OwnThresholds::default(),
            calibrated: false,
            wished_precision: 0.9,
            masks: MaskSettings::default(),
            volume: 0.8,
            muted: false,
            looping: false,
            sound_view: SoundView::default(),
            contrast: SoundContrast::default(),
            model_folders: Vec::new(),
            model: None,
            heads: Vec::new(),
            project: None,
            projects: Vec::new(),
            export: ExportChoice::default(),
            keys: Changes::new(),
            scale: 1.0,
            theme: egui::ThemePreference::System,
        }
    }
}

impl Settings {
    /// The thresholds in use for a clip whose masks have these.
    pub fn thresholds(&self, masks: &MaskThresholds) -> Thresholds {
        let own = &self.own_thresholds;
        Thresholds {
            global: self.threshold,
            audible: own.audible,
            visible: own.visible,
            classes: own.classes.clone(),
            masks: masks.clone(),
        }
    }

    /// The trained head in use for a task of a model; none for the model's own.
    pub fn head_of(&self, model: &ModelChoice, task: Task) -> Option<HeadId> {
        let folder = folder_of(model);
        let mut heads = self.heads.iter();
        let chosen = heads.find(|chosen| chosen.model == folder && chosen.task == task);
        chosen.map(|chosen| chosen.head)
    }

    /// Use a trained head for a task of a model, or the model's own.
    pub fn choose_head(&mut self, model: &ModelChoice, task: Task, head: Option<HeadId>) {
        let model = folder_of(model);
        self.heads
            .retain(|chosen| chosen.model != model || chosen.task != task);
        self.heads
            .extend(head.map(|head| ChosenHead { model, task, head }));
    }

    /// Put a file at the head of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }

    /// This project is open from now on; none for the usual one.
    pub fn remember_project(&mut self, file: Option<PathBuf>) {
        if let Some(file) = &file {
            self.projects.retain(|known| known != file);
            self.projects.insert(0, file.clone());
            self.projects.truncate(RECENT);
        }
        self.project = file;
    }

    /// The model to start with.
    pub fn model_choice(&self) -> ModelChoice {
        match &self.model {
            Some(folder) => ModelChoice::Folder(folder.clone()),
            None => ModelChoice::Demo,
        }
    }

    /// Use a model from now on.
    pub fn remember_model(&mut self, choice: &ModelChoice) {
        self.model = None;
        if let ModelChoice::Folder(folder) = choice {
            self.model = Some(folder.clone());
            self.model_folders.retain(|known| known != folder);
            self.model_folders.insert(0, folder.clone());
            self.model_folders.truncate(RECENT);
        }
    }
}

fn folder_of(model: &ModelChoice) -> Option<PathBuf> {
    match model {
        ModelChoice::Demo => None,
        ModelChoice::Folder(folder) => Some(folder.clone()),
    }
}
