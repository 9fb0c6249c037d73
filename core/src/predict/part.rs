//! A prediction as it grows: what is new of it since the last part.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Detail, Prediction, PredictionKey};
use crate::base::{Labels, TimeSpan};

/// The seconds of a prediction that are new since its last part, or were not final then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionPart {
    /// What it was computed for.
    pub key: PredictionKey,
    /// What does not grow. A part that has it begins the prediction anew.
    pub outline: Option<Outline>,
    /// The first segment of this part; what was known from here on is replaced.
    pub from: usize,
    /// As in [`Prediction::scores`].
    pub scores: Vec<Vec<f32>>,
    /// As in [`Prediction::familiarity`].
    pub familiarity: Vec<f32>,
    /// As in [`Prediction::detail`].
    pub detail: Detail,
}

/// The classes and the segments of a whole clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The classes, in the order of the scores.
    pub labels: Labels,
    /// The segments, in order.
    pub segments: Vec<TimeSpan>,
}

impl PredictionPart {
    /// The class of each of its seconds by the data sets' own rules, as a place in the labels; none for background.
    pub fn classes(&self) -> Vec<Option<u16>> {
        let best = |scores: &Vec<f32>| {
            let scores = scores.iter().enumerate();
            let best = scores.reduce(|best, next| if next.1 > best.1 { next } else { best });
            best.map(|(class, score)| (class as u16, *score))
        };
        let happens = |place: usize, score: f32| match &self.detail {
            Detail::Localized { event } => event.get(place).is_some_and(|event| *event > 0.5),
            Detail::Parsed { .. } | Detail::Segmented { .. } => score >= 0.5,
        };
        let of = |(place, scores)| {
            let (class, score) = best(scores)?;
            happens(place, score).then_some(class)
        };
        self.scores.iter().enumerate().map(of).collect()
    }

    /// The prediction so far, of what was `known` and this part. `None` where this part does not go on from that: it belongs to
    /// another prediction, or a part between the two is missing.
    pub fn join(self, known: Option<Arc<Prediction>>) -> Option<Arc<Prediction>> {
        if let Some(outline) = self.outline {
            return Some(Arc::new(Prediction {
                key: self.key,
                labels: outline.labels,
                segments: outline.segments,
                scores: self.scores,
                familiarity: self.familiarity,
                detail: self.detail,
            }));
        }
        let follows =
            |known: &Arc<Prediction>| known.key == self.key && self.from <= known.scores.len();
        let mut known = known.filter(follows)?;
        let whole = Arc::make_mut(&mut known);
        replace_from(&mut whole.scores, self.from, self.scores);
        replace_from(&mut whole.familiarity, self.from, self.familiarity);
        match (&mut whole.detail, self.detail) {
            (Detail::Localized { event }, Detail::Localized { event: new }) => {
                replace_from(event, self.from, new);
            }
            (
                Detail::Parsed { audible, visible },
                Detail::Parsed {
                    audible: heard,
                    visible: seen,
                },
            ) => {
                replace_from(audible, self.from, heard);
                replace_from(visible, self.from, seen);
            }
            (Detail::Segmented { masks }, Detail::Segmented { masks: new }) => {
                replace_from(masks, self.from, new);
            }
            _ => return None,
        }
        Some(known)
    }
}

fn replace_from<T>(known: &mut Vec<T>, from: usize, new: Vec<T>) {
    known.truncate(from);
    known.extend(new);
}
