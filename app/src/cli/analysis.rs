//! The file that `mettle analyze` writes, schema `mettle.analysis/1`. Its field names are kept stable.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mettle_core::base::TimeSpan;
use mettle_core::engine::ModelInfo;
use mettle_core::media::{AudioInfo, Clip, VideoInfo};
use mettle_core::predict::{Prediction, Thresholds, label_of, tracks_of, winner};
use mettle_core::project::{Modality, Task, Track};
use serde::{Deserialize, Serialize};

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
    pub task: Task,
    /// A class counts as happening from this score on.
    pub threshold: f32,
    /// Second by second.
    pub segments: Vec<SegmentPart>,
    /// The events of each class.
    pub tracks: Vec<TrackPart>,
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
}

/// The events of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackPart {
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

impl Analysis {
    /// From what the engine answered.
    pub fn new(
        clip: &Clip,
        prediction: &Prediction,
        thresholds: &Thresholds,
        device: String,
        model: &ModelInfo,
        timing_ms: BTreeMap<String, f64>,
    ) -> Self {
        let segments = (0..prediction.scores.len()).map(|i| segment(prediction, thresholds, i));
        Self {
            schema: SCHEMA.to_owned(),
            clip: ClipPart {
                path: clip.path.clone(),
                duration_s: clip.duration.as_secs_f64(),
                video: clip.video.as_ref().map(VideoPart::from),
                audio: clip.audio.as_ref().map(AudioPart::from),
            },
            device,
            model: ModelPart {
                name: model.name.clone(),
                sha256: model.sha256.clone(),
            },
            task: prediction.key.task,
            threshold: thresholds.global,
            segments: segments.flatten().collect(),
            tracks: tracks_of(prediction, thresholds)
                .into_iter()
                .map(TrackPart::from)
                .collect(),
            timing_ms: timing_ms
                .into_iter()
                .map(|(what, ms)| (what, rounded(ms, 1e3)))
                .collect(),
        }
    }

    /// The segments as comma-separated values, one line each after a header.
    pub fn to_csv(&self) -> String {
        let classes: Vec<&String> = self
            .segments
            .first()
            .map_or_else(Vec::new, |segment| segment.scores.keys().collect());
        let mut csv = String::from("start_s,end_s,label,score");
        classes.iter().for_each(|class| {
            csv.push(',');
            csv.push_str(&quoted(class));
        });
        csv.push('\n');
        for segment in &self.segments {
            let (start, end, score) = (segment.start_s, segment.end_s, segment.score);
            csv.push_str(&format!("{start},{end},{},{score}", quoted(&segment.label)));
            for class in &classes {
                let score = segment.scores.get(*class).copied().unwrap_or_default();
                csv.push_str(&format!(",{score}"));
            }
            csv.push('\n');
        }
        csv
    }
}

/// Rounded to a part of one, so that the decimal in the file is the number, for any reader.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

/// A score or share, to six decimals.
fn share(score: f32) -> f32 {
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

fn segment(prediction: &Prediction, thresholds: &Thresholds, index: usize) -> Option<SegmentPart> {
    let span: TimeSpan = *prediction.segments.get(index)?;
    let score = match winner(prediction, thresholds, index) {
        Some((_, score)) => score,
        None => prediction.background(index)?,
    };
    let scores = prediction.scores.get(index)?;
    Some(SegmentPart {
        start_s: span.start.as_secs_f64(),
        end_s: span.end.as_secs_f64(),
        label: label_of(prediction, thresholds, index).to_string(),
        score: share(score),
        familiarity: prediction.familiarity.get(index).copied().map(share),
        scores: prediction
            .labels
            .iter()
            .map(ToString::to_string)
            .zip(scores.iter().copied().map(share))
            .collect(),
    })
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

impl From<Track> for TrackPart {
    fn from(track: Track) -> Self {
        let events = track.events.iter().map(|event| EventPart {
            start_s: event.span.start.as_secs_f64(),
            end_s: event.span.end.as_secs_f64(),
            score: share(event.score),
        });
        Self {
            label: track.label.to_string(),
            modality: track.modality,
            events: events.collect(),
        }
    }
}
