//! What a predictor of any task knows of its clip, and the parts of the prediction it becomes.

use super::{Detail, Outline, PredictionKey, PredictionPart};
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

    /// As many segments more, each as familiar as the last.
    pub fn repeat_familiarity(&mut self, count: usize) {
        if let Some(&last) = self.familiarity.last() {
            self.familiarity.extend(std::iter::repeat_n(last, count));
        }
    }

    /// Rows of scores from a segment on, each times how familiar its segment is.
    pub fn weighed(&self, from: usize, mut rows: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
        let familiarity = self.familiarity.iter().skip(from);
        for (row, familiarity) in rows.iter_mut().zip(familiarity) {
            row.iter_mut().for_each(|score| *score *= familiarity);
        }
        rows
    }

    /// The prediction from a segment on, of as many as have scores.
    pub fn part(&self, from: usize, scores: Vec<Vec<f32>>, detail: Detail) -> PredictionPart {
        let familiarity = self.familiarity.iter().skip(from);
        let outline = || Outline {
            labels: self.labels.clone(),
            segments: self.segments.clone(),
        };
        PredictionPart {
            key: self.key,
            outline: (from == 0).then(outline),
            from,
            familiarity: familiarity.take(scores.len()).copied().collect(),
            scores,
            detail,
        }
    }
}
