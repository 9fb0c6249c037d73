//! Training a head on a person's corrections: features of the clips, what the head says where nobody said anything, then one
//! optimiser step a step. Its result is a new head; nothing is written over, and no user's word is touched.

mod features;
mod finish;
mod replay;
mod training;

use std::path::PathBuf;
use std::sync::Arc;

use self::features::{Preparing, retargeted, unfound};
use self::finish::Comparing;
use self::replay::Replaying;
use self::training::Learning;
use crate::base::{KeyHasher, TimeSpan};
use crate::data::Targets;
use crate::engine::session::ComputeSession;
use crate::engine::{
    EngineError, FineTune, Job, ReplyBody, Step, StepContext, TaughtClip, TrainingStage,
};
use crate::features::FeatureKey;
use crate::train::{Before, ClipExamples, Examples, Learns, TrainError, filled};

/// Trains.
pub(super) struct FineTuneJob {
    spec: FineTune,
    phase: Phase,
}

/// What is learned of a clip, and what the head said of it before, where that is to be kept.
type Taught = (Targets, Option<Arc<Before>>);

/// How far it has come.
enum Phase {
    /// Nothing is done.
    Fresh,
    /// Features are looked for, or computed.
    Features(Box<Preparing>),
    /// The head is asked what nobody said, clip by clip.
    Filling(ClipExamples, ClipExamples, Vec<Taught>),
    /// Clips that nobody spoke of are looked for.
    Replaying(Box<Replaying>, ClipExamples, ClipExamples),
    /// It learns.
    Learning(Box<Learning>),
    /// Old and new head are compared, clip by clip.
    Comparing(Box<Comparing>),
}

impl FineTuneJob {
    pub(super) fn new(spec: FineTune) -> Self {
        Self {
            spec,
            phase: Phase::Fresh,
        }
    }

    /// Refuses what cannot be learned, before anything is computed for it.
    fn check(&mut self, session: &mut ComputeSession) -> Result<(), EngineError> {
        let wrong = |what: &str| Err(TrainError::Data(what.to_owned()).into());
        let ready = session.head(&self.spec.head)?;
        if ready.file.untrained {
            // It reads nothing that is worth keeping.
            self.spec.config.learns = Learns::Everything;
            self.spec.config.replay = 0;
        }
        let known = ready.file.labels.iter();
        if !known.zip(self.spec.labels.iter()).all(|(a, b)| a == b)
            || self.spec.labels.len() < ready.file.labels.len()
        {
            return wrong("the new head must know the classes of the old one, in their order");
        }
        let fits = |clip: &TaughtClip| {
            clip.targets.seconds() == TimeSpan::seconds_of(clip.clip.duration).len()
                && clip.targets.classes() == self.spec.labels.len()
        };
        if !self.spec.clips.iter().all(fits) {
            return wrong("what was said does not fit its clip: open the clip again");
        }
        self.check_some()
    }

    /// Whether there is anything to learn from.
    fn check_some(&self) -> Result<(), EngineError> {
        if self.spec.clips.iter().any(|clip| !clip.held_out) {
            return Ok(());
        }
        Err(TrainError::Data(
            "there is no clip to learn from: say something of one that is not held out, and whose file is there"
                .to_owned(),
        )
        .into())
    }

    /// The head is asked of one clip.
    fn fill(
        &self,
        session: &mut ComputeSession,
        training: &ClipExamples,
        clip: usize,
    ) -> Result<Taught, EngineError> {
        let ready = session.head(&self.spec.head)?;
        let device = session.pair(&self.spec.head.model)?.device().clone();
        let pair = session.pair(&self.spec.head.model)?.about();
        let learned = self.spec.clips.iter().filter(|taught| !taught.held_out);
        let mut keys = learned.map(|taught| FeatureKey::of_pair(taught.clip.id, pair));
        let before = match keys.nth(clip) {
            Some(keys) if self.spec.pseudo_labels => {
                Some(ready.before(keys, (training, clip), &device)?)
            }
            _ => None,
        };
        Ok((filled(&ready.head, (training, clip), &device)?, before))
    }
}

impl Job<ComputeSession> for FineTuneJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        match std::mem::replace(&mut self.phase, Phase::Fresh) {
            Phase::Fresh if self.spec.stage == TrainingStage::Find => {
                let missing = unfound(&self.spec, session)?;
                context.reply(ReplyBody::Missing(missing));
                return Ok(Step::Done);
            }
            Phase::Fresh => {
                self.check(session)?;
                let preparing = Preparing::begin(session)?;
                self.phase = Phase::Features(Box::new(preparing));
            }
            Phase::Features(mut preparing) => {
                let step = preparing.step(&mut self.spec, session, context)?;
                self.phase = match step {
                    Step::Done => {
                        context.reply(ReplyBody::Missing(preparing.missing().to_vec()));
                        self.check_some()?;
                        let pair = session.pair(&self.spec.head.model)?.about();
                        let (training, held_out) = preparing.into_examples(&self.spec, pair)?;
                        Phase::Filling(training, held_out, Vec::new())
                    }
                    Step::More | Step::Waiting => Phase::Features(preparing),
                };
                if step == Step::Waiting {
                    return Ok(Step::Waiting);
                }
            }
            Phase::Filling(training, held_out, mut known) => {
                self.phase = if known.len() < training.len() {
                    known.push(self.fill(session, &training, known.len())?);
                    Phase::Filling(training, held_out, known)
                } else {
                    let pair = session.pair(&self.spec.head.model)?.about();
                    let training = retargeted(&training, &self.spec, pair, known)?;
                    let replaying = Replaying::begin(&self.spec, training.lease(), session)?;
                    Phase::Replaying(Box::new(replaying), training, held_out)
                };
            }
            Phase::Replaying(mut replaying, training, held_out) => {
                self.phase = if replaying.step(&self.spec, session)? {
                    let parts = [training, held_out, replaying.into_examples()].map(Arc::new);
                    let learning = Learning::begin(&self.spec, parts, session, context)?;
                    Phase::Learning(Box::new(learning))
                } else {
                    Phase::Replaying(replaying, training, held_out)
                };
            }
            Phase::Learning(mut learning) => match self.spec.stage {
                TrainingStage::Measure => {
                    learning.measure(&self.spec, session, context)?;
                    return Ok(Step::Done);
                }
                TrainingStage::Train if !learning.step(context)? => {
                    self.phase = Phase::Learning(learning);
                }
                TrainingStage::Train | TrainingStage::Finish | TrainingStage::Find => {
                    self.phase = Phase::Comparing(Box::new(learning.into_comparing()?));
                }
            },
            Phase::Comparing(mut comparing) => {
                if comparing.step(&self.spec, session)? {
                    comparing.write(&self.spec, session, context)?;
                    return Ok(Step::Done);
                }
                self.phase = Phase::Comparing(comparing);
            }
        }
        Ok(Step::More)
    }

    /// What was learned up to the last epoch lies in the checkpoint.
    fn restart(&mut self) -> bool {
        self.phase = Phase::Fresh;
        true
    }
}

/// Where a training is kept meanwhile: named by all that decides it, so that the same one goes on from there.
fn checkpoint(spec: &FineTune, session: &ComputeSession) -> Result<PathBuf, EngineError> {
    let failed = |e: serde_json::Error| TrainError::Data(e.to_string());
    let clips: Vec<_> = spec
        .clips
        .iter()
        .map(|taught| (taught.clip.id, &taught.targets, taught.held_out))
        .collect();
    let decided = (
        &spec.head,
        &spec.labels,
        clips,
        spec.pseudo_labels,
        &spec.config,
    );
    let decided = serde_json::to_value(decided).map_err(failed)?;
    let key = KeyHasher::new("mettle training 1").json(&decided).finish();
    let folder = heads_folder(session)?.with_file_name("training");
    Ok(folder.join(format!("{key}.safetensors")))
}

/// Where trained heads go.
fn heads_folder(session: &ComputeSession) -> Result<PathBuf, EngineError> {
    let heads = session.heads();
    let none = || TrainError::Data("there is no folder for trained heads".to_owned());
    Ok(heads.folder().ok_or_else(none)?.to_owned())
}
