//! Losses of segmentation: AVSBench's, for one source and for several.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, sigmoid, softmax};

use super::avel::binary;
use crate::model::SegmentOutput;

/// AVSBench's weight of the matching loss in MS3.
pub const MATCHING_WEIGHT: f64 = 0.5;

/// Mean binary cross-entropy over all places: logits against masks of 0 and 1, both `[n, rows, columns]`. From logits, so that a
/// sure mistake keeps its gradient; upstream's sigmoid is exactly 1 from a logit of 17 on, and its loss there stops at 100.
pub fn mask_loss(logits: Tensor<3>, masks: Tensor<3>) -> Tensor<1> {
    let known = masks.ones_like();
    binary(logits, masks, known)
}

/// The same over the seconds whose mask is known, `known` `[n]`: 1 or 0.
pub fn known_mask_loss(logits: Tensor<3>, masks: Tensor<3>, known: Tensor<1>) -> Tensor<1> {
    let [n, _, _] = logits.dims();
    let known = known.reshape([n, 1, 1]).expand(logits.dims());
    binary(logits, masks, known)
}

/// A single source (S4): only the first second of each of `batch` clips has a mask, `[batch, rows, columns]`.
pub fn s4_loss(output: &SegmentOutput, first: Tensor<3>, batch: usize) -> Tensor<1> {
    let [n, rows, columns] = output.logits.dims();
    let clips = output
        .logits
        .clone()
        .reshape([batch, n / batch.max(1), rows, columns]);
    mask_loss(clips.narrow(1, 0, 1).squeeze_dim::<3>(1), first)
}

/// Several sources (MS3): every second has a mask. With `matching`, that weight times [`matching_loss`] is added, where the
/// head carries sound vectors; [`MATCHING_WEIGHT`] is upstream's.
pub fn ms3_loss(output: &SegmentOutput, masks: Tensor<3>, matching: Option<f64>) -> Tensor<1> {
    let loss = mask_loss(output.logits.clone(), masks);
    match matching.zip(matching_loss(output)) {
        Some((weight, matching)) => loss + matching * weight,
        None => loss,
    }
}

/// AVSBench's audio-visual matching loss as its MS3 training turns it on: what the mask cuts out of each stage's map should be
/// distributed over the channels as the sound is. The Kullback-Leibler divergence is summed over seconds and channels, not
/// averaged, so that it grows with the batch; the mean over stages. `None` for a head without sound vectors.
pub fn matching_loss(output: &SegmentOutput) -> Option<Tensor<1>> {
    let stages = output.maps.iter().zip(&output.sounds);
    let all = stages.map(|(map, sound)| {
        let [n, width, h, w] = map.dims();
        // Pooled before the sigmoid; divided by all places, not by the mask's.
        let mask = sigmoid(pooled(&output.logits, h, w)).reshape([n, 1, h, w]);
        let seen = (map.clone() * mask).reshape([n, width, h * w]).mean_dim(2);
        let seen = log_softmax(seen.squeeze_dim::<2>(2), 1);
        let heard = softmax(sound.clone(), 1);
        (heard * (log_softmax(sound.clone(), 1) - seen)).sum()
    });
    let sum = all.reduce(|sum, part| sum + part)?;
    Some(sum / output.sounds.len().max(1) as f64)
}

/// The mean of logits `[n, rows, columns]` over the places of a smaller map; a head's masks are whole multiples of its maps.
fn pooled(logits: &Tensor<3>, h: usize, w: usize) -> Tensor<3> {
    let [n, rows, columns] = logits.dims();
    let x = logits
        .clone()
        .reshape([n, h, rows / h, w, columns / w])
        .mean_dim(4)
        .mean_dim(2);
    x.reshape([n, h, w])
}
