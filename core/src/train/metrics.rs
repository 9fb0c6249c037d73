//! AVE's segment accuracy, counted exactly over all segments.

/// The predicted class of every segment of a clip from the logits of a CMBS head: foreground where the event's
/// probability is above one half, then the clip's best class; `background` elsewhere.
pub fn avel_segments(is_event: &[f32], event: &[f32], background: usize) -> Vec<usize> {
    let best = event
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map_or(background, |(class, _)| class);
    // A probability above one half is a logit above zero.
    let class = |logit: &f32| if *logit > 0.0 { best } else { background };
    is_event.iter().map(class).collect()
}

/// The share of segments whose class is right, 0 to 1. Upstream's figure is a mean of batch means, which weighs the
/// last, smaller batch more; this one counts every segment once.
pub fn segment_accuracy(predicted: &[usize], truth: &[usize]) -> f64 {
    let right = predicted.iter().zip(truth).filter(|(p, t)| p == t).count();
    right as f64 / truth.len().max(1) as f64
}

/// How well a model does on scenes it has never seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many scenes.
    pub scenes: usize,
    /// Segment accuracy of the head, 0 to 1.
    pub head: f64,
    /// Segment accuracy of a linear probe of the same frozen features, 0 to 1; none where no probe is kept.
    pub probe: Option<f64>,
    /// Share of segments that are background: what always saying so would score.
    pub background: f64,
    /// Share of segments familiar to the model (score of at least one half).
    pub familiar: f64,
}
