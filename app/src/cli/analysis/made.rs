//! An analysis from what the engine answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use mettle_core::base::{Labels, TimeSpan};
use mettle_core::engine::{ModelInfo, SecondTags, Tag};
use mettle_core::media::{AudioInfo, Clip, VideoInfo};
use mettle_core::predict::{Detail, Prediction, Thresholds, label_of, tracks_of, winner};
use mettle_core::project::{Modality, Task, Track};

use super::{
    Analysis, AudioPart, ClipPart, EventPart, ModelPart, SCHEMA, SegmentPart, TrackPart, VideoPart,
};
use crate::cli::args::Asked;
use crate::cli::masks::mask_parts;
use crate::cli::thresholds::ThresholdsPart;

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
    /// What the backbones' own classifiers hear and see, a second each; empty where there are none.
    pub tags: &'a [SecondTags],
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
        let segments = (0..count).filter_map(|i| segment(predictions, thresholds, i, found.tags));
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
                warning: found.model.warning(),
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
}

/// Rounded to a part of one, so that the decimal in the file is the number, for any reader.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

/// A score or share, to six decimals.
pub(in crate::cli) fn share(score: f32) -> f32 {
    rounded(f64::from(score), 1e6) as f32
}

fn segment(
    predictions: &[Arc<Prediction>],
    thresholds: &Thresholds,
    index: usize,
    tags: &[SecondTags],
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
        heard: tags
            .get(index)
            .map_or_else(Vec::new, |t| rounded_tags(&t.heard)),
        seen: tags
            .get(index)
            .map_or_else(Vec::new, |t| rounded_tags(&t.seen)),
    })
}

fn rounded_tags(tags: &[Tag]) -> Vec<Tag> {
    let tag = |tag: &Tag| Tag {
        label: tag.label.clone(),
        score: share(tag.score),
    };
    tags.iter().map(tag).collect()
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
