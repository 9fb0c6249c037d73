//! Fits a head's temperatures on clips that it did not learn from: of every known class and second what the head says and what is
//! true. What was counted is kept beside them. A few clips may mislead: temperatures are kept only where those fitted without some of
//! the clips do better on these (cross-validation, by clips: seconds of one clip resemble each other).

mod scores;

use burn::tensor::Device;

use self::scores::{Scores, Second};
use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use super::objective::{masks, not_trained};
use crate::base::Task;
use crate::data::{SaidGrid, Targets};
use crate::gpu::ComputeError;
use crate::model::{Calibration, LeftOut, TaskHead};
use crate::predict::{localize_scores, parse_scores};

/// Of masks, every so manieth place: neighbours say the same.
const EVERY: usize = 37;
/// Parts of the clips, each left out once; fewer where there are not so many clips.
const FOLDS: usize = 5;

/// Fits on clips that the head did not learn from. `None` where nothing is known of them.
///
/// # Errors
/// Features cannot be read, or the device fails.
pub fn fit_calibration(
    head: &TaskHead,
    validation: &dyn Examples,
    device: &Device,
) -> Result<Option<Calibration>, TrainError> {
    let mut fit = CalibrationFit::new(head.task(), validation.classes());
    for clip in 0..validation.len() {
        fit.add(head, &Batch::read(validation, &[clip], device)?, device)?;
    }
    Ok(fit.finish())
}

/// A fit under way, clip after clip.
pub struct CalibrationFit {
    /// The clips in turn.
    folds: Vec<Scores>,
    clips: usize,
}

impl CalibrationFit {
    /// For a head of so many classes.
    pub fn new(task: Task, classes: usize) -> Self {
        Self {
            folds: vec![Scores::new(task, classes); FOLDS],
            clips: 0,
        }
    }

    /// What a head says of a batch of one clip, and what is known of it.
    ///
    /// # Errors
    /// The features are not those of the head's backbones, or the device fails.
    pub fn add(
        &mut self,
        head: &TaskHead,
        batch: &Batch,
        device: &Device,
    ) -> Result<(), TrainError> {
        let failed = |e: ComputeError| TrainError::Device(e);
        let Some(targets) = batch.targets.first() else {
            return Ok(());
        };
        let scores = &mut self.folds[self.clips % FOLDS];
        match head {
            TaskHead::Localize(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = localize_scores(head, visual, audio).map_err(failed)?;
                scores.add(0, &rows, 0, &targets.both);
                add_seconds(scores, &rows, &targets.both);
            }
            TaskHead::Parse(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = parse_scores(head, visual, audio).map_err(failed)?;
                scores.add(1, &rows, 0, &targets.heard);
                scores.add(2, &rows, targets.classes(), &targets.seen);
            }
            TaskHead::Segment(head) => {
                let output = head.forward(&batch.visual, &batch.audio, 1)?;
                let found = numbers(output.probabilities())?;
                add_places(scores, &found, targets, (head.mask(), device))?;
            }
            TaskHead::Tags(_) => return Err(not_trained()),
        }
        self.clips += 1;
        Ok(())
    }

    /// The temperatures, and what was counted. `None` where nothing is known. Where temperatures did not prove to be better, there
    /// are none, and scores are counted as they are.
    pub fn finish(self) -> Option<Calibration> {
        let all = joined(self.folds.iter())?;
        if all.is_empty() {
            return None;
        }
        let plain = Calibration {
            error_before: all.error(),
            error_after: all.error(),
            plain: all.counted(),
            tempered: all.counted(),
            ..Calibration::default()
        };
        let left_out = self.judged();
        if !left_out.as_ref().is_some_and(LeftOut::is_better) {
            return Some(Calibration { left_out, ..plain });
        }
        let by = all.fitted();
        let after = all.after(&by);
        let [both, heard, seen] = by.all;
        Some(Calibration {
            both,
            heard,
            seen,
            event: by.event,
            error_after: after.error(),
            tempered: after.counted(),
            left_out,
            ..plain
        })
    }

    /// What temperatures that were fitted to the other parts make of each part. `None` of a single clip, which leaves nothing to fit to.
    fn judged(&self) -> Option<LeftOut> {
        let parts: Vec<&Scores> = self.folds.iter().take(self.clips).collect();
        if parts.len() < 2 {
            return None;
        }
        let after = (0..parts.len()).filter_map(|part| {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != part);
            let fitted = joined(others.map(|(_, scores)| *scores))?.fitted();
            Some(parts[part].after(&fitted))
        });
        let after: Vec<Scores> = after.collect();
        let (before, after) = (joined(parts.into_iter())?, joined(after.iter())?);
        Some(LeftOut {
            clips: self.clips,
            errors: [before.error(), after.error()],
            losses: [before.loss(), after.loss()],
        })
    }
}

/// All of some clips' scores.
fn joined<'a>(mut parts: impl Iterator<Item = &'a Scores>) -> Option<Scores> {
    let first = parts.next()?.clone();
    Some(parts.fold(first, |mut all, part| {
        all.extend(part);
        all
    }))
}

fn add_seconds(scores: &mut Scores, rows: &[Vec<f32>], said: &SaidGrid) {
    for (row, said) in rows.iter().zip(said.rows()) {
        // A head's event stands behind its classes.
        if let Some((event, classes)) = row.split_last() {
            scores.seconds.push(Second {
                scores: classes.to_vec(),
                event: *event,
                said: said.to_vec(),
            });
        }
    }
}

fn add_places(
    scores: &mut Scores,
    found: &[f32],
    targets: &Targets,
    (size, device): ((usize, usize), &Device),
) -> Result<(), TrainError> {
    let (truth, known) = masks(std::slice::from_ref(targets), size, device);
    let (truth, known) = (numbers(truth)?, numbers(known)?);
    let places = (size.0 * size.1).max(1);
    let pairs = found.iter().zip(&truth).enumerate();
    let told = pairs.filter(|(at, _)| known[at / places] > 0.0);
    let some = told.step_by(EVERY);
    scores.all[0][0].extend(some.map(|(_, (p, truth))| (*p, *truth >= 0.5)));
    Ok(())
}
