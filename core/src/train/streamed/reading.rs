//! The clips of a batch, read when their turn comes: as many as may be in memory together at a time.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use burn::tensor::{Device, Tensor};

use crate::features::HalfFeatures;
use crate::model::{Answer, Back, FrozenLayer, Question};
use crate::train::error::TrainError;
use crate::train::examples::{Examples, Side};

/// Bytes of a batch's features that are held on to between the ways there and back; the rest is read twice.
const HELD: usize = 256 << 20;
/// Bytes of clips that are gone through together: many small ones, or one of full size.
const TOGETHER: usize = 64 << 20;

/// One backbone's features of some clips of one length.
pub(super) struct Reading<'a> {
    examples: &'a dyn Examples,
    clips: &'a [usize],
    side: Side,
    held: RefCell<HashMap<usize, HalfFeatures>>,
    bytes: Cell<usize>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub fn new(examples: &'a dyn Examples, clips: &'a [usize], side: Side) -> Self {
        Self {
            examples,
            clips,
            side,
            held: RefCell::default(),
            bytes: Cell::new(0),
        }
    }

    /// Segments of all clips.
    pub fn segments(&self) -> usize {
        let seconds = self.clips.iter().map(|clip| self.examples.seconds(*clip));
        seconds.sum()
    }

    /// Blocks of the backbone.
    pub fn blocks(&self) -> Result<usize, TrainError> {
        let first = self.clips.first().copied().unwrap_or_default();
        let layers = self.clip(first)?.sizes().len();
        Ok(layers.saturating_sub(1))
    }

    /// A layer of all clips.
    pub fn tokens(&self, of: FrozenLayer, device: &Device) -> Result<Tensor<3>, TrainError> {
        let each = self.clips.iter();
        let each = each.map(|clip| layer(&self.clip(*clip)?, of, device));
        Ok(Tensor::cat(each.collect::<Result<_, _>>()?, 0))
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
    pub fn in_turn(
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
}

/// What some clips answer, on a device.
pub(super) fn answers(
    clips: &[HalfFeatures],
    questions: &[Question],
    device: &Device,
) -> Result<Vec<Answer>, TrainError> {
    if *device == Device::flex() {
        let answers = HalfFeatures::answers(clips, questions).map_err(TrainError::Device)?;
        return answers.ok_or_else(other);
    }
    let of = |question: &Question| Ok(question.of(&layers(clips, question.layer, device)?));
    questions.iter().map(of).collect()
}

/// What of the answers' gradients comes to who asked them.
pub(super) fn backs(
    clips: &[HalfFeatures],
    (questions, wanted): (&[Question], &[Answer]),
    device: &Device,
) -> Result<Vec<Back>, TrainError> {
    if *device == Device::flex() {
        let backs = HalfFeatures::back(clips, questions, wanted).map_err(TrainError::Device)?;
        return backs.ok_or_else(other);
    }
    let both = questions.iter().zip(wanted);
    let of = |(question, wanted): (&Question, &Answer)| {
        Ok(question.back(&layers(clips, question.layer, device)?, wanted))
    };
    both.map(of).collect()
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
