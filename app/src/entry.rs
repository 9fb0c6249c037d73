//! A file of the clip list: what is known of it, what runs for it, what was decided about it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mettle_core::base::{ClipId, Label, Problem, Task, Time, TimeSpan};
use mettle_core::engine::JobId;
use mettle_core::media::{Clip, VideoFrame};
use mettle_core::predict::{Prediction, SecondTags, Thresholds, tracks_of};
use mettle_core::project::{Names, Track, merge};

use crate::corrected::Corrected;
use crate::mode::Answer;
use crate::paint::{Spectrogram, Strip, Waves};
use crate::settings::Settings;

/// A row of the clip list, stable while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u64);

/// What a job does for a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
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
}

/// A file of the list, from the wish to open it on.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its row.
    pub id: EntryId,
    /// The file.
    pub path: PathBuf,
    /// What it is, once open.
    pub clip: Option<Arc<Clip>>,
    /// Shown until the player has its own.
    pub first_frame: Option<Arc<VideoFrame>>,
    /// Loudness over time, as far as it has come.
    pub waves: Waves,
    /// Sound by time and pitch, as far as it has come.
    pub spectrogram: Spectrogram,
    /// Whether that was asked for.
    pub spectrogram_asked: bool,
    /// Small pictures, as far as they have come.
    pub strip: Strip,
    /// Which of the answers is shown.
    pub task: Task,
    /// What the model said, for each task.
    pub answers: BTreeMap<Task, Answer>,
    /// What the backbones' own classifiers hear and see, a second each, where they have one.
    pub tags: Arc<Vec<SecondTags>>,
    /// What was asked of the model.
    pub asked: BTreeSet<Task>,
    /// What the user decided about the clip.
    pub corrected: Corrected,
    /// When the analysis began to run, in egui's time.
    pub analysis_began: Option<f64>,
    /// What still runs for it.
    pub jobs: Vec<(JobId, Errand)>,
    /// Why it could not be opened or analysed.
    pub failure: Option<Problem>,
    /// Whether the file was not there when it could not be opened.
    pub file_gone: bool,
    /// Where the timeline starts, in seconds.
    pub view_start: f64,
    /// How much time it shows, in seconds; 0 until the clip is open.
    pub view_span: f64,
    /// The lane the keyboard is on.
    pub lane: Option<Label>,
    /// The event the keyboard or the pointer chose.
    pub chosen: Option<Chosen>,
    /// Where the selection starts; the clip's start if only its end is marked.
    pub mark_in: Option<Time>,
    /// Where it ends; the clip's end if only its start is marked.
    pub mark_out: Option<Time>,
    /// Where the playhead was when another clip was chosen.
    pub time: Time,
}

impl Entry {
    /// A file about to be opened.
    pub fn new(id: EntryId, path: PathBuf) -> Self {
        Self {
            id,
            path,
            clip: None,
            first_frame: None,
            waves: Waves::default(),
            spectrogram: Spectrogram::default(),
            spectrogram_asked: false,
            strip: Strip::default(),
            task: Task::default(),
            answers: BTreeMap::new(),
            tags: Arc::default(),
            asked: BTreeSet::new(),
            corrected: Corrected::Unread,
            analysis_began: None,
            jobs: Vec::new(),
            failure: None,
            file_gone: false,
            view_start: 0.0,
            view_span: 0.0,
            lane: None,
            chosen: None,
            mark_in: None,
            mark_out: None,
            time: Time::ZERO,
        }
    }

    /// The file's name.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }

    /// The clip's length, zero until it is open.
    pub fn duration(&self) -> Time {
        self.clip.as_ref().map_or(Time::ZERO, |clip| clip.duration)
    }

    /// Whether it could not be opened because the file is not there.
    pub fn is_missing(&self) -> bool {
        self.clip.is_none() && self.failure.is_some() && self.file_gone
    }

    /// What is between the marks, or else the chosen event.
    pub fn selection(&self) -> Option<TimeSpan> {
        if self.mark_in.is_none() && self.mark_out.is_none() {
            return self.chosen.as_ref().map(|chosen| chosen.span);
        }
        let start = self.mark_in.unwrap_or(Time::ZERO);
        let end = self.mark_out.unwrap_or(self.duration());
        (start < end).then(|| TimeSpan::new(start, end))
    }

    /// Whether it is this clip.
    pub fn is_of(&self, clip: ClipId) -> bool {
        self.clip.as_ref().is_some_and(|own| own.id == clip)
    }

    /// The thresholds in use for it.
    pub fn thresholds(&self, settings: &Settings) -> Thresholds {
        settings.thresholds(&self.corrected.shown().mask_thresholds)
    }

    /// The threshold of a second's mask.
    pub fn mask_threshold(&self, segment: usize) -> f32 {
        let masks = &self.corrected.shown().mask_thresholds;
        let prediction = self.answer_to(Task::Segment);
        let span = prediction.and_then(|prediction| prediction.segments.get(segment));
        span.map_or(masks.clip, |span| masks.of(*span))
    }

    /// The events of an answer at the thresholds in use, with the user's word over the model's.
    pub fn tracks_at(&self, prediction: &Prediction, thresholds: &Thresholds) -> Vec<Track> {
        let tracks = tracks_of(prediction, thresholds);
        let said = &self.corrected.shown().statements;
        let names = Names::of(prediction.labels.iter(), &BTreeMap::new());
        merge(&tracks, said, &names)
    }

    /// What is shown of the answers: scores or masks, as far as they have come.
    pub fn prediction(&self) -> Option<&Arc<Prediction>> {
        self.answer_to(self.task)
    }

    /// What the model said for a task.
    pub fn answer_to(&self, task: Task) -> Option<&Arc<Prediction>> {
        self.answers.get(&task).map(|answer| &answer.prediction)
    }

    /// The events shown, at the thresholds in use.
    pub fn tracks(&self) -> &[Track] {
        let answer = self.answers.get(&self.task);
        answer.map_or(&[], |answer| &answer.tracks)
    }

    /// Whether all seconds have the answer shown.
    pub fn analysed(&self) -> bool {
        let answer = self.answers.get(&self.task);
        answer.is_some_and(|answer| answer.complete)
    }

    /// The job that finds the answer shown, if it runs.
    pub fn analysis(&self) -> Option<JobId> {
        self.job(Errand::Predict(self.task))
    }

    /// How many seconds are scored.
    pub fn scored(&self) -> usize {
        self.prediction()
            .map_or(0, |p| p.scores.len().min(p.segments.len()))
    }

    /// The job that does this errand, if it runs.
    pub fn job(&self, errand: Errand) -> Option<JobId> {
        self.jobs
            .iter()
            .find_map(|(id, what)| (*what == errand).then_some(*id))
    }
}

/// A file's name for the user.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// An event of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its class.
    pub label: Label,
    /// When.
    pub span: TimeSpan,
}
