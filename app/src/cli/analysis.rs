//! The file that `mettle analyze` writes, schema `mettle.analysis/1`. Its field names are kept stable.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{Labels, TimeSpan};
use mettle_core::engine::ModelInfo;
use mettle_core::media::{AudioInfo, Clip, VideoInfo};
use mettle_core::predict::{Detail, Prediction, Thresholds, label_of, tracks_of, winner};
use mettle_core::project::{Modality, Task, Track};
use serde::{Deserialize, Serialize};

use super::args::Asked;
use super::masks::{MaskPart, mask_parts};
use super::thresholds::ThresholdsPart;

/// The name and version of the schema.
pub const SCHEMA: &str = "mettle.analysis/1";

/// One clip, analysed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// [`SCHEMA`].
    pub schema: String,
    /// The clip.
    pub clip: ClipPart,
    /// The device it was computed on.
    pub device: String,
    /// The model.
    pub model: ModelPart,
    /// What was asked.
    pub task: Asked,
    /// What was answered: the tasks the model has a head for.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// A class counts as happening from this score on, unless `thresholds` says otherwise.
    pub threshold: f32,
    /// All thresholds used.
    #[serde(default)]
    pub thresholds: ThresholdsPart,
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

/// What clip it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipPart {
    /// As given.
    pub path: PathBuf,
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
    /// As shown.
    pub width: u32,
    /// As shown.
    pub height: u32,
    /// Average frames a second.
    pub fps: f64,
    /// Codec name.
    pub codec: String,
    /// Pixel format.
    pub pixel_format: String,
    /// Clockwise.
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
    /// Codec name.
    pub codec: String,
    /// When its first sample sounds.
    pub start_s: f64,
    /// When its last sample has sounded.
    pub end_s: f64,
}

/// Which model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelPart {
    /// For people.
    pub name: String,
    /// Of its weights and configuration.
    pub sha256: String,
}

/// One second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentPart {
    /// From.
    pub start_s: f64,
    /// To.
    pub end_s: f64,
    /// The winning class, or `background`.
    pub label: String,
    /// The probability of `label`.
    pub score: f32,
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
}

/// The events of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackPart {
    /// Which task says so.
    #[serde(default)]
    pub task: Task,
    /// The class.
    pub label: String,
    /// How it is perceived.
    pub modality: Modality,
    /// When.
    pub events: Vec<EventPart>,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPart {
    /// From.
    pub start_s: f64,
    /// To.
    pub end_s: f64,
    /// Mean score of its seconds.
    pub score: f32,
}

/// What an analysis is written from.
pub struct Findings<'a> {
    /// The clip.
    pub clip: &'a Clip,
    /// What was asked.
    pub asked: Asked,
    /// One a task answered.
    pub predictions: &'a [Arc<Prediction>],
    /// From which score on a class counts.
    pub thresholds: &'a Thresholds,
    /// Width and height of masks; the clip's if none.
    pub mask_size: Option<(u32, u32)>,
    /// The device.
    pub device: String,
    /// The model.
    pub model: &'a ModelInfo,
    /// How long what took.
    pub timing_ms: BTreeMap<String, f64>,
}

impl Analysis {
    /// From what the engine answered.
    pub fn new(found: Findings<'_>) -> Self {
        let (clip, thresholds) = (found.clip, found.thresholds);
        let predictions = found.predictions;
        let main = predictions.first();
        let count = main.map_or(0, |main| main.scores.len());
        let segments = (0..count).filter_map(|i| segment(predictions, thresholds, i));
        let tracks = predictions.iter().flat_map(|prediction| {
            let task = prediction.key.task;
            let tracks = tracks_of(prediction, thresholds).into_iter();
            tracks.map(move |track| TrackPart::of(task, track))
        });
        let masks = predictions
            .iter()
            .flat_map(|prediction| mask_parts(clip, prediction, thresholds, found.mask_size));
        let masked = predictions.iter().any(|p| p.key.task == Task::Segment);
        let timing = found.timing_ms.into_iter();
        Self {
            schema: SCHEMA.to_owned(),
            clip: ClipPart {
                path: clip.path.clone(),
                duration_s: clip.duration.as_secs_f64(),
                video: clip.video.as_ref().map(VideoPart::from),
                audio: clip.audio.as_ref().map(AudioPart::from),
            },
            device: found.device,
            model: ModelPart {
                name: found.model.name.clone(),
                sha256: found.model.sha256.clone(),
            },
            task: found.asked,
            tasks: predictions.iter().map(|p| p.key.task).collect(),
            threshold: thresholds.global,
            thresholds: ThresholdsPart::of(thresholds, masked),
            segments: segments.collect(),
            tracks: tracks.collect(),
            masks: masks.collect(),
            timing_ms: timing.map(|(what, ms)| (what, rounded(ms, 1e3))).collect(),
        }
    }

    /// The segments as comma-separated values, one line each after a header.
    pub fn to_csv(&self) -> String {
        let first = self.segments.first();
        let kinds = [
            (
                "",
                SegmentPart::scores as fn(&SegmentPart) -> &BTreeMap<String, f32>,
            ),
            ("audible ", |segment| &segment.audible),
            ("visible ", |segment| &segment.visible),
        ];
        let columns: Vec<_> = kinds
            .into_iter()
            .flat_map(|(kind, of)| {
                let classes = first.map(of).into_iter().flat_map(BTreeMap::keys);
                classes.map(move |class| (kind, of, class))
            })
            .collect();
        let mut csv = String::from("start_s,end_s,label,score");
        for (kind, _, class) in &columns {
            csv.push(',');
            csv.push_str(&quoted(&format!("{kind}{class}")));
        }
        csv.push('\n');
        for segment in &self.segments {
            let (start, end, score) = (segment.start_s, segment.end_s, segment.score);
            csv.push_str(&format!("{start},{end},{},{score}", quoted(&segment.label)));
            for (_, of, class) in &columns {
                let score = of(segment).get(*class).copied().unwrap_or_default();
                csv.push_str(&format!(",{score}"));
            }
            csv.push('\n');
        }
        csv
    }
}

impl SegmentPart {
    fn scores(&self) -> &BTreeMap<String, f32> {
        &self.scores
    }
}

/// Rounded to a part of one, so that the decimal in the file is the number, for any reader.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

/// A score or share, to six decimals.
pub(super) fn share(score: f32) -> f32 {
    rounded(f64::from(score), 1e6) as f32
}

/// A field as RFC 4180 wants it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn segment(
    predictions: &[Arc<Prediction>],
    thresholds: &Thresholds,
    index: usize,
) -> Option<SegmentPart> {
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
    Some(SegmentPart {
        start_s: span.start.as_secs_f64(),
        end_s: span.end.as_secs_f64(),
        label: label_of(prediction, thresholds, index).to_string(),
        score: share(score),
        familiarity: prediction.familiarity.get(index).copied().map(share),
        scores: by_class(&prediction.labels, prediction.scores.get(index)?),
        audible: parsed(Modality::Audible).unwrap_or_default(),
        visible: parsed(Modality::Visible).unwrap_or_default(),
    })
}

fn by_class(labels: &Labels, scores: &[f32]) -> BTreeMap<String, f32> {
    let names = labels.iter().map(ToString::to_string);
    names.zip(scores.iter().copied().map(share)).collect()
}

impl From<&VideoInfo> for VideoPart {
    fn from(info: &VideoInfo) -> Self {
        Self {
            width: info.width,
            height: info.height,
            fps: rounded(info.fps, 1e6),
            codec: info.codec.clone(),
            pixel_format: info.pixel_format.clone(),
            rotation_deg: info.rotation_deg,
            start_s: info.start.as_secs_f64(),
            end_s: info.end.as_secs_f64(),
        }
    }
}

impl From<&AudioInfo> for AudioPart {
    fn from(info: &AudioInfo) -> Self {
        Self {
            sample_rate: info.sample_rate,
            channels: info.channels,
            codec: info.codec.clone(),
            start_s: info.start.as_secs_f64(),
            end_s: info.end.as_secs_f64(),
        }
    }
}

impl TrackPart {
    fn of(task: Task, track: Track) -> Self {
        let events = track.events.iter().map(|event| EventPart {
            start_s: event.span.start.as_secs_f64(),
            end_s: event.span.end.as_secs_f64(),
            score: share(event.score),
        });
        Self {
            task,
            label: track.label.to_string(),
            modality: track.modality,
            events: events.collect(),
        }
    }
}
