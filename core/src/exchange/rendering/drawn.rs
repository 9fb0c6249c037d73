//! A person's masks over a model's, where pictures are made of them.

use super::MaskSource;
use crate::base::TimeSpan;
use crate::predict::{ProbabilityMap, SecondMask, Thresholds};
use crate::project::Corrections;

/// How finely a person's masks are drawn: places along the longer side.
const LONGEST: u32 = 1024;

/// The masks of a clip's segments: what was drawn by hand, and where nothing was what a model says, if that is wanted.
#[derive(Debug)]
pub struct DrawnOver<'a> {
    /// What a person drew.
    pub said: &'a Corrections,
    /// The clip's segments.
    pub segments: &'a [TimeSpan],
    /// Where a model's masks are.
    pub model: Option<&'a dyn MaskSource>,
}

impl DrawnOver<'_> {
    /// Thresholds at which masks that were drawn come out as they were drawn, and all others as before.
    pub fn thresholds(&self, of_model: &Thresholds) -> Thresholds {
        let mut thresholds = of_model.clone();
        let drawn = self.segments.iter();
        for span in drawn.filter(|span| self.said.drawn_at(**span).next().is_some()) {
            thresholds.masks.set(*span, SecondMask::DRAWN);
        }
        thresholds
    }
}

impl MaskSource for DrawnOver<'_> {
    fn mask(&self, segment: usize) -> Option<ProbabilityMap> {
        let span = self.segments.get(segment)?;
        match self.said.drawn(*span) {
            Some(drawn) => Some(ProbabilityMap::of_drawn(&drawn, LONGEST)),
            None => self.model?.mask(segment),
        }
    }
}
