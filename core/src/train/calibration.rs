//! Fits a head's temperatures on clips that it did not learn from: of every known class and second what the head says and what is
//! true. What was counted is kept beside them.

use burn::tensor::Device;

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use super::objective::{masks, not_trained};
use crate::base::{Said, Task, largest};
use crate::data::{SaidGrid, Targets};
use crate::gpu::ComputeError;
use crate::model::{
    Calibration, Counted, ScoreCounts, TaskHead, calibration_error, fit_temperatures, tempered,
};
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
    let mut fit = CalibrationFit::new(head.task(), validation.classes());
    for clip in 0..validation.len() {
        fit.add(head, &Batch::read(validation, &[clip], device)?, device)?;
    }
    Ok(fit.finish())
}

/// A fit under way, clip after clip.
pub struct CalibrationFit {
    /// What is both heard and seen, what is heard, what is seen; what a head does not say is empty.
    all: [ByClass; 3],
    /// Seconds of which a class is decided by whether anything happens.
    seconds: Vec<Second>,
}

/// One second of a localization head.
struct Second {
    /// Of each class.
    scores: Vec<f32>,
    /// Of anything happening.
    event: f32,
    said: Vec<Said>,
}

impl CalibrationFit {
    /// For a head of so many classes.
    pub fn new(task: Task, classes: usize) -> Self {
        let room = |n: usize| vec![vec![]; n];
        Self {
            all: match task {
                Task::Localize => [room(classes), vec![], vec![]],
                Task::Parse => [vec![], room(classes), room(classes)],
                Task::Segment => [room(1), vec![], vec![]],
            },
            seconds: vec![],
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
        match head {
            TaskHead::Localize(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = localize_scores(head, visual, audio).map_err(failed)?;
                add(&mut self.all[0], &rows, 0, &targets.both);
                self.add_seconds(&rows, &targets.both);
            }
            TaskHead::Parse(head) => {
                let (visual, audio) = head.meta_features(&batch.visual, &batch.audio);
                let rows = parse_scores(head, visual, audio).map_err(failed)?;
                add(&mut self.all[1], &rows, 0, &targets.heard);
                add(&mut self.all[2], &rows, targets.classes(), &targets.seen);
            }
            TaskHead::Segment(head) => {
                let output = head.forward(&batch.visual, &batch.audio, 1)?;
                let found = numbers(output.probabilities())?;
                self.add_places(&found, targets, head.mask(), device)?;
            }
            TaskHead::Tags(_) => return Err(not_trained()),
        }
        Ok(())
    }

    fn add_seconds(&mut self, rows: &[Vec<f32>], said: &SaidGrid) {
        for (row, said) in rows.iter().zip(said.rows()) {
            // A head's event stands behind its classes.
            if let Some((event, scores)) = row.split_last() {
                self.seconds.push(Second {
                    scores: scores.to_vec(),
                    event: *event,
                    said: said.to_vec(),
                });
            }
        }
    }

    fn add_places(
        &mut self,
        found: &[f32],
        targets: &Targets,
        size: (usize, usize),
        device: &Device,
    ) -> Result<(), TrainError> {
        let (truth, known) = masks(std::slice::from_ref(targets), size, device);
        let (truth, known) = (numbers(truth)?, numbers(known)?);
        let places = (size.0 * size.1).max(1);
        let pairs = found.iter().zip(&truth).enumerate();
        let told = pairs.filter(|(at, _)| known[at / places] > 0.0);
        let some = told.step_by(EVERY);
        self.all[0][0].extend(some.map(|(_, (p, truth))| (*p, *truth >= 0.5)));
        Ok(())
    }

    /// The temperatures, and what was counted. `None` where nothing is known.
    pub fn finish(self) -> Option<Calibration> {
        let Self { all, seconds } = self;
        if all.iter().flatten().all(Vec::is_empty) {
            return None;
        }
        let temperatures = all.each_ref().map(|by_class| fit_temperatures(by_class));
        let happening = seconds.iter().filter_map(Second::happening);
        let happening: Vec<(f32, bool)> = happening.collect();
        let event = fit_temperatures(&[happening]).first().copied();
        let event = event.filter(|_| !seconds.is_empty());
        let after: Vec<ByClass> = all
            .iter()
            .zip(&temperatures)
            .map(|(by_class, temperatures)| cooled(by_class, temperatures))
            .collect();
        let cooled_seconds = seconds
            .iter()
            .map(|second| second.after(&temperatures[0], event));
        let cooled_seconds: Vec<Second> = cooled_seconds.collect();
        let error = |all: &[ByClass]| calibration_error(all.iter().flatten().flatten().copied());
        let (error_before, error_after) = (error(&all), error(&after));
        let [both, heard, seen] = temperatures;
        Some(Calibration {
            both,
            heard,
            seen,
            event,
            error_before,
            error_after,
            plain: counted(&all, &seconds),
            tempered: counted(&after, &cooled_seconds),
        })
    }
}

impl Second {
    /// The score of anything happening, and whether anything does, where that is known.
    fn happening(&self) -> Option<(f32, bool)> {
        let any = Said::any(self.said.iter().copied());
        Some((self.event, any.known()?))
    }

    fn after(&self, temperatures: &[f32], event: Option<f32>) -> Self {
        let scores = self.scores.iter().zip(temperatures);
        Self {
            scores: scores.map(|(score, t)| tempered(*score, *t)).collect(),
            event: tempered(self.event, event.unwrap_or(1.0)),
            said: self.said.clone(),
        }
    }
}

fn cooled(by_class: &ByClass, temperatures: &[f32]) -> ByClass {
    let classes = by_class.iter().zip(temperatures);
    let class = |(said, t): (&Vec<(f32, bool)>, &f32)| {
        let said = said
            .iter()
            .map(|(score, truth)| (tempered(*score, *t), *truth));
        said.collect()
    };
    classes.map(class).collect()
}

fn counted(all: &[ByClass], seconds: &[Second]) -> Counted {
    let classes = |of: usize| {
        let class = |said: &Vec<(f32, bool)>| {
            let mut counts = ScoreCounts::default();
            said.iter()
                .for_each(|(score, truth)| counts.add(*score, *truth));
            counts
        };
        all.get(of)
            .map_or_else(Vec::new, |all| all.iter().map(class).collect())
    };
    let width = seconds.first().map_or(0, |second| second.scores.len());
    let mut decided = vec![ScoreCounts::default(); width];
    for second in seconds {
        let class = largest(&second.scores);
        let truth = class.and_then(|class| Some((class, second.said.get(class)?.known()?)));
        if let Some((class, truth)) = truth {
            decided[class].add(second.event, truth);
        }
    }
    Counted {
        both: classes(0),
        heard: classes(1),
        seen: classes(2),
        decided,
    }
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
