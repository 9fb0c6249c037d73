//! AVE's segment accuracy, counted exactly over all segments, and as the baselines average it.

use crate::base::largest;

/// The predicted class of every segment of a clip from the logits of a CMBS head: foreground where the event's
/// probability is above one half, then the clip's best class, the first of equals; `background` elsewhere.
pub fn avel_segments(is_event: &[f32], event: &[f32], background: usize) -> Vec<usize> {
    avel_segments_weighed(is_event, event, &[], background)
}

/// As [`avel_segments`], the event's probability in each segment times `trust`, which is 1 where it is not given.
pub fn avel_segments_weighed(
    is_event: &[f32],
    event: &[f32],
    trust: &[f32],
    background: usize,
) -> Vec<usize> {
    let best = largest(event).unwrap_or(background);
    let trust = trust.iter().copied().chain(std::iter::repeat(1.0));
    let class = |(logit, trust): (&f32, f32)| match happens(*logit, trust) {
        true => best,
        false => background,
    };
    is_event.iter().zip(trust).map(class).collect()
}

/// Whether a logit's probability is above one half in f32, in which the baselines compute it: there the probability of logits
/// up to 8.9e-8 is one half exactly.
fn happens(logit: f32, trust: f32) -> bool {
    1.0 / (1.0 + (-logit).exp()) * trust > 0.5
}

/// The share of segments whose class is right, 0 to 1. Upstream's figure is a mean of batch means, which weighs the
/// last, smaller batch more; this one counts every segment once.
pub fn segment_accuracy(predicted: &[usize], truth: &[usize]) -> f64 {
    let right = predicted.iter().zip(truth).filter(|(p, t)| p == t).count();
    right as f64 / truth.len().max(1) as f64
}

/// Accuracy as the baselines report it: the mean of the accuracies of batches of `clips` clips of `seconds` segments, so
/// that a smaller last batch weighs more a segment. Only for comparison; [`segment_accuracy`] counts every segment once.
pub fn batched_accuracy(predicted: &[usize], truth: &[usize], seconds: usize, clips: usize) -> f64 {
    let size = (seconds * clips).max(1);
    let batches = predicted.chunks(size).zip(truth.chunks(size));
    let accuracies: Vec<f64> = batches.map(|(p, t)| segment_accuracy(p, t)).collect();
    accuracies.iter().sum::<f64>() / accuracies.len().max(1) as f64
}
