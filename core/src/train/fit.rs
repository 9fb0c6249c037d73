//! The loop that trains a head of any task on frozen features: Adam with the paper's step schedule, the best epoch by
//! validation.

use burn::module::{Module, ModuleDisplay};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor};

use super::demo::TrainError;
use super::features::Bank;
use crate::data::scenes::{CATEGORIES, Dice, Truth};
use crate::model::LayerFeatures;

/// How a head is trained. The paper's for AVEL (Table 13): batch 16, 10 epochs, 4e-4, times 0.35 every 3 epochs.
#[derive(Clone, Copy, Debug)]
pub struct HeadSchedule {
    /// Clips a step.
    pub batch: usize,
    /// How often every clip is seen.
    pub epochs: usize,
    /// The learning rate to begin with.
    pub lr: f64,
    /// Epochs from one fall of the rate to the next.
    pub step: usize,
    /// What a fall leaves of it.
    pub gamma: f64,
    /// Decoupled weight decay (ours).
    pub weight_decay: f32,
    /// Share of clips that get the sound of another clip: frozen features of pictures and of sound do not depend on each
    /// other, so that any two clips make a third of which the truth is known (ours).
    pub recombined: f32,
}

/// Features of some clips, and what is true of them.
pub(super) struct Batch<'a> {
    /// Where the pictures are from.
    pub bank: &'a Bank,
    /// Which clips of it.
    pub clips: &'a [usize],
    pub seen: LayerFeatures,
    pub heard: LayerFeatures,
    /// With the sound they were given.
    pub truths: Vec<Truth>,
}

/// What a head learns, and how well it does.
pub(super) trait Lesson<H> {
    /// Whether the task knows but one event a clip.
    const ONE_EVENT: bool = false;
    /// The loss of a batch.
    fn loss(&self, head: &H, batch: &Batch, device: &Device) -> Result<Tensor<1>, TrainError>;
    /// The figure to choose an epoch by, 0 to 1, over whole banks.
    fn score(&self, head: &H, banks: &[&Bank], device: &Device) -> Result<f64, TrainError>;
}

/// Trains on all clips of the banks; gives the head of the epoch that was best on `validation`, on the plain device, and
/// its score.
pub(super) fn fit<H: Module + ModuleDisplay, L: Lesson<H>>(
    head: H,
    lesson: &L,
    schedule: HeadSchedule,
    [training, validation]: [&[&Bank]; 2],
    device: &Device,
    mut log: impl FnMut(&str),
) -> Result<(H, f64), TrainError> {
    let learning = device.clone().autodiff();
    let mut head = head.fork(&learning).train();
    let mut optimiser = AdamWConfig::new()
        .with_weight_decay(schedule.weight_decay)
        .init();
    let partners: Vec<Partners> = training.iter().map(|bank| Partners::of(bank)).collect();
    let (mut best, mut best_score) = (head.valid(), -1.0);
    let mut dice = Dice::new(7);
    for epoch in 0..schedule.epochs {
        let falls = (epoch / schedule.step.max(1)) as i32;
        let rate = schedule.lr * schedule.gamma.powi(falls);
        let (mut sum, mut steps) = (0.0, 0);
        for (bank, clips) in batches(training, schedule.batch, &mut dice) {
            let (others, truths) = partners[bank].pick(
                training[bank],
                &clips,
                schedule.recombined,
                L::ONE_EVENT,
                &mut dice,
            );
            let (seen, heard) = training[bank].pairs(&clips, &others, &learning);
            let batch = Batch {
                bank: training[bank],
                clips: &clips,
                seen,
                heard,
                truths,
            };
            let loss = lesson.loss(&head, &batch, &learning)?;
            let grads = GradientsParams::from_grads(loss.backward(), &head);
            head = optimiser.step(rate, head, grads);
            sum += loss.into_scalar::<f32>();
            steps += 1;
        }
        let frozen = head.valid();
        let score = lesson.score(&frozen, validation, device)?;
        let mean = sum / steps.max(1) as f32;
        log(&format!(
            "  epoch {}/{}  loss {mean:.3}  validation {:.1} %",
            epoch + 1,
            schedule.epochs,
            score * 100.0
        ));
        if score > best_score {
            (best, best_score) = (frozen, score);
        }
    }
    Ok((best, best_score))
}

/// Every clip of every bank once, in batches of one bank each, in random order.
fn batches(banks: &[&Bank], size: usize, dice: &mut Dice) -> Vec<(usize, Vec<usize>)> {
    let mut batches = vec![];
    for (bank, clips) in banks.iter().enumerate() {
        let order = shuffled((0..clips.len()).collect(), dice);
        batches.extend(
            order
                .chunks(size.max(1))
                .map(|clips| (bank, clips.to_vec())),
        );
    }
    shuffled(batches, dice)
}

fn shuffled<T>(mut order: Vec<T>, dice: &mut Dice) -> Vec<T> {
    for i in (1..order.len()).rev() {
        order.swap(i, dice.below(i + 1));
    }
    order
}

/// In which clips each class is heard, to find a sound for a picture.
struct Partners(Vec<Vec<usize>>);

impl Partners {
    fn of(bank: &Bank) -> Self {
        let mut by_class = vec![vec![]; CATEGORIES.len()];
        for (clip, truth) in bank.truths.iter().enumerate() {
            let heard = truth.classes.iter().filter(|c| c.audible.is_some());
            heard.for_each(|c| by_class[c.class].push(clip));
        }
        Self(by_class)
    }

    /// For each clip the one whose sound it gets, mostly itself, and what is then true. In half of the others something
    /// that is seen is also heard.
    fn pick(
        &self,
        bank: &Bank,
        clips: &[usize],
        share: f32,
        one_event: bool,
        dice: &mut Dice,
    ) -> (Vec<usize>, Vec<Truth>) {
        let pick = |&clip: &usize| {
            let own = &bank.truths[clip];
            if !dice.chance(share) {
                return (clip, own.clone());
            }
            let seen: Vec<usize> = own
                .classes
                .iter()
                .filter(|c| c.visible.is_some())
                .map(|c| c.class)
                .collect();
            let fitting = match seen.is_empty() || dice.chance(0.5) {
                true => &[],
                false => self.0[dice.pick(&seen)].as_slice(),
            };
            let other = match fitting.is_empty() {
                true => dice.below(bank.len()),
                false => dice.pick(fitting),
            };
            let truth = Truth::recombined(own, &bank.truths[other]);
            match one_event && truth.events() > 1 {
                true => (clip, own.clone()),
                false => (other, truth),
            }
        };
        clips.iter().map(pick).unzip()
    }
}
