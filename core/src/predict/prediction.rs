//! What a model says of a clip, before any threshold.

use serde::{Deserialize, Serialize};

use super::ProbabilityMap;
use crate::base::{ClipId, HeadId, Labels, Modality, Task, TimeSpan, largest};
use crate::model::Precision;

/// Below this familiarity (a second's, or the mean of a clip) the scores mean little, and that is said.
pub const UNFAMILIAR: f32 = 0.5;

/// What a prediction was computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PredictionKey {
    /// The clip's content.
    pub clip: ClipId,
    /// The head that was asked, and with it what was asked of which backbones.
    pub head: HeadId,
    /// The numbers the backbones were in, never `Auto`.
    pub precision: Precision,
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
    /// `scores[segment][class]`: probability that the class is both heard and seen, 0 to 1. While a prediction is filling in,
    /// fewer segments are scored than the clip has. Localization: classes exclude each other, the rest to 1 is background.
    /// Parsing: the smaller of heard and seen. Segmentation: one class, the highest probability of the segment's mask.
    pub scores: Vec<Vec<f32>>,
    /// `familiarity[segment]`: 1 where the segment is like what the model was trained on, towards 0 where it is
    /// not and the scores mean little.
    pub familiarity: Vec<f32>,
    /// What the task says beyond that.
    pub detail: Detail,
}

/// What a task says beyond scores of being both heard and seen. As long as the scores; already weighed by familiarity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Detail {
    /// Localization: classes exclude each other, and the dataset's rule decides by two numbers, whether anything happens and
    /// which class is the largest.
    Localized {
        /// Probability that any class is both heard and seen, of each segment: what its scores add up to.
        event: Vec<f32>,
    },
    /// Parsing: each class by itself, `[segment][class]`, 0 to 1.
    Parsed {
        /// Probability of being heard.
        audible: Vec<Vec<f32>>,
        /// Probability of being seen.
        visible: Vec<Vec<f32>>,
    },
    /// Segmentation: one map a segment.
    Segmented {
        /// Where the picture sounds.
        masks: Vec<ProbabilityMap>,
    },
}

impl Detail {
    /// Localization's, where nobody kept the events' own scores: the sums of their classes'.
    pub fn localized(scores: &[Vec<f32>]) -> Self {
        Self::Localized {
            event: scores.iter().map(|row| row.iter().sum()).collect(),
        }
    }

    /// What was asked.
    pub fn task(&self) -> Task {
        match self {
            Self::Localized { .. } => Task::Localize,
            Self::Parsed { .. } => Task::Parse,
            Self::Segmented { .. } => Task::Segment,
        }
    }
}

impl Prediction {
    /// What was asked.
    pub fn task(&self) -> Task {
        self.detail.task()
    }

    /// The class with the highest score in a segment, the first of equals.
    pub fn best(&self, segment: usize) -> Option<(usize, f32)> {
        let scores = self.scores.get(segment)?;
        let class = largest(scores)?;
        Some((class, scores[class]))
    }

    /// Probability that no class is both heard and seen in a segment. Where classes do not exclude each other, what the
    /// highest score leaves.
    pub fn background(&self, segment: usize) -> Option<f32> {
        let scores = self.scores.get(segment)?.iter().copied();
        let any = match &self.detail {
            Detail::Localized { event } => *event.get(segment)?,
            Detail::Parsed { .. } | Detail::Segmented { .. } => scores.fold(0.0, f32::max),
        };
        Some((1.0 - any).clamp(0.0, 1.0))
    }

    /// Localization's probability that any class is both heard and seen in a segment.
    pub fn event(&self, segment: usize) -> Option<f32> {
        match &self.detail {
            Detail::Localized { event } => event.get(segment).copied(),
            Detail::Parsed { .. } | Detail::Segmented { .. } => None,
        }
    }

    /// The scores of one modality, `[segment][class]`; for tasks that do not tell them apart, those of both at once.
    pub fn scores_of(&self, modality: Modality) -> &[Vec<f32>] {
        match (&self.detail, modality) {
            (Detail::Parsed { audible, .. }, Modality::Audible) => audible,
            (Detail::Parsed { visible, .. }, Modality::Visible) => visible,
            _ => &self.scores,
        }
    }

    /// The mask of a segment, for segmentation, once it is there.
    pub fn mask(&self, segment: usize) -> Option<&ProbabilityMap> {
        match &self.detail {
            Detail::Segmented { masks } => masks.get(segment),
            Detail::Localized { .. } | Detail::Parsed { .. } => None,
        }
    }
}
