//! The one loop that trains heads, in steps that each end soon: an optimiser step, or a validation batch. Whoever drives it may
//! stop between any two, keep a checkpoint, and go on from it as if nothing had happened.

mod checkpoint;
mod order;
mod progress;

use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use self::order::{Partners, batches};
use self::progress::Position;
use super::config::{EarlyStop, TrainConfig};
use super::error::TrainError;
use super::evaluation::{Evaluation, Figures};
use super::examples::{Examples, Shown, Side};
use super::objective;
use super::streamed::Streamed;
use crate::base::{Progress, Rng};
use crate::data::Targets;
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

    /// One batch of validation.
    fn look(&mut self, clips: &[usize]) -> Result<(), TrainError> {
        let examples = &*self.validation;
        let read = |side| Streamed::new(examples, clips, side, &self.device);
        let (visual, audio) = (read(Side::Visual), read(Side::Audio));
        let targets = clips.iter().map(|clip| examples.targets(*clip));
        let targets: Vec<Targets> = targets.collect::<Result<_, _>>()?;
        let shown = Shown {
            visual: &visual,
            audio: &audio,
            targets: &targets,
            before: &[],
        };
        let looked = self.evaluation.look(&self.head.valid(), &shown, &[]);
        visual.check()?;
        audio.check()?;
        looked?;
        self.position.check += 1;
        Ok(())
    }

    /// One optimiser step.
    fn learn(&mut self, clips: &[usize]) -> Result<f32, TrainError> {
        let mut rng = Rng::of(self.config.seed, self.steps_before());
        let share = self.config.recombined;
        let examples = Arc::clone(&self.training);
        let (sounds, targets) = self.partners.pick(&*examples, clips, share, &mut rng)?;
        let visual = Streamed::new(&*examples, clips, Side::Visual, &self.learning);
        let audio = Streamed::new(&*examples, &sounds, Side::Audio, &self.learning);
        // A clip with another one's sound was never seen before.
        let both = clips.iter().zip(&sounds);
        let before = both.map(|(clip, sound)| examples.before(*clip).filter(|_| clip == sound));
        let before: Vec<_> = before.collect();
        let shown = Shown {
            visual: &visual,
            audio: &audio,
            targets: &targets,
            before: &before,
        };
        // Dropout draws from the device, which has one source of random numbers a process: seeded anew in each step, so that going on from a checkpoint draws the same.
        self.learning.seed(rng.seed());
        let loss = objective::loss(&self.head, &shown, &self.config.loss, &self.learning);
        visual.check()?;
        audio.check()?;
        let loss = loss?;
        let value = scalar(loss.clone())?;
        self.check(value)?;
        let mut grads = vec![loss.backward()];
        visual.carry(&mut grads)?;
        audio.carry(&mut grads)?;
        let mut sum = GradientsAccumulator::new();
        for part in grads {
            sum.accumulate(&self.head, GradientsParams::from_grads(part, &self.head));
        }
        let rate = self.config.rate(self.position.epoch);
        self.head = self.optimiser.step(rate, self.head.clone(), sum.grads());
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
    fn epoch_order(&self) -> Vec<Vec<usize>> {
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

fn scalar(loss: Tensor<1>) -> Result<f32, TrainError> {
    let values = super::evaluation::numbers(loss)?;
    Ok(values.first().copied().unwrap_or(f32::NAN))
}
