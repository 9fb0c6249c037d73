//! What is in memory of a clip beyond its row: pictures, sound, answers. Few of these live; see [`super::OpenClips`].

use std::collections::BTreeSet;
use std::sync::Arc;

use mettle_core::engine::JobId;
use mettle_core::media::VideoFrame;
use mettle_core::predict::{Prediction, SecondMask, SecondTags, Thresholds};
use mettle_core::project::Track;

use mettle_core::base::{Task, Time, TimeSpan};

use super::{Answers, JobKind, Jobs, LaneEvent, Row, Settings, Spectrogram, Strip, Waves};

/// What was read and computed of a clip, as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct OpenClip {
    /// Shown until the player has its own.
    pub first_frame: Option<Arc<VideoFrame>>,
    /// Loudness over time.
    pub waves: Waves,
    /// Sound by time and pitch.
    pub spectrogram: Spectrogram,
    /// Small pictures.
    pub strip: Strip,
    /// What heads said of it.
    pub answers: Answers,
    /// What the backbones' own classifiers hear and see, a second each, where they have one.
    pub tags: Arc<Vec<SecondTags>>,
    /// What was asked of the engine: nothing is asked again by itself.
    pub asked: BTreeSet<JobKind>,
}

impl OpenClip {
    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        let frame = self.first_frame.as_ref();
        let frame = frame.map_or(0, |f| f.picture.planes.iter().map(Vec::len).sum());
        let answers = self.answers.bytes();
        let tag = |second: &SecondTags| (second.heard.len() + second.seen.len()) * 64 + 64;
        let tags: usize = self.tags.iter().map(tag).sum();
        frame + self.waves.bytes() + self.spectrogram.len() + self.strip.bytes() + answers + tags
    }
}

/// The clip on screen: its row, what is open of it, and which of the answers is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Its row.
    pub row: &'a Row,
    /// What is open of it.
    pub open: &'a OpenClip,
    /// Which of the answers is shown.
    pub task: Task,
    pub(super) jobs: &'a Jobs,
}

impl<'a> Shown<'a> {
    /// The clip's length, zero until it is open.
    pub fn duration(&self) -> Time {
        self.row.duration()
    }

    /// What is between the marks, or else the chosen event.
    pub fn selection(&self) -> Option<TimeSpan> {
        self.row.selection()
    }

    /// The thresholds in use for it.
    pub fn thresholds(&self, settings: &Settings) -> Thresholds {
        settings.thresholds(&self.row.corrected.shown().mask_thresholds)
    }

    /// The threshold at which a second's mask is shown: what was drawn has one of its own.
    pub fn mask_threshold(&self, segment: usize) -> f32 {
        let corrections = self.row.corrected.shown();
        let masks = &corrections.mask_thresholds;
        let prediction = self.answer_to(Task::Segment);
        let span = prediction.and_then(|prediction| prediction.segments.get(segment));
        match span {
            Some(span) if corrections.drawn_at(*span).next().is_some() => SecondMask::DRAWN,
            Some(span) => masks.of(*span),
            None => masks.clip,
        }
    }

    /// What is shown of the answers: scores or masks, as far as they have come.
    pub fn prediction(&self) -> Option<&'a Arc<Prediction>> {
        self.answer_to(self.task)
    }

    /// What the model said for a task.
    pub fn answer_to(&self, task: Task) -> Option<&'a Arc<Prediction>> {
        self.open.answers.to(task).map(|answer| &answer.prediction)
    }

    /// The events shown, at the thresholds in use.
    pub fn tracks(&self) -> &'a [Track] {
        let answer = self.open.answers.to(self.task);
        answer.map_or(&[], |answer| answer.tracks.all())
    }

    /// What the model alone says at the thresholds in use.
    pub fn models_tracks(&self) -> &'a [Track] {
        let answer = self.open.answers.to(self.task);
        answer.map_or(&[], |answer| answer.tracks.by_model())
    }

    /// Every event shown, in time; see [`super::Tracks::listed`].
    pub fn lane_events(&self) -> &'a [LaneEvent] {
        let answer = self.open.answers.to(self.task);
        answer.map_or(&[], |answer| answer.tracks.listed())
    }

    /// Whether all seconds have the answer shown.
    pub fn analysed(&self) -> bool {
        let answer = self.open.answers.to(self.task);
        answer.is_some_and(|answer| answer.complete)
    }

    /// The job that finds the answer shown, if it runs.
    pub fn analysis(&self) -> Option<JobId> {
        self.job(JobKind::Predict(self.task))
    }

    /// The job of this kind, if it runs.
    pub fn job(&self, kind: JobKind) -> Option<JobId> {
        self.jobs.job(self.row.id, kind)
    }

    /// Whether anything runs for it.
    pub fn busy(&self) -> bool {
        self.jobs.of_row(self.row.id).next().is_some()
    }

    /// How many seconds are scored.
    pub fn scored(&self) -> usize {
        self.prediction()
            .map_or(0, |p| p.scores.len().min(p.segments.len()))
    }
}
