//! What a predictor of any task knows of its clip, and the prediction it becomes.

use super::{Detail, Prediction, PredictionKey};
use crate::base::{Labels, TimeSpan};

/// A clip's segments, what is asked of them, and how familiar those are that have come in.
pub(super) struct Asked {
    pub key: PredictionKey,
    pub labels: Labels,
    pub segments: Vec<TimeSpan>,
    pub familiarity: Vec<f32>,
}

impl Asked {
    pub fn new(key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        Self {
            key,
            labels,
            segments,
            familiarity: Vec::new(),
        }
    }

    /// Rows of scores, each times how familiar its segment is.
    pub fn weighed(&self, mut rows: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
        for (row, familiarity) in rows.iter_mut().zip(&self.familiarity) {
            row.iter_mut().for_each(|score| *score *= familiarity);
        }
        rows
    }

    /// The prediction so far, of as many segments as have scores.
    pub fn prediction(&self, scores: Vec<Vec<f32>>, detail: Detail) -> Prediction {
        let mut familiarity = self.familiarity.clone();
        familiarity.truncate(scores.len());
        Prediction {
            key: self.key,
            labels: self.labels.clone(),
            segments: self.segments.clone(),
            scores,
            familiarity,
            detail,
        }
    }
}
