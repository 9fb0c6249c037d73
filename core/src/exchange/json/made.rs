//! The file's parts from a document.

use std::collections::BTreeMap;

use super::{
    Analysis, AudioPart, ClipPart, EventPart, ModelPart, Rule, SCHEMA, SegmentPart, ThresholdsPart,
    TrackPart, VideoPart,
};
use crate::base::Task;
use crate::exchange::{ClassScore, Document, Second, TaskTrack};
use crate::media::{AudioInfo, Clip, VideoInfo};

impl From<&Document> for Analysis {
    fn from(document: &Document) -> Self {
        let timing = document.timing_ms.iter();
        Self {
            schema: SCHEMA.to_owned(),
            clip: ClipPart::from(&*document.clip),
            device: document.device.clone(),
            model: ModelPart {
                name: document.model.name.clone(),
                sha256: document.model.sha256.clone(),
                warning: document.model.warning.clone(),
            },
            task: document.asked,
            tasks: document.tasks.clone(),
            threshold: document.thresholds.global,
            rule: Rule::Datasets,
            thresholds: ThresholdsPart::of(document),
            calibrated: document.calibrated.clone(),
            segments: document.seconds.iter().map(SegmentPart::from).collect(),
            tracks: document.tracks.iter().map(TrackPart::from).collect(),
            masks: document.masks.iter().map(Into::into).collect(),
            timing_ms: timing
                .map(|(what, ms)| (what.clone(), rounded(*ms, 1e3)))
                .collect(),
        }
    }
}

/// Rounded to a part of one, so that the decimal in the file is the number, for any reader.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

fn by_class(scores: &[ClassScore]) -> BTreeMap<String, f32> {
    let scores = scores.iter();
    scores
        .map(|(label, score)| (label.to_string(), *score))
        .collect()
}

impl ThresholdsPart {
    /// Those in use; those of masks where there are masks.
    fn of(document: &Document) -> Self {
        let thresholds = &document.thresholds;
        let masked = document.tasks.contains(&Task::Segment);
        Self {
            global: thresholds.global,
            audible: thresholds.audible,
            visible: thresholds.visible,
            classes: thresholds.classes.clone(),
            masks: masked.then(|| (&thresholds.masks).into()),
        }
    }
}

impl From<&Clip> for ClipPart {
    fn from(clip: &Clip) -> Self {
        Self {
            path: clip.path.clone(),
            id: clip.id,
            duration_s: clip.duration.as_secs_f64(),
            video: clip.video.as_ref().map(VideoPart::from),
            audio: clip.audio.as_ref().map(AudioPart::from),
        }
    }
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

impl From<&Second> for SegmentPart {
    fn from(second: &Second) -> Self {
        Self {
            start_s: second.span.start.as_secs_f64(),
            end_s: second.span.end.as_secs_f64(),
            label: second.label.to_string(),
            score: second.score,
            event: second.event,
            familiarity: second.familiarity,
            scores: by_class(&second.scores),
            audible: by_class(&second.audible),
            visible: by_class(&second.visible),
            heard: second.heard.clone(),
            seen: second.seen.clone(),
        }
    }
}

impl From<&TaskTrack> for TrackPart {
    fn from(TaskTrack { task, track }: &TaskTrack) -> Self {
        let events = track.events.iter().map(|event| EventPart {
            start_s: event.span.start.as_secs_f64(),
            end_s: event.span.end.as_secs_f64(),
            score: event.score,
        });
        Self {
            task: *task,
            label: track.label.to_string(),
            modality: track.modality,
            events: events.collect(),
        }
    }
}
