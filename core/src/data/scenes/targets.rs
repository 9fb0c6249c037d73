//! What is true of a scene, as a training and a metric take it: everything is known.

use super::{CATEGORIES, Scene};
use crate::base::Said;
use crate::data::{SaidGrid, SoundingMask, Targets};

/// Share of a second that something must be heard or seen to count as heard or seen in it.
pub(super) const SHARE: f64 = 0.5;

impl Scene {
    /// What happens in each second, with masks of `masks` squared places in the middle of each where they are wanted.
    pub fn targets(&self, masks: Option<usize>) -> Targets {
        let (truth, seconds) = (self.truth(), self.seconds());
        let nothing = || SaidGrid::all(seconds.len(), CATEGORIES.len(), Said::No);
        let (mut heard, mut seen) = (nothing(), nothing());
        for (t, second) in seconds.iter().enumerate() {
            for class in truth.heard(*second, SHARE) {
                heard.set(t, class, Said::Yes);
            }
            for class in truth.visible(*second, SHARE) {
                seen.set(t, class, Said::Yes);
            }
        }
        let mut targets = Targets::of_modalities(heard, seen);
        // Half of a second heard and the other half seen is no half of both: the truth counts that by itself.
        targets.both = nothing();
        for (t, class) in truth.labels.iter().enumerate() {
            targets.both.set(t, *class, Said::Yes);
        }
        if let Some(side) = masks {
            let stage = self.stage(side, side);
            let mask = |second: &crate::base::TimeSpan| SoundingMask {
                size: (side, side),
                sounds: stage
                    .mask(second.middle())
                    .data
                    .iter()
                    .map(|v| *v > 0)
                    .collect(),
            };
            targets.masks = seconds.iter().map(|second| Some(mask(second))).collect();
        }
        targets
    }
}
