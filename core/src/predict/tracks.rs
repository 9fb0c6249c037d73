//! From scores to tracks at a threshold. Pure: same input, same output; cheap enough for every move of a slider.

use super::{Prediction, Thresholds};
use crate::base::{BACKGROUND, Label, TimeSpan};
use crate::project::{Event, Modality, Track};

/// The winning class of a segment where its score reaches the threshold, with the score; `None` is background, or a
/// segment not scored yet.
pub fn winner(
    prediction: &Prediction,
    thresholds: &Thresholds,
    segment: usize,
) -> Option<(usize, f32)> {
    prediction
        .best(segment)
        .filter(|(_, score)| *score >= thresholds.global)
}

/// The label of a segment at a threshold: the winning class, or `background`.
pub fn label_of(prediction: &Prediction, thresholds: &Thresholds, segment: usize) -> Label {
    winner(prediction, thresholds, segment).map_or_else(
        || Label::from(BACKGROUND),
        |(class, _)| prediction.labels[class].clone(),
    )
}

/// The events of every class that has any, in the order of the labels: runs of segments that the class wins, each
/// scored by the mean of its segments.
pub fn tracks_of(prediction: &Prediction, thresholds: &Thresholds) -> Vec<Track> {
    let mut lanes: Vec<Vec<Event>> = vec![Vec::new(); prediction.labels.len()];
    for run in runs(prediction, thresholds) {
        if let Some(lane) = lanes.get_mut(run.class) {
            lane.push(run.event());
        }
    }
    prediction
        .labels
        .iter()
        .zip(lanes)
        .filter(|(_, events)| !events.is_empty())
        .map(|(label, events)| Track {
            label: label.clone(),
            modality: Modality::AudioVisual,
            events,
        })
        .collect()
}

/// Neighbouring segments won by one class.
struct Run {
    class: usize,
    span: TimeSpan,
    sum: f32,
    segments: usize,
}

impl Run {
    fn event(&self) -> Event {
        Event {
            span: self.span,
            score: self.sum / self.segments as f32,
        }
    }
}

fn runs(prediction: &Prediction, thresholds: &Thresholds) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (segment, &span) in prediction.segments.iter().enumerate() {
        let Some((class, score)) = winner(prediction, thresholds, segment) else {
            continue;
        };
        match runs.last_mut() {
            Some(run) if run.class == class && run.span.end == span.start => {
                run.span.end = span.end;
                run.sum += score;
                run.segments += 1;
            }
            _ => runs.push(Run {
                class,
                span,
                sum: score,
                segments: 1,
            }),
        }
    }
    runs
}
