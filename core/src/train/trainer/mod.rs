//! The one loop that trains heads, in steps that each end soon: an optimiser step, or a validation batch. Whoever drives it may
//! stop between any two, keep a checkpoint, and go on from it as if nothing had happened.

mod checkpoint;
mod learning;
mod lot;
mod order;
mod progress;
mod replay;
mod sides;

use std::sync::Arc;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::Device;

use self::order::{Partners, batches};
use self::progress::Position;
use self::replay::Replay;
use super::config::{EarlyStop, TrainConfig};
use super::distilled::DistilledClips;
use super::error::TrainError;
use super::evaluation::{Evaluation, Figures};
use super::examples::{Examples, Mixture};
use crate::base::{Progress, Rng};
use crate::model::TaskHead;

pub use progress::{Epoch, Step};

/// A loss this many times the first one is taken for a training that has run away.
const RUNAWAY: f32 = 1e4;

/// A head in training.
pub struct Trainer {
    config: TrainConfig,
    device: Device,
    learning: Device,
    /// On the device that records gradients.
    head: TaskHead,
    optimiser: ModuleOptimizer,
    training: Arc<dyn Examples>,
    /// Those, and behind them what is replayed: all that goes through the head while it learns.
    shown: Arc<dyn Examples>,
    validation: Arc<dyn Examples>,
    partners: Partners,
    /// Clips that join each batch.
    replay: Option<Replay>,
    /// Of clips whose distillation does not change.
    distilled: DistilledClips,
    /// How many clips that was looked for of before the first step.
    looked: usize,
    /// The batches of this epoch, and those of every validation.
    order: Vec<Vec<usize>>,
    checks: Vec<Vec<usize>>,
    position: Position,
    evaluation: Evaluation,
    best: Option<Best>,
    history: Vec<Epoch>,
}

/// The head of the best epoch so far.
#[derive(Clone, Debug)]
pub struct Best {
    /// On the plain device.
    pub head: TaskHead,
    /// From 1.
    pub epoch: usize,
    /// On the validation clips; `None` where there are none, and the last epoch is the best.
    pub figures: Option<Figures>,
}

impl Trainer {
    /// Starts from a head on a plain device.
    ///
    /// # Errors
    /// There is nothing to learn from, or what is said of the clips cannot be read.
    pub fn new(
        head: TaskHead,
        config: TrainConfig,
        training: Arc<dyn Examples>,
        validation: Arc<dyn Examples>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        if training.is_empty() {
            return Err(TrainError::Data(
                "there is no clip to learn from".to_owned(),
            ));
        }
        let learning = device.clone().autodiff();
        let partners = match config.recombined > 0.0 {
            true => Partners::of(&*training)?,
            false => Partners::default(),
        };
        let all: Vec<usize> = (0..validation.len()).collect();
        let mut trainer = Self {
            head: head.fork(&learning).train(),
            optimiser: config.optimiser.init(),
            checks: order::by_length(&*validation, &all, config.batch),
            order: vec![],
            config,
            device: device.clone(),
            learning,
            shown: Arc::clone(&training),
            training,
            validation,
            partners,
            replay: None,
            distilled: DistilledClips::default(),
            looked: 0,
            position: Position::default(),
            evaluation: Evaluation::default(),
            best: None,
            history: vec![],
        };
        trainer.order = trainer.epoch_order();
        Ok(trainer)
    }

    /// With clips that nobody spoke of and that know what the head said of them ([`Examples::before`]): some of them join each step,
    /// as many as [`TrainConfig::replay`] says, and are held to that. To be called before [`Self::resume`].
    #[must_use]
    pub fn replaying(mut self, clips: Arc<dyn Examples>) -> Self {
        if self.config.replay > 0 && !clips.is_empty() {
            let parts = vec![Arc::clone(&self.training), Arc::clone(&clips)];
            self.shown = Arc::new(Mixture::of(parts));
            let first = self.training.len();
            self.replay = Some(Replay::new(clips, self.config.replay, first));
            self.order = self.epoch_order();
        }
        self
    }

    /// One optimiser step or one validation batch; before all of them, what does not learn of one clip.
    ///
    /// # Errors
    /// Features cannot be read, the device fails, or the loss is no number any more: [`Self::best`] still has the best head.
    pub fn step(&mut self) -> Result<Step, TrainError> {
        if self.distil_next()? {
            return Ok(Step::Distilled);
        }
        let Position { epoch, batch, .. } = self.position;
        if epoch >= self.config.epochs || (batch == 0 && self.has_learned()) {
            return Ok(Step::Done);
        }
        if let Some(clips) = self.order.get(batch).cloned() {
            let loss = self.learn(&clips)?;
            return Ok(Step::Learned { loss });
        }
        match self.checks.get(self.position.check).cloned() {
            Some(clips) => {
                self.look(&clips)?;
                Ok(Step::Checked)
            }
            None => Ok(Step::Epoch(self.close_epoch())),
        }
    }

    /// How far it is, in steps of every kind.
    pub fn progress(&self) -> Progress {
        let epoch = (self.order.len() + self.checks.len()) as u64;
        let Position { batch, check, .. } = self.position;
        Progress {
            done: self.position.epoch as u64 * epoch + (batch + check) as u64,
            total: self.config.epochs as u64 * epoch,
        }
    }

    /// What came of each epoch so far.
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// The best head so far; `None` before the first epoch's end.
    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    /// The head as it is now, on the plain device.
    pub fn head(&self) -> TaskHead {
        self.head.valid()
    }

    /// How it is trained.
    pub fn config(&self) -> &TrainConfig {
        &self.config
    }

    /// Refuses a loss nothing can be learned from, before it spoils the head.
    fn check(&mut self, loss: f32) -> Result<(), TrainError> {
        let first = *self.position.first_loss.get_or_insert(loss);
        if loss.is_finite() && loss <= first.abs().max(1.0) * RUNAWAY {
            return Ok(());
        }
        Err(TrainError::Diverged {
            epoch: self.position.epoch + 1,
            step: self.position.batch + 1,
            loss,
            rate: self.config.rate(self.position.epoch),
        })
    }

    fn close_epoch(&mut self) -> Epoch {
        let figures = std::mem::take(&mut self.evaluation).figures();
        let epoch = Epoch {
            epoch: self.position.epoch + 1,
            loss: self.position.mean_loss(),
            rate: self.config.rate(self.position.epoch),
            figures,
        };
        let better = |best: &Best| figures.is_none() || self.is_better(&epoch, best);
        if self.best.as_ref().is_none_or(better) {
            self.best = Some(Best {
                head: self.head.valid(),
                epoch: epoch.epoch,
                figures,
            });
        }
        self.history.push(epoch);
        self.position.next_epoch();
        self.order = self.epoch_order();
        epoch
    }

    /// By the validation clips. Where these are few, many epochs do equally well on them: then the one that has learned more.
    fn is_better(&self, epoch: &Epoch, best: &Best) -> bool {
        let (new, old) = (score(epoch.figures.as_ref()), score(best.figures.as_ref()));
        let loss = self.history.get(best.epoch.wrapping_sub(1));
        let learned = loss.is_some_and(|best| epoch.loss < best.loss);
        new > old || (new == old && self.config.stop.is_some() && learned)
    }

    /// Whether there is nothing left to learn.
    fn has_learned(&self) -> bool {
        let Some(EarlyStop { loss, patience }) = self.config.stop else {
            return false;
        };
        let from = self.history.len().checked_sub(patience.max(1));
        let Some(last) = from.and_then(|from| self.history.get(from..)) else {
            return false;
        };
        let best = self.best.as_ref().and_then(|best| best.figures.as_ref());
        let worse = |epoch: &Epoch| score(epoch.figures.as_ref()) < score(best);
        last.iter().all(|epoch| epoch.loss < loss) || (best.is_some() && last.iter().all(worse))
    }

    /// The batches of the epoch that begins: the same for the same seed and epoch.
    fn epoch_order(&mut self) -> Vec<Vec<usize>> {
        if let Some(replay) = &mut self.replay {
            replay.begin(self.config.seed, self.position.epoch);
        }
        let mut rng = Rng::of(self.config.seed, self.position.epoch as u64);
        batches(&*self.training, self.config.batch, &mut rng)
    }

    /// A number for this step, apart from those of the epochs' orders.
    fn steps_before(&self) -> u64 {
        ((self.position.epoch as u64 + 1) << 32) | self.position.batch as u64
    }
}

/// What epochs are chosen by; less than anything where nothing was measured.
fn score(figures: Option<&Figures>) -> f64 {
    figures.map_or(-1.0, Figures::score)
}
