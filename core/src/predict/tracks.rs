//! From scores to tracks at a threshold. Pure: same input, same output; cheap enough for every move of a slider.

use super::{Detail, Perceived, Prediction, Thresholds};
use crate::base::{BACKGROUND, Label, Modality, TimeSpan};
use crate::project::{Event, Source, Track};

/// The winning class of a segment with its score; `None` is background, or a segment not scored yet.
///
/// Each task's dataset has a rule. Localization (AVE): where the event's score is above the threshold, the largest class, the first
/// of equals, however little of the event it has. Parsing (LLP): where the largest class reaches its threshold. Masks (AVSBench):
/// where a place is above it.
pub fn winner(
    prediction: &Prediction,
    thresholds: &Thresholds,
    segment: usize,
) -> Option<(usize, f32)> {
    let (class, score) = prediction.best(segment)?;
    let counts = match &prediction.detail {
        Detail::Segmented { .. } => score > thresholds.of_mask(prediction, segment),
        Detail::Localized { event } => {
            let label = prediction.labels.get(class)?;
            *event.get(segment)? > thresholds.of(label, Modality::AudioVisual)
        }
        Detail::Parsed { .. } => {
            let label = prediction.labels.get(class)?;
            score >= thresholds.of(label, Modality::AudioVisual)
        }
    };
    counts.then_some((class, score))
}

/// The label of a segment at a threshold: the winning class, or `background`.
pub fn label_of(prediction: &Prediction, thresholds: &Thresholds, segment: usize) -> Label {
    winner(prediction, thresholds, segment)
        .and_then(|(class, _)| prediction.labels.get(class))
        .map_or_else(|| Label::from(BACKGROUND), Label::clone)
}

/// The events of every class that has any, in the order of the labels, each event scored by the mean of its segments.
///
/// Localization and segmentation give one audio-visual track a class: the segments it wins, or that have a mask. Parsing gives up
/// to three a class, in the order audible, visible, audio-visual: classes do not exclude each other, heard and seen have
/// thresholds of their own, and a class is audio-visual in the segments where it is both (LLP's definition).
pub fn tracks_of(prediction: &Prediction, thresholds: &Thresholds) -> Vec<Track> {
    let parsed = matches!(prediction.detail, Detail::Parsed { .. });
    let modalities: &[Modality] = match parsed {
        true => &[Modality::Audible, Modality::Visible, Modality::AudioVisual],
        false => &[Modality::AudioVisual],
    };
    let winners: Vec<Option<(usize, f32)>> = match parsed {
        true => Vec::new(),
        false => (0..prediction.segments.len())
            .map(|segment| winner(prediction, thresholds, segment))
            .collect(),
    };
    let mut tracks = Vec::new();
    for (class, label) in prediction.labels.iter().enumerate() {
        let perceived = Perceived::of(prediction, thresholds, class);
        for &modality in modalities {
            let score = |segment: usize| match parsed {
                true => perceived.score(modality, segment),
                false => winners[segment].filter(|w| w.0 == class).map(|w| w.1),
            };
            let events = events(&prediction.segments, score);
            if !events.is_empty() {
                tracks.push(Track {
                    label: label.clone(),
                    modality,
                    events,
                });
            }
        }
    }
    tracks
}

/// Runs of neighbouring segments that have a score.
fn events(segments: &[TimeSpan], score: impl Fn(usize) -> Option<f32>) -> Vec<Event> {
    let mut runs: Vec<(TimeSpan, f32, usize)> = Vec::new();
    for (segment, &span) in segments.iter().enumerate() {
        let Some(score) = score(segment) else {
            continue;
        };
        match runs.last_mut() {
            Some((run, sum, count)) if run.end == span.start => {
                run.end = span.end;
                *sum += score;
                *count += 1;
            }
            _ => runs.push((span, score, 1)),
        }
    }
    let event = |(span, sum, count)| Event {
        span,
        score: sum / count as f32,
        source: Source::Model,
    };
    runs.into_iter().map(event).collect()
}
