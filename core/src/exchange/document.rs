//! An analysed clip as plain facts: what every format is written from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Label, Labels, Modality, Task, TimeSpan};
use crate::media::Clip;
use crate::model::ModelInfo;
use crate::predict::{
    Detail, Prediction, SecondTags, Tag, Thresholds, label_of, tracks_of, winner,
};
use crate::project::{RunLengths, Track};

/// An analysis of one clip. Scores are given to six decimals: then the decimal in a file is the number, for any reader.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file and its streams.
    pub clip: Arc<Clip>,
    /// The model that was asked.
    pub model: ModelFacts,
    /// The device it was computed on, for people.
    pub device: String,
    /// The one task that was asked; `None` where all were that the model has a head for.
    pub asked: Option<Task>,
    /// What was answered, in the order it was asked. The first gives the seconds their labels.
    pub tasks: Vec<Task>,
    /// From which score on a class counts as happening, and above which a place is inside a mask.
    pub thresholds: Thresholds,
    /// The tasks whose scores went through their head's temperatures.
    pub calibrated: Vec<Task>,
    /// Second by second, by the first of the tasks.
    pub seconds: Vec<Second>,
    /// The events of each class, task after task.
    pub tracks: Vec<TaskTrack>,
    /// A mask for each second, where masks were asked for.
    pub masks: Vec<MaskOfSecond>,
    /// How long what took, in milliseconds.
    pub timing_ms: BTreeMap<String, f64>,
}

/// What must be known of a model to judge what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFacts {
    /// Its short name.
    pub name: String,
    /// Of its weights and configuration, in hexadecimal digits.
    pub sha256: String,
    /// What must be known before anything is believed: that weights are random, and whose.
    pub warning: Option<String>,
}

impl From<&ModelInfo> for ModelFacts {
    fn from(model: &ModelInfo) -> Self {
        Self {
            name: model.name.clone(),
            sha256: model.sha256.to_string(),
            warning: model.warning(),
        }
    }
}

/// One class and its score, 0 to 1.
pub type ClassScore = (Label, f32);

/// One second of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Second {
    /// About a second; the last may be longer.
    pub span: TimeSpan,
    /// The winning class, or `background`.
    pub label: Label,
    /// The probability of `label`.
    pub score: f32,
    /// Localization: the probability that anything is both heard and seen, which the threshold is held against.
    pub event: Option<f32>,
    /// Towards 0 where the second is unlike what the model was trained on; `None` where nobody measured that.
    pub familiarity: Option<f32>,
    /// The probability that each class is both heard and seen, in the order of the head's outputs.
    pub scores: Vec<ClassScore>,
    /// The probability that each class is heard; empty where parsing was not asked for.
    pub audible: Vec<ClassScore>,
    /// The probability that each class is seen; empty where parsing was not asked for.
    pub visible: Vec<ClassScore>,
    /// What the backbone that listens hears by its own classifier, best first; empty where it has none.
    pub heard: Vec<Tag>,
    /// What the backbone that looks sees by its own classifier, best first; empty where it has none.
    pub seen: Vec<Tag>,
}

/// The events of one class in one modality, and the task that says so.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskTrack {
    /// The task that says so.
    pub task: Task,
    /// The class, how it is perceived, and when.
    pub track: Track,
}

/// Where the picture of one second sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskOfSecond {
    /// Which second, from 0.
    pub segment: usize,
    /// When it begins and ends.
    pub span: TimeSpan,
    /// What sounds, as far as the model tells.
    pub label: Label,
    /// The mask in the size asked for, else in the clip's.
    pub mask: RunLengths,
    /// Above which probability a place is inside.
    pub threshold: f32,
    /// Mean probability inside; 0 where the mask is empty.
    pub score: f32,
}

/// What a document is made from.
pub struct Findings<'a> {
    /// The clip that was analysed.
    pub clip: &'a Arc<Clip>,
    /// The one task asked; `None` for all.
    pub asked: Option<Task>,
    /// One a task answered.
    pub predictions: &'a [Arc<Prediction>],
    /// From which score on a class counts.
    pub thresholds: &'a Thresholds,
    /// The tasks whose predictions went through their head's temperatures.
    pub calibrated: &'a [Task],
    /// A mask for each second, where masks were asked for.
    pub masks: Vec<MaskOfSecond>,
    /// What the backbones' own classifiers hear and see, a second each; empty where there are none.
    pub tags: &'a [SecondTags],
    /// The device's name.
    pub device: String,
    /// The model that was asked.
    pub model: ModelFacts,
    /// How long what took, in milliseconds.
    pub timing_ms: BTreeMap<String, f64>,
}

impl Document {
    /// From what the engine answered.
    pub fn new(found: Findings<'_>) -> Self {
        let (predictions, thresholds) = (found.predictions, found.thresholds);
        let count = predictions.first().map_or(0, |first| first.scores.len());
        let seconds = (0..count).filter_map(|i| second(predictions, thresholds, i, found.tags));
        let tracks = predictions.iter().flat_map(|prediction| {
            let task = prediction.task();
            let tracks = tracks_of(prediction, thresholds).into_iter();
            tracks.map(move |track| TaskTrack::of(task, track))
        });
        Self {
            clip: Arc::clone(found.clip),
            model: found.model,
            device: found.device,
            asked: found.asked,
            tasks: predictions.iter().map(|p| p.task()).collect(),
            thresholds: thresholds.clone(),
            calibrated: found.calibrated.to_vec(),
            seconds: seconds.collect(),
            tracks: tracks.collect(),
            masks: found.masks,
            timing_ms: found.timing_ms,
        }
    }
}

/// A score or share, to six decimals.
pub(super) fn share(score: f32) -> f32 {
    ((f64::from(score) * 1e6).round() / 1e6) as f32
}

fn second(
    predictions: &[Arc<Prediction>],
    thresholds: &Thresholds,
    index: usize,
    tags: &[SecondTags],
) -> Option<Second> {
    let prediction = predictions.first()?;
    let span: TimeSpan = *prediction.segments.get(index)?;
    let score = match winner(prediction, thresholds, index) {
        Some((_, score)) => score,
        None => prediction.background(index)?,
    };
    let parsed = |modality: Modality| {
        let mut parsed = predictions.iter();
        let parsed = parsed.find(|p| matches!(p.detail, Detail::Parsed { .. }))?;
        let scores = parsed.scores_of(modality).get(index)?;
        Some(by_class(&parsed.labels, scores))
    };
    let tags = |of: fn(&SecondTags) -> &[Tag]| tags.get(index).map_or(&[][..], of);
    Some(Second {
        span,
        label: label_of(prediction, thresholds, index),
        score: share(score),
        event: prediction.event(index).map(share),
        familiarity: prediction.familiarity.get(index).copied().map(share),
        scores: by_class(&prediction.labels, prediction.scores.get(index)?),
        audible: parsed(Modality::Audible).unwrap_or_default(),
        visible: parsed(Modality::Visible).unwrap_or_default(),
        heard: rounded_tags(tags(|second| &second.heard)),
        seen: rounded_tags(tags(|second| &second.seen)),
    })
}

fn rounded_tags(tags: &[Tag]) -> Vec<Tag> {
    let tag = |tag: &Tag| Tag {
        label: tag.label.clone(),
        score: share(tag.score),
    };
    tags.iter().map(tag).collect()
}

fn by_class(labels: &Labels, scores: &[f32]) -> Vec<ClassScore> {
    let scores = scores.iter().copied().map(share);
    labels.iter().cloned().zip(scores).collect()
}

impl TaskTrack {
    fn of(task: Task, mut track: Track) -> Self {
        for event in &mut track.events {
            event.score = share(event.score);
        }
        Self { task, track }
    }
}
