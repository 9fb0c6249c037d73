//! From which score on a class counts as happening.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Prediction;
use crate::base::Modality;
use crate::project::MaskThresholds;

/// From which score on a class counts as happening: a class's own in parsing, the event's where localization asks whether anything
/// happens. The threshold of the class where it has one, else that of what is asked
/// (heard or seen) where it has one, else the global one. All 0 to 1. Classes go by name: a model's tasks number them differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// For everything without a threshold of its own.
    pub global: f32,
    /// For what is heard.
    pub audible: Option<f32>,
    /// For what is seen.
    pub visible: Option<f32>,
    /// For single classes.
    pub classes: BTreeMap<String, f32>,
    /// For masks, which have none of the others.
    pub masks: MaskThresholds,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::at(0.5)
    }
}

impl Thresholds {
    /// The same for every class; masks at theirs by default.
    pub fn at(global: f32) -> Self {
        Self {
            global,
            audible: None,
            visible: None,
            classes: BTreeMap::new(),
            masks: MaskThresholds::default(),
        }
    }

    /// The threshold of a segment's mask.
    pub fn of_mask(&self, prediction: &Prediction, segment: usize) -> f32 {
        let span = prediction.segments.get(segment);
        span.map_or(self.masks.clip, |span| self.masks.of(*span))
    }

    /// The threshold of a class in a modality.
    pub fn of(&self, class: &str, modality: Modality) -> f32 {
        let own = match modality {
            Modality::Audible => self.audible,
            Modality::Visible => self.visible,
            Modality::AudioVisual => None,
        };
        let class = self.classes.get(class).copied();
        class.or(own).unwrap_or(self.global)
    }
}
