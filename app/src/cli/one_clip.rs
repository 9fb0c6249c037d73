//! One clip analysed, with the masks of its seconds: what files, tables and parts are made of.

use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{Problem, Task};
use mettle_core::exchange::{MaskOfSecond, MaskShelf, MaskTaker};
use mettle_core::model::ModelInfo;
use mettle_core::predict::{ProbabilityMap, Thresholds};

use super::Failure;
use super::analyze::line;
use super::args::AnalyzeArgs;
use super::driver::{Analysed, Driver};

/// How clips are analysed.
pub struct Asking<'a> {
    pub args: &'a AnalyzeArgs,
    pub driver: &'a Driver,
    pub model: &'a ModelInfo,
    pub tasks: &'a [Task],
    pub thresholds: &'a Thresholds,
}

/// What came of a clip.
pub struct OneClip {
    pub analysed: Analysed,
    /// The thresholds used for it: those of masks may be its own.
    pub thresholds: Thresholds,
    pub masks: Vec<MaskOfSecond>,
    /// Where the maps of the masks lie, if they were to be kept.
    pub shelf: Option<MaskShelf>,
}

impl Asking<'_> {
    /// Analyse a clip, and begin with the one that comes `next`; maps of masks are put on the shelf, if there is one.
    pub fn clip(
        &self,
        path: &Path,
        next: Option<&Path>,
        shelf: Option<MaskShelf>,
    ) -> Result<OneClip, Failure> {
        let told = |problem: Problem| Failure::Said(line(&problem));
        let opened = self.driver.open_clip(path);
        if let Some(next) = next {
            self.driver.look_ahead(next, self.tasks, &self.args.model);
        }
        let opened = opened.map_err(told)?;
        let clip = Arc::clone(&opened.clip);
        let thresholds = Thresholds {
            masks: self.args.thresholds.masks(clip.id)?,
            ..self.thresholds.clone()
        };
        let label = self.model.sounding();
        let size = self.args.mask_size;
        let mut masks = MaskTaker::new(&clip, label, &thresholds.masks, size, shelf);
        let mut hear = |first: usize, made: Vec<ProbabilityMap>| masks.take(first, &made);
        let model = &self.args.model;
        let analysed = self.driver.ask(opened, self.tasks, model, Some(&mut hear));
        let analysed = analysed.map_err(told)?;
        if analysed.predictions.iter().all(|p| p.scores.is_empty()) {
            let path = path.display();
            return Err(Failure::Said(format!(
                "{path}: not one second of picture or sound in it can be decoded"
            )));
        }
        let (masks, shelf) = masks.finish()?;
        Ok(OneClip {
            analysed,
            thresholds,
            masks,
            shelf,
        })
    }
}
