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
use crate::train::objective::{self, Losses};

impl Trainer {
    /// One batch of validation.
    pub(super) fn look(&mut self, clips: &[usize]) -> Result<(), TrainError> {
        let examples = Arc::clone(&self.validation);
        let lot = Lot::plain(&*examples, clips)?;
        let distilled = self.known(Part::Checked, &*examples, &lot)?;
        let read = Read::new(&*examples, &lot, distilled, &self.device);
        let looked = self
            .evaluation
            .look(&self.head.valid(), &read.shown(&lot), &[]);
        read.check()?;
        looked?;
        self.position.check += 1;
        Ok(())
    }

    /// One optimiser step. What it gives is the loss of what is learned, without that of what is replayed.
    pub(super) fn learn(&mut self, clips: &[usize]) -> Result<f32, TrainError> {
        let mut rng = Rng::of(self.config.seed, self.steps_before());
        let examples = Arc::clone(&self.shown);
        let lots = self.lots(&*examples, clips, &mut rng)?;
        let reads = lots.iter().map(|lot| self.read(&*examples, lot));
        let mut reads: Vec<Read<'_>> = reads.collect::<Result<_, _>>()?;
        // Dropout draws from the device, which has one source of random numbers a process: seeded anew in each step, so that going
        // on from a checkpoint draws the same.
        self.learning.seed(rng.seed());
        let (config, device) = (&self.config.loss, &self.learning);
        let mut sum = Losses::default();
        for (read, lot) in reads.iter_mut().zip(&lots) {
            if self.decides() && !self.distils_once() {
                read.distil(&self.head, device)?;
            }
            let losses = objective::losses(&self.head, &read.shown(lot), config, device);
            read.check()?;
            sum = sum.and(losses?);
        }
        let value = match &sum.learned {
            Some(learned) => scalar(learned.clone())?,
            None => 0.0,
        };
        self.check(value)?;
        let none = || TrainError::Data("an empty batch".to_owned());
        let mut grads = vec![sum.weighed(&self.config.loss).ok_or_else(none)?.backward()];
        for read in &mut reads {
            read.carry(&mut grads, &self.learning)?;
        }
        let mut sum = GradientsAccumulator::new();
        for part in grads {
            sum.accumulate(&self.head, GradientsParams::from_grads(part, &self.head));
        }
        // What was read remembers what it was asked with.
        drop(reads);
        self.follow(sum.grads());
        self.position.batch += 1;
        self.position.add(value);
        Ok(value)
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
            return Ok(vec![taught]);
        };
        let replayed = Lot::replayed(examples, &again)?;
        let apart = match objective::splits(&self.head) {
            true => taught.join(replayed),
            false => Some(replayed),
        };
        Ok([taught].into_iter().chain(apart).collect())
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
