//! What a model says of a clip, before any threshold.

use crate::base::{ClipId, ContentHash, Labels, TimeSpan};
use crate::project::Task;

/// What a prediction was computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PredictionKey {
    /// The clip's content.
    pub clip: ClipId,
    /// The model's weights and configuration, backbones and head.
    pub model: ContentHash,
    /// What was asked.
    pub task: Task,
}

/// Raw scores of every class in every segment: thresholds come later and cost nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// What it was computed for.
    pub key: PredictionKey,
    /// The classes, in the order of the scores.
    pub labels: Labels,
    /// The segments of the clip, in order, about a second each.
    pub segments: Vec<TimeSpan>,
    /// `scores[segment][class]`: probability that the class is both heard and seen, 0 to 1. The rest to 1 is
    /// background. While a prediction is filling in, fewer segments are scored than the clip has.
    pub scores: Vec<Vec<f32>>,
    /// `familiarity[segment]`: 1 where the segment is like what the model was trained on, towards 0 where it is
    /// not and the scores mean little.
    pub familiarity: Vec<f32>,
}

impl Prediction {
    /// The class with the highest score in a segment.
    pub fn best(&self, segment: usize) -> Option<(usize, f32)> {
        let scores = self.scores.get(segment)?;
        scores
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Probability that no class is both heard and seen in a segment.
    pub fn background(&self, segment: usize) -> Option<f32> {
        Some((1.0 - self.scores.get(segment)?.iter().sum::<f32>()).clamp(0.0, 1.0))
    }
}

/// From which score on a class counts as happening.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// For every class, 0 to 1.
    pub global: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { global: 0.5 }
    }
}
