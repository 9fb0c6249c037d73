//! Schema `mettle.analysis/1`: the file that `mettle analyze` writes. Its field names are kept stable.
//!
//! Lost: probabilities of masks, where they are not the mask; variable frame rates.

mod asked;
mod made;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::coco::MaskPart;
use super::{Document, ExchangeError};
use crate::base::{ClipId, Modality, Task};
use crate::predict::Tag;
use crate::project::MaskThresholds;

/// The name and version of the schema.
pub const SCHEMA: &str = "mettle.analysis/1";

/// The text of the file.
///
/// # Errors
/// A score is no number.
pub fn json(document: &Document) -> Result<String, ExchangeError> {
    Ok(serde_json::to_string_pretty(&Analysis::from(document))? + "\n")
}

/// One clip, analysed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// [`SCHEMA`].
    pub schema: String,
    /// What file it is, and what streams it has.
    pub clip: ClipPart,
    /// The device it was computed on.
    pub device: String,
    /// The model that was asked.
    pub model: ModelPart,
    /// What was asked: one task, or all.
    #[serde(with = "asked")]
    pub task: Option<Task>,
    /// What was answered: the tasks the model has a head for.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// A class counts as happening from this score on, unless `thresholds` says otherwise.
    pub threshold: f32,
    /// What thresholds were held against.
    #[serde(default)]
    pub rule: Rule,
    /// All thresholds used.
    #[serde(default)]
    pub thresholds: ThresholdsPart,
    /// The tasks whose scores went through their head's temperatures, which make them mean what they say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibrated: Vec<Task>,
    /// Second by second, by the first of the tasks.
    pub segments: Vec<SegmentPart>,
    /// The events of each class, task after task.
    pub tracks: Vec<TrackPart>,
    /// A mask for each second, where masks were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masks: Vec<MaskPart>,
    /// How long what took, in milliseconds.
    pub timing_ms: BTreeMap<String, f64>,
}

/// How scores became labels and events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The datasets' own. AVE: where `event` is above the threshold, the class with the largest score. LLP: every probability of
    /// being heard or seen that reaches it. AVSBench: every place of a mask above its own.
    Datasets,
    /// Of files that do not say: localization, too, took the largest class only where its score reached the threshold.
    #[default]
    ScoreOfClass,
}

/// What clip it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipPart {
    /// The path as it was given on the command line or in the window.
    pub path: PathBuf,
    /// Hash of its bytes, whatever it is called.
    #[serde(default)]
    pub id: ClipId,
    /// From its start to the end of the longer stream.
    pub duration_s: f64,
    /// Pictures, if any.
    pub video: Option<VideoPart>,
    /// Sound, if any.
    pub audio: Option<AudioPart>,
}

/// The picture stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoPart {
    /// Columns as shown: after rotation and pixel aspect.
    pub width: u32,
    /// Rows as shown.
    pub height: u32,
    /// Average frames a second.
    pub fps: f64,
    /// Codec name, such as `h264` or `aac`.
    pub codec: String,
    /// Pixel format as FFmpeg names it, such as `yuv420p`.
    pub pixel_format: String,
    /// Clockwise, to be shown upright.
    pub rotation_deg: u32,
    /// When its first frame is shown.
    pub start_s: f64,
    /// When its last frame goes.
    pub end_s: f64,
}

/// The sound stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioPart {
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: u32,
    /// Codec name, such as `h264` or `aac`.
    pub codec: String,
    /// When its first sample sounds.
    pub start_s: f64,
    /// When its last sample has sounded.
    pub end_s: f64,
}

/// What must be known of the model to judge what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelPart {
    /// Its short name, for people.
    pub name: String,
    /// Of its weights and configuration.
    pub sha256: String,
    /// What must be known before anything here is believed: that weights are random, and whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// One second of the clip, by the first of the tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentPart {
    /// Its start, in seconds.
    pub start_s: f64,
    /// Its end, in seconds.
    pub end_s: f64,
    /// The winning class, or `background`.
    pub label: String,
    /// The probability of `label`.
    pub score: f32,
    /// Localization: the probability that any class is both heard and seen. Familiarity weighs it as it does all scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<f32>,
    /// Towards 0 where the segment is unlike what the model was trained on.
    pub familiarity: Option<f32>,
    /// The probability that each class is both heard and seen.
    pub scores: BTreeMap<String, f32>,
    /// The probability that each class is heard, where parsing was asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub audible: BTreeMap<String, f32>,
    /// The probability that each class is seen, where parsing was asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visible: BTreeMap<String, f32>,
    /// What the backbone that listens hears by its own classifier, best first, where it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<Tag>,
    /// What the backbone that looks sees by its own classifier, best first, where it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Tag>,
}

/// The events of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackPart {
    /// Which task says so.
    #[serde(default)]
    pub task: Task,
    /// The class whose events these are.
    pub label: String,
    /// How it is perceived.
    pub modality: Modality,
    /// In order and without overlap.
    pub events: Vec<EventPart>,
}

/// One stretch of time in which the class happens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPart {
    /// Its start, in seconds.
    pub start_s: f64,
    /// Its end, in seconds.
    pub end_s: f64,
    /// Mean score of its seconds.
    pub score: f32,
}

/// The thresholds in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThresholdsPart {
    /// For every class without one of its own.
    pub global: f32,
    /// For what is heard, where that has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audible: Option<f32>,
    /// For what is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<f32>,
    /// For single classes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, f32>,
    /// For masks: the clip's, and those of single seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masks: Option<MaskThresholdsPart>,
}

/// The thresholds of masks in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MaskThresholdsPart {
    /// For every second without one of its own.
    pub clip: f32,
    /// For single seconds, from 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seconds: BTreeMap<i64, f32>,
}

impl From<&MaskThresholds> for MaskThresholdsPart {
    fn from(masks: &MaskThresholds) -> Self {
        let own = masks.spans.iter();
        Self {
            clip: masks.clip,
            seconds: own.map(|(span, value)| (span.second(), *value)).collect(),
        }
    }
}
