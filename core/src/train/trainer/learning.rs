//! One step: of learning from a batch and what is replayed with it, or of looking at a validation batch.

use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;

use super::Trainer;
use super::lot::{Lot, Read};
use crate::base::Rng;
use crate::model::TaskHead;
use crate::train::config::Learns;
use crate::train::distilled::Part;
use crate::train::error::TrainError;
use crate::train::evaluation::numbers;
use crate::train::examples::{Distilled, Examples};
use crate::train::objective;

impl Trainer {
    /// One batch of validation.
    pub(super) fn look(&mut self, clips: &[usize]) -> Result<(), TrainError> {
        let examples = Arc::clone(&self.validation);
        let lot = Lot::plain(&*examples, clips)?;
        for lot in self.parts(lot) {
            let distilled = self.known(Part::Checked, &*examples, &lot)?;
            let read = Read::new(&*examples, &lot, distilled, &self.device);
            let looked = self
                .evaluation
                .look(&self.head.valid(), &read.shown(&lot), &[]);
            read.check()?;
            looked?;
        }
        self.position.check += 1;
        Ok(())
    }

    /// One optimiser step. What it gives is the loss of what is learned, without that of what is replayed.
    pub(super) fn learn(&mut self, clips: &[usize]) -> Result<f32, TrainError> {
        let mut rng = Rng::of(self.config.seed, self.steps_before());
        let examples = Arc::clone(&self.shown);
        let lots = self.lots(&*examples, clips, &mut rng)?;
        // Dropout draws from the device, which has one source of random numbers a process: seeded anew in each step, so that going
        // on from a checkpoint draws the same.
        self.learning.seed(rng.seed());
        let mut sum = GradientsAccumulator::new();
        let mut value = None;
        for lot in lots {
            let learned = self.gradients(&*examples, &lot, &mut sum)?;
            value = learned.into_iter().chain(value).reduce(|a, b| a + b);
        }
        let value = value.unwrap_or_default();
        self.check(value)?;
        self.follow(sum.grads());
        self.position.batch += 1;
        self.position.add(value);
        Ok(value)
    }

    /// Adds a lot's gradients to others, and gives the loss of what is learned from it.
    fn gradients(
        &mut self,
        examples: &dyn Examples,
        lot: &Lot,
        sum: &mut GradientsAccumulator<TaskHead>,
    ) -> Result<Option<f32>, TrainError> {
        let mut read = self.read(examples, lot)?;
        let (config, device) = (&self.config.loss, &self.learning);
        if self.decides() && !self.distils_once() {
            read.distil(&self.head, device)?;
        }
        let losses = objective::losses(&self.head, &read.shown(lot), config, device);
        read.check()?;
        let losses = losses?;
        let learned = losses.learned.clone().map(scalar).transpose()?;
        let none = || TrainError::Data("an empty batch".to_owned());
        let mut grads = vec![losses.weighed(config).ok_or_else(none)?.backward()];
        read.carry(&mut grads, device)?;
        for part in grads {
            sum.accumulate(&self.head, GradientsParams::from_grads(part, &self.head));
        }
        Ok(learned)
    }

    /// What goes through the head at once of a lot: not more of masks than memory likes.
    fn parts(&self, lot: Lot) -> Vec<Lot> {
        match self.head.seconds_at_once() {
            Some(seconds) => lot.parts(seconds),
            None => vec![lot],
        }
    }

    /// What goes through the head in this step: at once, where that can be.
    fn lots(
        &self,
        examples: &dyn Examples,
        clips: &[usize],
        rng: &mut Rng,
    ) -> Result<Vec<Lot>, TrainError> {
        let partners = (&self.partners, self.config.recombined);
        let mut taught = Lot::taught(examples, clips, partners, rng)?;
        let replay = self.replay.as_ref();
        let Some(again) = replay.and_then(|replay| replay.of_step(self.position.batch)) else {
            return Ok(self.parts(taught));
        };
        let replayed = Lot::replayed(examples, &again)?;
        let apart = match objective::splits(&self.head) {
            true => taught.join(replayed),
            false => Some(replayed),
        };
        let lots = [taught].into_iter().chain(apart);
        Ok(lots.flat_map(|lot| self.parts(lot)).collect())
    }

    /// Moves the head's numbers. The optimiser has the head for itself meanwhile, so that it writes them where they are; one that held
    /// nothing stands in its place.
    fn follow(&mut self, grads: GradientsParams) {
        let rate = self.config.rate(self.position.epoch);
        let nothing = TaskHead::nothing(self.head.task(), &self.device);
        let head = std::mem::replace(&mut self.head, nothing);
        self.head = self.optimiser.step(rate, head, grads);
    }

    /// Where clips that the learning head is shown are read.
    fn read<'a>(
        &mut self,
        examples: &'a dyn Examples,
        lot: &'a Lot,
    ) -> Result<Read<'a>, TrainError> {
        let recorded = |(visual, audio)| (Tensor::from_inner(visual), Tensor::from_inner(audio));
        let distilled = self.known(Part::Learned, examples, lot)?.map(recorded);
        Ok(Read::new(examples, lot, distilled, &self.learning))
    }

    /// Whether the head reads its layers through the distillers alone, and decides by what they make.
    fn decides(&self) -> bool {
        matches!(self.head, TaskHead::Localize(_) | TaskHead::Parse(_))
    }

    /// Whether distillers stay as they are.
    fn distils_once(&self) -> bool {
        self.config.learns == Learns::Decision && self.decides()
    }

    /// Distils the next clip of all that will be asked for, where that is done once. Says whether there was one.
    pub(super) fn distil_next(&mut self) -> Result<bool, TrainError> {
        if !self.distils_once() {
            return Ok(false);
        }
        let parts = [
            (Part::Learned, &self.shown),
            (Part::Checked, &self.validation),
        ];
        let mut clip = self.looked;
        for (part, examples) in parts {
            if clip < examples.len() {
                let (head, own) = (self.head.valid(), [clip]);
                let of = (part, &**examples);
                self.distilled.of(&head, of, [&own, &own], &self.device)?;
                self.looked += 1;
                return Ok(true);
            }
            clip -= examples.len();
        }
        Ok(false)
    }

    /// What is distilled of some clips, where that does not change.
    fn known(
        &mut self,
        part: Part,
        examples: &dyn Examples,
        lot: &Lot,
    ) -> Result<Option<Distilled>, TrainError> {
        if !self.distils_once() {
            return Ok(None);
        }
        let clips = [&lot.clips[..], &lot.sounds[..]];
        let head = self.head.valid();
        let made = self
            .distilled
            .of(&head, (part, examples), clips, &self.device)?;
        Ok(Some(made))
    }
}

fn scalar(loss: Tensor<1>) -> Result<f32, TrainError> {
    let values = numbers(loss)?;
    Ok(values.first().copied().unwrap_or(f32::NAN))
}
