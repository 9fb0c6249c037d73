//! From which score on a class counts as happening.

use std::collections::BTreeMap;

use crate::project::Modality;

/// From which score on a class counts as happening: the threshold of the class where it has one, else that of what is asked
/// (heard or seen) where it has one, else the global one. All 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// For everything without a threshold of its own.
    pub global: f32,
    /// For what is heard.
    pub audible: Option<f32>,
    /// For what is seen.
    pub visible: Option<f32>,
    /// For single classes, by their place in the labels.
    pub classes: BTreeMap<usize, f32>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::at(0.5)
    }
}

impl Thresholds {
    /// The same for everything.
    pub fn at(global: f32) -> Self {
        Self {
            global,
            audible: None,
            visible: None,
            classes: BTreeMap::new(),
        }
    }

    /// The threshold of a class in a modality.
    pub fn of(&self, class: usize, modality: Modality) -> f32 {
        let own = match modality {
            Modality::Audible => self.audible,
            Modality::Visible => self.visible,
            Modality::AudioVisual => None,
        };
        let class = self.classes.get(&class).copied();
        class.or(own).unwrap_or(self.global)
    }
}
