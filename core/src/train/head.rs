//! Trains a localization head on frozen features: Adam with the paper's step schedule, the best epoch by validation.

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
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
    /// Decoupled weight decay (ours).
    pub weight_decay: f32,
    /// Share of clips that get the sound of another clip: frozen features of pictures and of sound do not depend on each
    /// other, so that any two clips make a third of which the truth is known (ours).
    pub recombined: f32,
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
    let mut optimiser = AdamWConfig::new()
        .with_weight_decay(schedule.weight_decay)
        .init();
    let partners = Partners::of(training);
    let (mut best, mut best_accuracy) = (head.valid(), -1.0);
    let mut dice = Dice::new(7);
    for epoch in 0..schedule.epochs {
        let falls = (epoch / schedule.step.max(1)) as i32;
        let rate = schedule.lr * schedule.gamma.powi(falls);
        let order = shuffled(training.len(), &mut dice);
        let mut sum = 0.0;
        for clips in order.chunks(schedule.batch) {
            let (others, truths) = partners.pick(training, clips, schedule.recombined, &mut dice);
            let (seen, heard) = training.pairs(clips, &others, &learning);
            let targets = targets(&truths, &learning);
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

/// Which clips hold which event, to find one with the same.
struct Partners(Vec<Vec<usize>>);

impl Partners {
    fn of(bank: &Bank) -> Self {
        let mut by_class = vec![vec![]; Truth::BACKGROUND + 1];
        for (clip, truth) in bank.truths.iter().enumerate() {
            by_class[event(truth).unwrap_or(Truth::BACKGROUND)].push(clip);
        }
        Self(by_class)
    }

    /// For each clip the one whose sound it gets, mostly itself, and what is then true. Half of the others have the same
    /// event.
    fn pick(
        &self,
        bank: &Bank,
        clips: &[usize],
        share: f32,
        dice: &mut Dice,
    ) -> (Vec<usize>, Vec<Truth>) {
        let pick = |&clip: &usize| {
            let own = &bank.truths[clip];
            let other = match (dice.chance(share), event(own)) {
                (false, _) => clip,
                (true, Some(class)) if dice.chance(0.5) => dice.pick(&self.0[class]),
                (true, _) => dice.below(bank.len()),
            };
            match Truth::recombined(own, &bank.truths[other]) {
                Some(truth) if other != clip => (other, truth),
                _ => (clip, own.clone()),
            }
        };
        clips.iter().map(pick).unzip()
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
