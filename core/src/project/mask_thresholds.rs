//! Above which probability a place of a clip's masks sounds: once for the clip, and where the user wants it for single seconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The threshold of a clip's masks, and those of seconds that have one of their own. All 0 to 1; a place sounds strictly above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaskThresholds {
    /// For every second without one of its own.
    pub clip: f32,
    /// For single seconds, by their place among the clip's segments, from 0.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub seconds: BTreeMap<usize, f32>,
}

impl Default for MaskThresholds {
    fn default() -> Self {
        Self::at(0.5)
    }
}

impl MaskThresholds {
    /// The same for every second.
    pub fn at(clip: f32) -> Self {
        Self {
            clip,
            seconds: BTreeMap::new(),
        }
    }

    /// The threshold of a second.
    pub fn of(&self, second: usize) -> f32 {
        self.seconds.get(&second).copied().unwrap_or(self.clip)
    }
}
