//! Trains a localization head on frozen features: Adam with the paper's step schedule, the best epoch by validation.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::features::{Bank, numbers};
use super::losses::{AvelTargets, avel_loss};
use super::metrics::{avel_segments, segment_accuracy};
use crate::data::scenes::{Dice, Truth};
use crate::model::LocalizeHead;

/// How a head is trained. The paper's (Table 13): batch 16, 10 epochs, 4e-4, times 0.35 every 3 epochs.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadSchedule {
    pub batch: usize,
    pub epochs: usize,
    pub lr: f64,
    /// Epochs from one fall of the rate to the next.
    pub step: usize,
    pub gamma: f64,
}

/// Trains; gives the head of the epoch that was best on `validation`, on the plain device, and its accuracy.
pub(super) fn train(
    head: LocalizeHead,
    schedule: HeadSchedule,
    training: &Bank,
    validation: &Bank,
    device: &Device,
    mut log: impl FnMut(&str),
) -> (LocalizeHead, f64) {
    let learning = device.clone().autodiff();
    let mut head = head.fork(&learning).train();
    let mut optimiser = AdamConfig::new().init();
    let (mut best, mut best_accuracy) = (head.valid(), -1.0);
    let mut dice = Dice::new(7);
    for epoch in 0..schedule.epochs {
        let falls = (epoch / schedule.step.max(1)) as i32;
        let rate = schedule.lr * schedule.gamma.powi(falls);
        let order = shuffled(training.len(), &mut dice);
        let mut sum = 0.0;
        for clips in order.chunks(schedule.batch) {
            let (seen, heard) = training.batch(clips, &learning);
            let targets = targets(training, clips, &learning);
            let loss = avel_loss(head.forward(&seen, &heard, clips.len()), &targets);
            let grads = GradientsParams::from_grads(loss.backward(), &head);
            head = optimiser.step(rate, head, grads);
            sum += loss.into_scalar::<f32>() * clips.len() as f32;
        }
        let frozen = head.valid();
        let accuracy = accuracy(&frozen, validation, device);
        let mean = sum / training.len().max(1) as f32;
        log(&format!(
            "  epoch {}/{}  loss {mean:.3}  validation {:.1} %",
            epoch + 1,
            schedule.epochs,
            accuracy * 100.0
        ));
        if accuracy > best_accuracy {
            (best, best_accuracy) = (frozen, accuracy);
        }
    }
    (best, best_accuracy)
}

fn shuffled(n: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, dice.below(i + 1));
    }
    order
}

fn targets(bank: &Bank, clips: &[usize], device: &Device) -> AvelTargets {
    let (mut is_event, mut class, mut has_event) = (vec![], vec![], vec![]);
    for clip in clips {
        let labels = &bank.truths[*clip].labels;
        let event = labels.iter().find(|l| **l != Truth::BACKGROUND);
        is_event.extend(labels.iter().map(|l| f32::from(*l != Truth::BACKGROUND)));
        class.push(event.copied().unwrap_or(0) as i64);
        has_event.push(f32::from(event.is_some()));
    }
    let n = clips.len();
    AvelTargets {
        is_event: Tensor::from_data(TensorData::new(is_event, [n, bank.seconds]), device),
        class: Tensor::<1, Int>::from_data(TensorData::new(class, [n]), device),
        has_event: Tensor::from_data(TensorData::new(has_event, [n]), device),
    }
}

/// The predicted class of every segment of every clip of a bank.
pub(super) fn predict(head: &LocalizeHead, bank: &Bank, device: &Device) -> Vec<usize> {
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
