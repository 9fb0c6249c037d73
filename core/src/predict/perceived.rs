//! One class of a prediction, heard and seen, second by second.

use super::{Prediction, Thresholds};
use crate::base::Modality;

/// How a class is heard, and how it is seen: what all seconds have in common is looked up once, so that hours of them can be read
/// in every frame of a window. (Arrays are taken apart by hand: `map` on them is a call of its own where a crate is built for size.)
#[derive(Clone, Copy, Debug)]
pub struct Perceived<'a> {
    class: usize,
    scores: [&'a [Vec<f32>]; 2],
    limits: [f32; 2],
}

impl<'a> Perceived<'a> {
    /// A class by its place in the model's outputs, at these thresholds. What the model does not know never reaches one.
    pub fn of(prediction: &'a Prediction, thresholds: &Thresholds, class: usize) -> Self {
        let label = prediction.labels.get(class);
        let limit = |modality| label.map_or(f32::INFINITY, |label| thresholds.of(label, modality));
        let kinds = [Modality::Audible, Modality::Visible];
        Self {
            class,
            scores: kinds.map(|modality| prediction.scores_of(modality)),
            limits: kinds.map(limit),
        }
    }

    /// How strongly it is heard in a segment, and how strongly seen; none where it has no score.
    #[inline]
    pub fn scores(&self, segment: usize) -> [Option<f32>; 2] {
        let of_class = |scores: &'a [Vec<f32>]| scores.get(segment)?.get(self.class).copied();
        let [heard, seen] = self.scores;
        [of_class(heard), of_class(seen)]
    }

    /// The same where they reach their thresholds.
    #[inline]
    pub fn reached(&self, segment: usize) -> [Option<f32>; 2] {
        let [heard, seen] = self.scores(segment);
        let [audible, visible] = self.limits;
        [
            heard.filter(|score| *score >= audible),
            seen.filter(|score| *score >= visible),
        ]
    }

    /// Whether it is heard in a segment, and whether it is seen.
    #[inline]
    pub fn over(&self, segment: usize) -> [bool; 2] {
        let [heard, seen] = self.reached(segment);
        [heard.is_some(), seen.is_some()]
    }

    /// The score in a segment where it reaches its threshold; for both at once, where heard and seen reach theirs, the lower.
    pub fn score(&self, modality: Modality, segment: usize) -> Option<f32> {
        let [heard, seen] = self.reached(segment);
        match modality {
            Modality::Audible => heard,
            Modality::Visible => seen,
            Modality::AudioVisual => Some(heard?.min(seen?)),
        }
    }
}
