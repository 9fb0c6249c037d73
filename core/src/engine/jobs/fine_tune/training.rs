//! The steps of a training, its checkpoint after each epoch, and what a few steps say of its cost.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use burn::module::Module;

use super::checkpoint;
use super::finish::Comparing;
use crate::base::Problem;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, FineTune, ReplyBody, StepContext, TrainingCost, TrainingStage};
use crate::train::{
    ClipExamples, Examples, Step, TrainError, Trainer, adapter_bytes, feature_bytes, grown,
    head_bytes,
};

/// Steps that are measured, after one that warms up.
const MEASURED: u32 = 3;
/// A checkpoint this old is of a training that nobody goes on with.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Clips to learn from, held out, and replayed.
pub(super) type Parts = [Arc<ClipExamples>; 3];

/// A training under way.
pub(super) struct Learning {
    trainer: Trainer,
    parts: Parts,
    file: PathBuf,
}

impl Learning {
    /// From the head as it is, or from where an earlier run of the same training was stopped.
    pub fn begin(
        spec: &FineTune,
        parts: Parts,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Self, EngineError> {
        let file = checkpoint(spec, session)?;
        let fresh = fresh(spec, &parts, session)?;
        let resumes = spec.stage != TrainingStage::Measure && file.exists();
        let trainer = match (resumes, spec.stage) {
            (true, _) => match fresh.resume(&file) {
                Ok(trainer) => trainer,
                Err(error) => {
                    log::info!("{error}");
                    self::fresh(spec, &parts, session)?
                }
            },
            (false, TrainingStage::Finish) => {
                return Err(TrainError::Data(
                    "it was stopped before its first epoch was over: there is no head to keep yet"
                        .to_owned(),
                )
                .into());
            }
            (false, _) => fresh,
        };
        let told = trainer.history().iter();
        told.for_each(|epoch| context.reply(ReplyBody::Epoch(*epoch)));
        Ok(Self {
            trainer,
            parts,
            file,
        })
    }

    /// One step. Says whether it was the last. A training that runs away ends with the best head so far.
    pub fn step(&mut self, context: &StepContext<'_>) -> Result<bool, EngineError> {
        let progress = self.trainer.progress();
        context.progress(progress.done, progress.total);
        match self.trainer.step() {
            Ok(Step::Distilled | Step::Learned { .. } | Step::Checked) => Ok(false),
            Ok(Step::Epoch(epoch)) => {
                context.reply(ReplyBody::Epoch(epoch));
                self.keep()?;
                Ok(false)
            }
            Ok(Step::Done) => Ok(true),
            Err(error @ TrainError::Diverged { .. }) if self.trainer.best().is_some() => {
                let title = "The training ran away";
                let notice = Problem::warning(title, "The best head before that is kept.");
                context.reply(ReplyBody::Notice(notice.with_detail(error.to_string())));
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn keep(&self) -> Result<(), EngineError> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(|source| TrainError::Io {
                path: folder.display().to_string(),
                source,
            })?;
            forget_abandoned(folder);
        }
        Ok(self.trainer.checkpoint(&self.file)?)
    }

    /// A few steps, and what they say of all.
    pub fn measure(
        &mut self,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let begin = Instant::now();
        while !context.is_cancelled() && self.trainer.step()? == Step::Distilled {}
        // What does not learn is computed once; one step beside it, which warms up, is little.
        let once = begin.elapsed().as_secs_f64();
        let (begin, steps) = (Instant::now(), self.trainer.progress().total);
        let mut done = 0;
        while done < MEASURED && !context.is_cancelled() {
            done += 1;
            if self.trainer.step()? == Step::Done {
                break;
            }
        }
        let step = begin.elapsed().as_secs_f64() / f64::from(done.max(1));
        let pair = session.pair(&spec.head.model)?.about();
        let longest = spec.clips.iter().map(|clip| clip.targets.seconds()).max();
        let segments = spec.config.batch.min(spec.clips.len()) * longest.unwrap_or(0);
        let parameters = Module::num_params(&self.trainer.head());
        context.reply(ReplyBody::TrainingCost(TrainingCost {
            seconds: once + step * steps as f64,
            step_ms: step * 1e3,
            steps,
            head_bytes: feature_bytes(pair, segments) + head_bytes(parameters),
            adapter_bytes: adapter_bytes(pair, segments) + head_bytes(parameters),
        }));
        Ok(())
    }

    /// The best head, to be compared with the old one.
    pub fn into_comparing(self) -> Result<Comparing, EngineError> {
        let none =
            || TrainError::Data("no epoch was finished: there is no head to keep".to_owned());
        let best = self.trainer.best().ok_or_else(none)?;
        let [training, held_out, replayed] = self.parts;
        let replayed = replayed.len();
        Ok(Comparing::new(
            best,
            (training, held_out),
            replayed,
            self.file,
        ))
    }
}

/// From the head as it is, with rows for new classes.
fn fresh(
    spec: &FineTune,
    [training, held_out, replayed]: &Parts,
    session: &mut ComputeSession,
) -> Result<Trainer, EngineError> {
    let ready = session.head(&spec.head)?;
    let pair = session.pair(&spec.head.model)?;
    let (device, classes) = (pair.device(), spec.labels.len());
    let head = match classes > ready.file.labels.len() {
        true => {
            device.seed(spec.config.seed);
            grown(
                &ready.head,
                &ready.file.config,
                pair.about(),
                classes,
                device,
            )?
        }
        false => ready.head.clone(),
    };
    let (training, held_out) = (Arc::clone(training), Arc::clone(held_out));
    let trainer = Trainer::new(head, spec.config.clone(), training, held_out, device)?;
    Ok(trainer.replaying(Arc::clone(replayed) as Arc<dyn Examples>))
}

/// Takes away what trainings left that nobody went on with.
fn forget_abandoned(folder: &Path) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for file in files {
        let changed = file.metadata().and_then(|about| about.modified());
        let age = changed.map(|changed| SystemTime::now().duration_since(changed));
        if matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            // Another process may have been quicker.
            let _ = std::fs::remove_file(file.path());
        }
    }
}
