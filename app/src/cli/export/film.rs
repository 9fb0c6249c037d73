//! A clip as a film with what is said drawn in.

use std::sync::Arc;

use mettle_core::exchange::marks::What;
use mettle_core::exchange::rendering::{DrawnOver, MaskSource, Shown, with_said};
use mettle_core::media::Clip;
use mettle_core::predict::{ClassColors, Prediction};
use mettle_core::project::{Corrections, Names};

use super::clips::{Asked, Exporting, there};
use crate::cli::{Failure, output, pictures};

impl Exporting<'_> {
    /// The clip with what is said drawn in.
    pub(super) fn film(
        &mut self,
        clip: &Clip,
        asked: &Asked,
        said: &Corrections,
        names: &Names,
    ) -> Result<(), Failure> {
        let corrected = asked.predictions.iter();
        let corrected =
            corrected.map(|p| Arc::new(with_said(p, &said.statements, names, self.what)));
        let predictions: Vec<Arc<Prediction>> = corrected.collect();
        let shelf = asked
            .shelf
            .as_ref()
            .filter(|_| self.what != What::Corrections);
        let nothing = Corrections::default();
        let segments = predictions.first().map(|p| p.segments.as_slice());
        let masks = DrawnOver {
            said: if self.what == What::Model {
                &nothing
            } else {
                said
            },
            segments: segments.unwrap_or_default(),
            model: shelf.map(|shelf| shelf as &dyn MaskSource),
        };
        let shown = Shown {
            predictions: &predictions,
            masks: Some(&masks),
            thresholds: &masks.thresholds(&asked.document.thresholds),
            colors: &ClassColors::of_model(self.model),
        };
        let stem = self.stems.stem_for(clip);
        let path = self.args.out.join(format!("{stem}.overlay.mp4"));
        if path.exists() && !self.args.replace {
            return Err(there(&path));
        }
        match pictures::write_film(&path, clip, &shown, None, self.driver)? {
            true if self.args.quiet => Ok(()),
            true => output::say(&format!("{}: drawn\n", path.display())),
            false => Err(Failure::Said(format!(
                "{}: has no pictures to draw into. Choose another format",
                clip.path.display()
            ))),
        }
    }
}
