//! Frozen layers of a batch of clips, read a clip and a layer at a time (small clips a few at a time): a head learns from a batch of
//! any size, and no more than one layer of them is on the device.
//!
//! Gradients are those of the whole batch. What distillation asks of tokens (queries, weights) is small, and so is what it gets; only
//! the products with tokens are large. They are computed apart from the record of gradients: what comes of them begins a record of
//! its own, and what that record says of them is carried back to the questions with each clip's tokens, once more. Only the first
//! questions are treated so, which are the same for all segments: who asks again asks with what it got, and is in the same record.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use burn::tensor::{Device, Gradients, Tensor};

use super::error::TrainError;
use super::examples::{Examples, Side};
use crate::features::HalfFeatures;
use crate::model::{Answer, Back, FrozenLayer, FrozenLayers, Mix, Question};

/// Bytes of a batch's features that are held on to between the ways there and back; the rest is read twice.
const HELD: usize = 256 << 20;
/// Bytes of clips that are gone through together: many small ones, or one of full size.
const TOGETHER: usize = 64 << 20;

/// One backbone's layers of some clips of one length.
pub(super) struct Streamed<'a> {
    examples: &'a dyn Examples,
    clips: &'a [usize],
    side: Side,
    device: Device,
    held: RefCell<HashMap<usize, HalfFeatures>>,
    bytes: Cell<usize>,
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
            examples,
            clips,
            side,
            device: device.clone(),
            held: RefCell::default(),
            bytes: Cell::new(0),
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

    /// Of a clip.
    fn clip(&self, clip: usize) -> Result<HalfFeatures, TrainError> {
        if let Some(half) = self.held.borrow().get(&clip) {
            return Ok(half.clone());
        }
        let half = self.examples.features(clip, self.side)?;
        let bytes = self.bytes.get() + half.numbers() * 2;
        if bytes <= HELD {
            self.bytes.set(bytes);
            self.held.borrow_mut().insert(clip, half.clone());
        }
        Ok(half)
    }

    /// Gives all clips' features to `work`, as many as may be in memory together at a time, with the place and the number of their
    /// segments among all.
    fn in_turn(
        &self,
        mut work: impl FnMut(&[HalfFeatures], (usize, usize)) -> Result<(), TrainError>,
    ) -> Result<(), TrainError> {
        let (mut group, mut bytes, mut from) = (vec![], 0, 0);
        for (at, clip) in self.clips.iter().enumerate() {
            let half = self.clip(*clip)?;
            bytes += half.numbers() * 2;
            group.push(half);
            if bytes < TOGETHER && at + 1 < self.clips.len() {
                continue;
            }
            let count = group.iter().map(HalfFeatures::segments).sum();
            work(&group, (from, count))?;
            group.clear();
            (bytes, from) = (0, from + count);
        }
        Ok(())
    }

    fn answered(&self, questions: &[Question]) -> Result<Vec<Answer>, TrainError> {
        let mut all: Vec<Vec<Answer>> = questions.iter().map(|_| vec![]).collect();
        self.in_turn(|clips, (from, n)| {
            let parts: Vec<_> = questions.iter().map(|q| part(q, from, n)).collect();
            let answers = self.answers_of(clips, &parts)?;
            let both = all.iter_mut().zip(answers);
            both.for_each(|(all, answer)| all.push(answer));
            Ok(())
        })?;
        Ok(all.into_iter().map(joined).collect())
    }

    fn answers_of(
        &self,
        clips: &[HalfFeatures],
        questions: &[Question],
    ) -> Result<Vec<Answer>, TrainError> {
        let device = self.plain();
        if device == Device::flex() {
            let answers = HalfFeatures::answers(clips, questions).map_err(TrainError::Device)?;
            return answers.ok_or_else(other);
        }
        let of = |question: &Question| Ok(question.of(&layers(clips, question.layer, &device)?));
        questions.iter().map(of).collect()
    }

    fn back(&self, asked: &[Question], wanted: &[Answer]) -> Result<Vec<Back>, TrainError> {
        let mut all: Vec<Vec<Back>> = asked.iter().map(|_| vec![]).collect();
        let plain: Vec<Question> = asked.iter().map(Question::inner).collect();
        self.in_turn(|clips, (from, n)| {
            let cut = |x: &Option<Tensor<3>>| x.clone().map(|x| x.narrow(0, from, n));
            let wanted = wanted.iter().map(|of| Answer {
                attended: cut(&of.attended),
                mixed: cut(&of.mixed),
            });
            let wanted: Vec<Answer> = wanted.collect();
            let backs = self.backs_of(clips, &plain, &wanted)?;
            let both = all.iter_mut().zip(backs);
            both.for_each(|(all, back)| all.push(back));
            Ok(())
        })?;
        Ok(all.into_iter().map(together).collect())
    }

    fn backs_of(
        &self,
        clips: &[HalfFeatures],
        questions: &[Question],
        wanted: &[Answer],
    ) -> Result<Vec<Back>, TrainError> {
        let device = self.plain();
        if device == Device::flex() {
            let backs = HalfFeatures::back(clips, questions, wanted).map_err(TrainError::Device)?;
            return backs.ok_or_else(other);
        }
        let both = questions.iter().zip(wanted);
        let of = |(question, wanted): (&Question, &Answer)| {
            Ok(question.back(&layers(clips, question.layer, &device)?, wanted))
        };
        both.map(of).collect()
    }
}

impl FrozenLayers for Streamed<'_> {
    fn segments(&self) -> usize {
        let seconds = self.clips.iter().map(|clip| self.examples.seconds(*clip));
        seconds.sum()
    }

    fn blocks(&self) -> usize {
        let first = self.clips.first().copied().unwrap_or_default();
        let layers = self.clip(first).map(|half| half.sizes().len());
        // Without layers a head says itself what is wrong; with a failure, that is said.
        layers.map_or_else(|e| self.fail(e, 0), |layers| layers.saturating_sub(1))
    }

    fn tokens(&self, of: FrozenLayer) -> Tensor<3> {
        let each = self.clips.iter();
        let each = each.map(|clip| layer(&self.clip(*clip)?, of, &self.device));
        let all: Result<Vec<_>, _> = each.collect();
        let none = || Tensor::zeros([self.segments(), 1, 1], &self.device);
        all.map_or_else(|e| self.fail(e, none()), |all| Tensor::cat(all, 0))
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

impl Streamed<'_> {
    /// Keeps the first failure, for [`Self::check`].
    fn fail<T>(&self, error: TrainError, instead: T) -> T {
        self.failed.set(self.failed.take().or(Some(error)));
        instead
    }
}

/// A layer of a clip on a device.
fn layer(half: &HalfFeatures, of: FrozenLayer, device: &Device) -> Result<Tensor<3>, TrainError> {
    half.layer_to_device(of, device).ok_or_else(other)
}

/// The same of several, one after another.
fn layers(
    clips: &[HalfFeatures],
    of: FrozenLayer,
    device: &Device,
) -> Result<Tensor<3>, TrainError> {
    let all = clips.iter().map(|half| layer(half, of, device));
    Ok(Tensor::cat(all.collect::<Result<_, _>>()?, 0))
}

fn other() -> TrainError {
    TrainError::Data("the features are not those of the head's backbones".to_owned())
}

/// What a question asks of some segments: each its own, where they do not all ask the same.
fn part(question: &Question, from: usize, count: usize) -> Question {
    let query = question.query.clone().map(|query| match query.dims()[0] {
        1 => query,
        _ => query.narrow(0, from, count),
    });
    Question {
        query,
        ..question.clone()
    }
}

/// The answers to one question, clip after clip.
fn joined(parts: Vec<Answer>) -> Answer {
    let cat = |of: fn(&Answer) -> Option<Tensor<3>>| {
        let parts: Option<Vec<Tensor<3>>> = parts.iter().map(of).collect();
        parts
            .filter(|parts| !parts.is_empty())
            .map(|parts| Tensor::cat(parts, 0))
    };
    Answer {
        attended: cat(|answer| answer.attended.clone()),
        mixed: cat(|answer| answer.mixed.clone()),
    }
}

/// Gradients of one question, which all segments ask, clip after clip.
fn together(parts: Vec<Back>) -> Back {
    let add = |sum: Back, part: Back| Back {
        query: both(sum.query, part.query),
        weights: both(sum.weights, part.weights),
    };
    parts.into_iter().reduce(add).unwrap_or_default()
}

fn both<const D: usize>(one: Option<Tensor<D>>, other: Option<Tensor<D>>) -> Option<Tensor<D>> {
    one.into_iter().chain(other).reduce(|a, b| a + b)
}

/// Of everything so far.
fn gradient(got: &Answer, grads: &[Gradients]) -> Answer {
    let sum = |x: &Option<Tensor<3>>| {
        let x = x.as_ref()?;
        let parts = grads.iter().filter_map(|grads| x.grad(grads));
        parts.reduce(|a, b| a + b)
    };
    Answer {
        attended: sum(&got.attended),
        mixed: sum(&got.mixed),
    }
}

/// A number whose gradients for query and weights are those.
fn linear(asked: &Question, back: Back) -> Option<Tensor<1>> {
    let query = asked.query.clone().zip(back.query);
    let query = query.map(|(query, grad)| (query * Tensor::from_inner(grad)).sum());
    let weights = match &asked.mix {
        Mix::Weighted(weights) => back
            .weights
            .map(|grad| (weights.clone() * Tensor::from_inner(grad)).sum()),
        Mix::Nothing | Mix::Mean => None,
    };
    [query, weights].into_iter().flatten().reduce(|a, b| a + b)
}

/// In place of an answer.
fn nothing(question: &Question, n: usize, device: &Device) -> Answer {
    let zeros = |rows| Tensor::zeros([n, rows, question.width], device);
    let rows = question.query.as_ref().map(|query| query.dims()[1]);
    Answer {
        attended: rows.map(zeros),
        mixed: Some(question.mixed()).filter(|k| *k > 0).map(zeros),
    }
}
