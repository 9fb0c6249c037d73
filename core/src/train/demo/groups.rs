//! What a backbone in training tells apart: what scenes draw, nothing of it, and what is real only.

use super::samples::Tagged;
use crate::data::scenes::CATEGORIES;

/// The group of what is none of the classes.
pub(super) const NONE: usize = CATEGORIES.len();

/// The groups: the scenes' classes in their order, [`NONE`], and behind it what only the real examples have.
#[derive(Clone, Default)]
pub(super) struct Groups {
    real_only: Vec<String>,
}

impl Groups {
    /// With the classes of real examples.
    pub fn with(classes: &[String]) -> Self {
        let drawn = |name: &String| CATEGORIES.iter().any(|c| c.label == name);
        Self {
            real_only: classes.iter().filter(|n| !drawn(n)).cloned().collect(),
        }
    }

    /// How many.
    pub fn count(&self) -> usize {
        NONE + 1 + self.real_only.len()
    }

    /// The group of a class.
    pub fn of(&self, class: &str) -> usize {
        let drawn = CATEGORIES.iter().position(|c| c.label == class);
        let real = || self.real_only.iter().position(|name| name == class);
        drawn.unwrap_or_else(|| real().map_or(NONE, |place| NONE + 1 + place))
    }

    /// How likely each group should be held, equally among those there.
    pub fn shared(&self, there: &[usize]) -> Vec<f32> {
        let mut row = vec![0.0; self.count()];
        for group in there {
            row[*group] = 1.0 / there.len() as f32;
        }
        if there.is_empty() {
            row[NONE] = 1.0;
        }
        row
    }

    /// Targets of scenes, which know no real class, with room for those.
    pub fn widened(&self, scenes: &Tagged) -> Vec<f32> {
        let missing = vec![0.0; self.count() - NONE - 1];
        let rows = scenes.target.chunks_exact(NONE + 1);
        rows.flat_map(|row| row.iter().chain(&missing).copied())
            .collect()
    }
}
