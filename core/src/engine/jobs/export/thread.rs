//! The thread that exports clip after clip, each whatever becomes of the others.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::{FromThread, ToThread};
use crate::base::{CancelToken, LabelId, Problem, Task};
use crate::engine::worker::Waker;
use crate::engine::{EngineError, Export, ExportedClip, Outcome, ReplyBody, WhichHead};
use crate::exchange::{
    Analysed, Document, ExchangeError, ExportFormat, Exported, Exporter, Findings, MaskShelf,
    MaskTaker, ModelFacts,
};
use crate::media::{Clip, Source};
use crate::model::{Calibration, ModelInfo, known_classes};
use crate::predict::{ClassColors, Detail, Prediction, SecondTags, Thresholds};
use crate::project::{Class, Corrections, Names, Scope, Store};

/// What the thread works with.
pub(super) struct Work {
    pub(super) spec: Export,
    pub(super) model: ModelInfo,
    pub(super) device: String,
    pub(super) source: Arc<dyn Source>,
    pub(super) cancel: CancelToken,
    pub(super) tell: Sender<FromThread>,
    pub(super) answers: Receiver<ToThread>,
    pub(super) waker: Waker,
}

/// What a project says.
struct Project {
    store: Option<Store>,
    classes: BTreeMap<LabelId, Class>,
}

/// Why a clip is not exported.
enum Refused {
    /// Nobody wants it any more.
    Stopped,
    /// A file stays as it is.
    Exchange(ExchangeError),
    /// In words.
    Said(String),
}

impl<E: Into<EngineError>> From<E> for Refused {
    fn from(error: E) -> Self {
        match error.into() {
            EngineError::Exchange(error) => Self::Exchange(error),
            other => Self::Said(other.to_string()),
        }
    }
}

impl Work {
    /// Export every clip.
    pub(super) fn run(self) {
        if let Err(error) = self.all() {
            self.say(FromThread::Failed(error));
        }
        // Its end is heard when nobody is left to speak.
        let Self { tell, waker, .. } = self;
        drop(tell);
        waker.wake();
    }

    fn say(&self, what: FromThread) {
        let _ = self.tell.send(what);
        self.waker.wake();
    }

    fn all(&self) -> Result<(), EngineError> {
        let spec = &self.spec;
        let mut project = self.project()?;
        let how = (spec.replace, spec.writes);
        let mut exporter = Exporter::new(spec.format, spec.what, &spec.out, how)?;
        for path in &spec.clips {
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            let outcome = match self.clip(&mut exporter, &mut project, path) {
                Ok(exported) => Outcome::Done(exported),
                Err(Refused::Stopped) => return Ok(()),
                Err(Refused::Exchange(ExchangeError::Stays { path })) => Outcome::Stays(path),
                Err(Refused::Exchange(error)) => Outcome::Failed(error.to_string()),
                Err(Refused::Said(why)) => Outcome::Failed(why),
            };
            let clip = path.clone();
            self.say(FromThread::Clip(ExportedClip { clip, outcome }));
        }
        Ok(exporter.finish()?)
    }

    fn project(&self) -> Result<Project, EngineError> {
        let file = self.spec.project.as_deref();
        let mut store = match file.filter(|file| file.exists()) {
            Some(file) => Some(Store::open(file)?),
            None => None,
        };
        let classes = match &mut store {
            Some(store) => store.read(Scope::Project)?.classes,
            None => BTreeMap::new(),
        };
        Ok(Project { store, classes })
    }

    fn clip(
        &self,
        exporter: &mut Exporter,
        project: &mut Project,
        path: &Path,
    ) -> Result<Exported, Refused> {
        let clip = Arc::new(Clip::open(path).map_err(|error| {
            let advice = error.advice();
            Refused::Said(format!("{error}. {advice}"))
        })?);
        let said = match &mut project.store {
            Some(store) => store.read(Scope::Clip(clip.id))?,
            None => Corrections::default(),
        };
        let names = Names::of(&known_classes(Some(&self.model)), &project.classes);
        let analysed = match self.spec.heads.is_empty() {
            true => None,
            false => Some(self.analysed(&clip, &said)?),
        };
        let mut told = |share: f32| self.say(FromThread::Progress(share));
        let exported = exporter.clip(
            &*self.source,
            &clip,
            analysed.as_ref(),
            (&said, &names),
            (&mut told, &self.cancel),
        )?;
        match self.cancel.is_cancelled() {
            true => Err(Refused::Stopped),
            false => Ok(exported),
        }
    }

    /// What the model says of a clip.
    fn analysed(&self, clip: &Arc<Clip>, said: &Corrections) -> Result<Analysed, Refused> {
        let spec = &self.spec;
        let thresholds = Thresholds {
            masks: said.mask_thresholds.clone(),
            ..spec.thresholds.clone()
        };
        let film = spec.format == ExportFormat::Film && spec.writes;
        let segments = spec.heads.iter().any(|(task, _)| *task == Task::Segment);
        let shelf = match film && segments {
            true => Some(MaskShelf::in_folder(&spec.out)?),
            false => None,
        };
        let label = self.model.sounding();
        let mut masks = MaskTaker::new(clip, label, &thresholds.masks, None, shelf);
        let (mut predictions, mut tags) = (Vec::new(), Vec::new());
        for (task, which) in &spec.heads {
            let done = (predictions.len(), spec.heads.len());
            predictions.push(self.ask(clip, (*task, *which), done, (&mut masks, &mut tags))?);
        }
        let (masks, shelf) = masks.finish()?;
        let asked = spec.heads.iter().map(|(task, _)| *task);
        let calibrated: Vec<Task> = asked.filter(|t| self.calibration(*t).is_some()).collect();
        let document = Document::new(Findings {
            clip,
            asked: None,
            predictions: &predictions,
            thresholds: &thresholds,
            calibrated: &calibrated,
            masks,
            tags: &tags,
            device: self.device.clone(),
            model: ModelFacts::from(&self.model),
            timing_ms: BTreeMap::new(),
        });
        Ok(Analysed {
            predictions,
            document,
            shelf,
            colors: ClassColors::of_model(&self.model),
        })
    }

    /// What the scores of a task go through.
    fn calibration(&self, task: Task) -> Option<&Calibration> {
        let mut tasks = self.model.tasks.iter();
        let info = tasks.find(|info| info.task == task && self.spec.calibrated)?;
        info.calibration.as_deref().filter(|by| by.changes())
    }

    /// Everything one head says of a clip; masks are taken as they come, and no prediction holds them.
    fn ask(
        &self,
        clip: &Arc<Clip>,
        (task, which): (Task, WhichHead),
        (place, of): (usize, usize),
        (masks, tags): (&mut MaskTaker, &mut Vec<SecondTags>),
    ) -> Result<Arc<Prediction>, Refused> {
        self.say(FromThread::Ask(Arc::clone(clip), which));
        let mut prediction: Option<Arc<Prediction>> = None;
        loop {
            let Ok(answer) = self.answers.recv() else {
                return Err(Refused::Stopped);
            };
            let said = match answer {
                ToThread::Said(said) => said,
                ToThread::End(Err(problem)) => return Err(Refused::Said(line(&problem))),
                ToThread::End(Ok(())) => break,
            };
            for body in said {
                match body {
                    ReplyBody::Prediction(part) => {
                        let mut part = match self.calibration(task) {
                            Some(by) => part.calibrated(by),
                            None => part,
                        };
                        if let Detail::Segmented { masks: made } = &mut part.detail {
                            masks.take(part.from, &std::mem::take(made));
                        }
                        prediction = part.join(prediction.take());
                    }
                    ReplyBody::Tags(_, part) => {
                        tags.truncate(part.from);
                        tags.extend(part.seconds);
                    }
                    _ => {}
                }
            }
            let share = prediction.as_ref().map_or(0.0, |prediction| {
                prediction.scores.len() as f32 / prediction.segments.len().max(1) as f32
            });
            self.say(FromThread::Progress((place as f32 + share) / of as f32));
        }
        let nothing = || Refused::Said("the model said nothing of it".to_owned());
        prediction.ok_or_else(nothing)
    }
}

/// As one line.
fn line(problem: &Problem) -> String {
    let text = format!("{}: {}", problem.title, problem.advice);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
