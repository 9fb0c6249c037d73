//! Frozen layers of a batch of clips, read a clip and a layer at a time (small clips a few at a time): a head learns from a batch of
//! any size, and no more than one layer of them is on the device.
//!
//! Gradients are those of the whole batch. What distillation asks of tokens (queries, weights) is small, and so is what it gets; only
//! the products with tokens are large. They are computed apart from the record of gradients: what comes of them begins a record of
//! its own, and what that record says of them is carried back to the questions with each clip's tokens, once more. Only the first
//! questions are treated so, which are the same for all segments: who asks again asks with what it got, and is in the same record.

mod parts;
mod reading;

use std::cell::{Cell, RefCell};

use burn::tensor::{Device, Gradients, Tensor};

use self::parts::{cut, gradient, joined, linear, nothing, part, together};
use self::reading::{Reading, answers, backs};
use super::error::TrainError;
use super::examples::{Examples, Side};
use crate::model::{Answer, Back, FrozenLayer, FrozenLayers, Mix, Question};

/// One backbone's layers of some clips of one length.
pub(super) struct Streamed<'a> {
    clips: Reading<'a>,
    device: Device,
    first: RefCell<Option<Round>>,
    failed: Cell<Option<TrainError>>,
}

/// Questions that were asked at once, with a record, and what they got, which begins another.
struct Round {
    asked: Vec<Question>,
    got: Vec<Answer>,
}

impl<'a> Streamed<'a> {
    /// Nothing is read yet. On a device that records gradients, answers can be [carried](Self::carry) back.
    pub fn new(
        examples: &'a dyn Examples,
        clips: &'a [usize],
        side: Side,
        device: &Device,
    ) -> Self {
        Self {
            clips: Reading::new(examples, clips, side),
            device: device.clone(),
            first: RefCell::default(),
            failed: Cell::new(None),
        }
    }

    /// Why something could not be read. A head has no way to say so: it went on with zeros.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(&self) -> Result<(), TrainError> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Takes gradients on from what was answered to what asked, and through that to the numbers of the head.
    ///
    /// # Errors
    /// Features cannot be read.
    pub fn carry(&self, grads: &mut Vec<Gradients>) -> Result<(), TrainError> {
        let Some(round) = self.first.take() else {
            return Ok(());
        };
        let wanted: Vec<Answer> = round.got.iter().map(|got| gradient(got, grads)).collect();
        let back = self.back(&round.asked, &wanted)?;
        let parts = round.asked.iter().zip(back);
        let sum = parts.filter_map(|(asked, back)| linear(asked, back));
        if let Some(sum) = sum.reduce(|a, b| a + b) {
            grads.push(sum.backward());
        }
        Ok(())
    }

    /// Where tokens are.
    fn plain(&self) -> Device {
        self.device.clone().inner()
    }

    fn answered(&self, questions: &[Question]) -> Result<Vec<Answer>, TrainError> {
        let (mut all, device) = (vec![vec![]; questions.len()], self.plain());
        self.clips.in_turn(|clips, (from, n)| {
            let parts: Vec<_> = questions.iter().map(|q| part(q, from, n)).collect();
            let both = all.iter_mut().zip(answers(clips, &parts, &device)?);
            both.for_each(|(all, answer)| all.push(answer));
            Ok(())
        })?;
        Ok(all.into_iter().map(joined).collect())
    }

    fn back(&self, asked: &[Question], wanted: &[Answer]) -> Result<Vec<Back>, TrainError> {
        let (mut all, device) = (vec![vec![]; asked.len()], self.plain());
        let plain: Vec<Question> = asked.iter().map(Question::inner).collect();
        self.clips.in_turn(|clips, (from, n)| {
            let backs = backs(clips, (&plain, &cut(wanted, from, n)), &device)?;
            let both = all.iter_mut().zip(backs);
            both.for_each(|(all, back)| all.push(back));
            Ok(())
        })?;
        Ok(all.into_iter().map(together).collect())
    }

    /// Keeps the first failure, for [`Self::check`].
    fn fail<T>(&self, error: TrainError, instead: T) -> T {
        self.failed.set(self.failed.take().or(Some(error)));
        instead
    }
}

impl FrozenLayers for Streamed<'_> {
    fn segments(&self) -> usize {
        self.clips.segments()
    }

    fn blocks(&self) -> usize {
        // Without layers a head says itself what is wrong; with a failure, that is said.
        self.clips.blocks().unwrap_or_else(|e| self.fail(e, 0))
    }

    fn tokens(&self, of: FrozenLayer) -> Tensor<3> {
        let none = || Tensor::zeros([self.segments(), 1, 1], &self.device);
        let tokens = self.clips.tokens(of, &self.device);
        tokens.unwrap_or_else(|e| self.fail(e, none()))
    }

    fn answers(&self, questions: Vec<Question>) -> Vec<Answer> {
        if self.first.borrow().is_some() {
            let again = |q: Question| match (&q.query, &q.mix) {
                (None, Mix::Nothing) => Answer::default(),
                _ => q.of(&self.tokens(q.layer)),
            };
            return questions.into_iter().map(again).collect();
        }
        let plain: Vec<Question> = questions.iter().map(Question::inner).collect();
        let got = self.answered(&plain).unwrap_or_else(|e| {
            let (n, device) = (self.segments(), self.plain());
            let nothing = |question| nothing(question, n, &device);
            self.fail(e, plain.iter().map(nothing).collect())
        });
        if !self.device.is_autodiff() {
            return got;
        }
        let begun = |x: Tensor<3>| Tensor::from_inner(x).require_grad();
        let begun = |answer: Answer| Answer {
            attended: answer.attended.map(begun),
            mixed: answer.mixed.map(begun),
        };
        let got: Vec<Answer> = got.into_iter().map(begun).collect();
        *self.first.borrow_mut() = Some(Round {
            asked: questions,
            got: got.clone(),
        });
        got
    }
}
