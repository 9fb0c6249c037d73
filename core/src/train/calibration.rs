//! Fits a head's temperatures on validation clips: of every known class and second what the head says and what is true.

use burn::tensor::Device;

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use super::objective::{masks, not_trained};
use crate::base::Said;
use crate::data::SaidGrid;
use crate::gpu::ComputeError;
use crate::model::{Calibration, TaskHead, calibration_error, fit_temperatures, tempered};
use crate::predict::{localize_scores, parse_scores};

/// Of masks, every so manieth place: neighbours say the same.
const EVERY: usize = 37;

/// Scores and truths by class.
type ByClass = Vec<Vec<(f32, bool)>>;

/// Fits on clips that the head did not learn from. `None` where nothing is known of them.
///
/// # Errors
/// Features cannot be read, or the device fails.
pub fn fit_calibration(
    head: &TaskHead,
    validation: &dyn Examples,
    device: &Device,
) -> Result<Option<Calibration>, TrainError> {
    let [both, heard, seen] = collected(head, validation, device)?;
    let all = [&both, &heard, &seen];
    if all
        .iter()
        .all(|by_class| by_class.iter().all(Vec::is_empty))
    {
        return Ok(None);
    }
    let temperatures = all.map(|by_class| fit_temperatures(by_class));
    let pairs = |temperatures: Option<&[Vec<f32>; 3]>| {
        let mut said = vec![];
        for (m, by_class) in all.iter().enumerate() {
            for (class, scores) in by_class.iter().enumerate() {
                let t = temperatures.map_or(1.0, |t| t[m][class]);
                said.extend(scores.iter().map(|(p, truth)| (tempered(*p, t), *truth)));
            }
        }
        calibration_error(said.into_iter())
    };
    let (error_before, error_after) = (pairs(None), pairs(Some(&temperatures)));
    let [both, heard, seen] = temperatures;
    Ok(Some(Calibration {
        both,
        heard,
        seen,
        error_before,
        error_after,
    }))
}

/// What is both heard and seen, what is heard, what is seen; what a head does not say is empty.
fn collected(
    head: &TaskHead,
    clips: &dyn Examples,
    device: &Device,
) -> Result<[ByClass; 3], TrainError> {
    let classes = clips.classes();
    let room = |n: usize| vec![vec![]; n];
    let mut all: [ByClass; 3] = match head {
        TaskHead::Localize(_) => [room(classes), vec![], vec![]],
        TaskHead::Parse(_) => [vec![], room(classes), room(classes)],
        TaskHead::Segment(_) => [room(1), vec![], vec![]],
        TaskHead::Tags(_) => return Err(not_trained()),
    };
    let failed = |e: ComputeError| TrainError::Device(e);
    for clip in 0..clips.len() {
        let batch = Batch::read(clips, &[clip], device)?;
        let Some(targets) = batch.targets.first() else {
            continue;
        };
        match head {
            TaskHead::Localize(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = localize_scores(head, visual, audio).map_err(failed)?;
                add(&mut all[0], &rows, 0, &targets.both);
            }
            TaskHead::Parse(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = parse_scores(head, visual, audio).map_err(failed)?;
                add(&mut all[1], &rows, 0, &targets.heard);
                add(&mut all[2], &rows, classes, &targets.seen);
            }
            TaskHead::Segment(head) => {
                let output = head.forward(&batch.visual, &batch.audio, 1)?;
                let found = numbers(output.probabilities())?;
                let size = head.mask();
                let (truth, known) = masks(&batch.targets, size, device);
                let (truth, known) = (numbers(truth)?, numbers(known)?);
                let places = (size.0 * size.1).max(1);
                let pairs = found.iter().zip(&truth).enumerate();
                let told = pairs.filter(|(at, _)| known[at / places] > 0.0);
                let some = told.step_by(EVERY);
                all[0][0].extend(some.map(|(_, (p, truth))| (*p, *truth >= 0.5)));
            }
            TaskHead::Tags(_) => return Err(not_trained()),
        }
    }
    Ok(all)
}

/// What is known of a clip, class by class; scores of class 0 stand at `from` in each row.
fn add(to: &mut ByClass, rows: &[Vec<f32>], from: usize, said: &SaidGrid) {
    for (row, said) in rows.iter().zip(said.rows()) {
        for (class, said) in said.iter().enumerate() {
            let score = row.get(from + class);
            if let (Some(score), Some(truth)) = (score, Said::known(*said)) {
                to[class].push((*score, truth));
            }
        }
    }
}
