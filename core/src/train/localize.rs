//! What a localization head learns, and its segment accuracy.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::demo::TrainError;
use super::features::{Bank, numbers};
use super::fit::{Batch, Lesson};
use super::losses::{AvelTargets, avel_loss};
use super::metrics::{avel_segments, segment_accuracy};
use crate::data::scenes::Truth;
use crate::model::LocalizeHead;

/// Event localization.
pub(super) struct Localizing;

impl Lesson<LocalizeHead> for Localizing {
    const ONE_EVENT: bool = true;

    fn loss(
        &self,
        head: &LocalizeHead,
        batch: &Batch,
        device: &Device,
    ) -> Result<Tensor<1>, TrainError> {
        let output = head.forward(&batch.seen, &batch.heard, batch.clips.len());
        Ok(avel_loss(output, &targets(&batch.truths, device)))
    }

    fn score(
        &self,
        head: &LocalizeHead,
        banks: &[&Bank],
        device: &Device,
    ) -> Result<f64, TrainError> {
        let predicted: Vec<usize> = banks
            .iter()
            .flat_map(|bank| predict(head, bank, device))
            .collect();
        let truth: Vec<usize> = banks.iter().flat_map(|bank| truth(bank)).collect();
        Ok(segment_accuracy(&predicted, &truth))
    }
}

/// The class of a clip's event.
fn event(truth: &Truth) -> Option<usize> {
    let mut labels = truth.labels.iter().copied();
    labels.find(|label| *label != Truth::BACKGROUND)
}

fn targets(truths: &[Truth], device: &Device) -> AvelTargets {
    let (mut is_event, mut class, mut has_event) = (vec![], vec![], vec![]);
    for truth in truths {
        let happens = |l: &usize| f32::from(*l != Truth::BACKGROUND);
        is_event.extend(truth.labels.iter().map(happens));
        class.push(event(truth).unwrap_or(0) as i64);
        has_event.push(f32::from(event(truth).is_some()));
    }
    let n = truths.len();
    let seconds = is_event.len() / n.max(1);
    AvelTargets {
        is_event: Tensor::from_data(TensorData::new(is_event, [n, seconds]), device),
        class: Tensor::<1, Int>::from_data(TensorData::new(class, [n]), device),
        has_event: Tensor::from_data(TensorData::new(has_event, [n]), device),
    }
}

/// The predicted class of every segment of every clip of a bank.
fn predict(head: &LocalizeHead, bank: &Bank, device: &Device) -> Vec<usize> {
    let all: Vec<usize> = (0..bank.len()).collect();
    let mut predicted = vec![];
    for clips in all.chunks(16) {
        let (seen, heard) = bank.batch(clips, device);
        let output = head.forward(&seen, &heard, clips.len());
        let classes = output.event.dims()[1];
        let (is_event, event) = (numbers(output.is_event), numbers(output.event));
        let clips = is_event.chunks(bank.seconds).zip(event.chunks(classes));
        predicted.extend(clips.flat_map(|(i, e)| avel_segments(i, e, Truth::BACKGROUND)));
    }
    predicted
}

/// Segment accuracy of a head on a bank.
pub(super) fn accuracy(head: &LocalizeHead, bank: &Bank, device: &Device) -> f64 {
    segment_accuracy(&predict(head, bank, device), &truth(bank))
}

/// The true class of every segment of a bank.
pub(super) fn truth(bank: &Bank) -> Vec<usize> {
    bank.truths.iter().flat_map(|t| t.labels.clone()).collect()
}
