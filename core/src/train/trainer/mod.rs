//! The one loop that trains heads, in steps that each end soon: an optimiser step, or a validation batch. Whoever drives it may
//! stop between any two, keep a checkpoint, and go on from it as if nothing had happened.

mod checkpoint;
mod order;
mod progress;

use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use self::order::{Partners, batches};
use self::progress::Position;
use super::config::TrainConfig;
use super::error::TrainError;
use super::evaluation::{Evaluation, Figures};
use super::examples::{Batch, Examples};
use super::objective;
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
    validation: Arc<dyn Examples>,
    partners: Partners,
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
            training,
            validation,
            partners,
            position: Position::default(),
            evaluation: Evaluation::default(),
            best: None,
            history: vec![],
        };
        trainer.order = trainer.epoch_order();
        Ok(trainer)
    }

    /// One optimiser step or one validation batch.
    ///
    /// # Errors
    /// Features cannot be read, the device fails, or the loss is no number any more: [`Self::best`] still has the best head.
    pub fn step(&mut self) -> Result<Step, TrainError> {
        let Position { epoch, batch, .. } = self.position;
        if epoch >= self.config.epochs {
            return Ok(Step::Done);
        }
        if let Some(clips) = self.order.get(batch).cloned() {
            let loss = self.learn(&clips)?;
            return Ok(Step::Learned { loss });
        }
        match self.checks.get(self.position.check).cloned() {
            Some(clips) => {
                let head = self.head.valid();
                let batch = Batch::read(&*self.validation, &clips, &self.device)?;
                self.evaluation.add(&head, &batch)?;
                self.position.check += 1;
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

    fn learn(&mut self, clips: &[usize]) -> Result<f32, TrainError> {
        let mut rng = Rng::of(self.config.seed, self.steps_before());
        let share = self.config.recombined;
        let (sounds, targets) = self
            .partners
            .pick(&*self.training, clips, share, &mut rng)?;
        let batch = Batch::with_sounds(&*self.training, clips, &sounds, targets, &self.learning)?;
        // Dropout draws from the device, which has one source of random numbers a process: seeded anew in each step, so that going on from a checkpoint draws the same.
        self.learning.seed(rng.seed());
        let loss = objective::loss(&self.head, &batch, &self.config.loss, &self.learning)?;
        let value = scalar(loss.clone())?;
        self.check(value)?;
        let grads = GradientsParams::from_grads(loss.backward(), &self.head);
        let rate = self.config.rate(self.position.epoch);
        self.head = self.optimiser.step(rate, self.head.clone(), grads);
        self.position.batch += 1;
        self.position.add(value);
        Ok(value)
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
        let score = |figures: Option<Figures>| figures.map_or(-1.0, |figures| figures.score());
        let better = |best: &Best| figures.is_none() || score(figures) > score(best.figures);
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

    /// The batches of the epoch that begins: the same for the same seed and epoch.
    fn epoch_order(&self) -> Vec<Vec<usize>> {
        let mut rng = Rng::of(self.config.seed, self.position.epoch as u64);
        batches(&*self.training, self.config.batch, &mut rng)
    }

    /// A number for this step, apart from those of the epochs' orders.
    fn steps_before(&self) -> u64 {
        ((self.position.epoch as u64 + 1) << 32) | self.position.batch as u64
    }
}

fn scalar(loss: Tensor<1>) -> Result<f32, TrainError> {
    let values = super::evaluation::numbers(loss)?;
    Ok(values.first().copied().unwrap_or(f32::NAN))
}
