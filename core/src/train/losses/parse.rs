//! Losses of video parsing: LLP's clips are labelled as a whole, an annotator's by seconds.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::avel::mean_of_known;
use crate::model::ParseOutput;

/// How far each modality's target is drawn towards one half. A clip's label says that a class is heard or seen, not which; that it
/// is seen is the less sure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smoothing {
    /// Upstream: not at all.
    pub audio: f64,
    /// Upstream: by a tenth, to 0.95 and 0.05.
    pub visual: f64,
}

impl Default for Smoothing {
    fn default() -> Self {
        Self {
            audio: 0.0,
            visual: 0.1,
        }
    }
}

/// Mean binary cross-entropy of probabilities, clamped to `1e-7..1 - 1e-7` as DG-SCT does before.
pub fn probability_loss<const D: usize>(probability: Tensor<D>, target: Tensor<D>) -> Tensor<1> {
    let known = target.ones_like();
    known_loss(probability, &Known { target, known })
}

/// What should be, and 1 where that is known, else 0: of the same shape.
#[derive(Clone, Debug)]
pub struct Known<const D: usize> {
    /// Probabilities; anything where they are not known.
    pub target: Tensor<D>,
    /// What counts.
    pub known: Tensor<D>,
}

/// [`probability_loss`] over what is known: the rest gets no gradient.
pub fn known_loss<const D: usize>(probability: Tensor<D>, of: &Known<D>) -> Tensor<1> {
    let target = of.target.clone();
    let p = probability.clamp(1e-7, 1.0 - 1e-7);
    let yes = p.clone().log() * target.clone();
    let no = (-p + 1.0).log() * (-target + 1.0);
    mean_of_known(-(yes + no), of.known.clone())
}

/// What is said of a batch of clips to parse.
#[derive(Clone, Debug)]
pub struct ParseTargets {
    /// What is heard, and what is seen, in each second, `[b, t, c]`.
    pub seconds: [Known<3>; 2],
    /// What is heard, and what is seen, somewhere in the clip, `[b, c]`.
    pub modalities: [Known<2>; 2],
    /// What is either, `[b, c]`.
    pub clip: Known<2>,
}

/// Every term of [`avvp_loss`] and [`parsed_seconds_loss`] over what is known of it, each of weight 1: clips labelled by seconds
/// teach with all of them, clips labelled as a whole with [`avvp_loss`] alone.
pub fn parse_loss(output: &ParseOutput, targets: &ParseTargets) -> Tensor<1> {
    let [heard, seen] = &targets.seconds;
    let [audible, visible] = &targets.modalities;
    let loss = known_loss(output.audible.clone(), heard)
        + known_loss(output.visible.clone(), seen)
        + known_loss(output.clip.clone(), &targets.clip)
        + known_loss(output.audible_clip.clone(), audible)
        + known_loss(output.visible_clip.clone(), visible);
    match token_loss(output) {
        Some(tokens) => loss + tokens,
        None => loss,
    }
}

/// LLP's weak labels: binary cross-entropy of the clip, of what is heard and of what is seen against the clip's classes
/// `[b, c]` (0 or 1), and for MGN's class tokens cross-entropy against their own class. Each of weight 1.
pub fn avvp_loss(output: &ParseOutput, clip: &Tensor<2>, smoothing: Smoothing) -> Tensor<1> {
    let smooth = |by: f64| clip.clone() * (1.0 - by) + by / 2.0;
    let loss = probability_loss(output.clip.clone(), clip.clone())
        + probability_loss(output.audible_clip.clone(), smooth(smoothing.audio))
        + probability_loss(output.visible_clip.clone(), smooth(smoothing.visual));
    match token_loss(output) {
        Some(tokens) => loss + tokens,
        None => loss,
    }
}

/// MGN's class tokens, each against its own class, of what is heard and of what is seen: what tells them apart, since they
/// begin alike. `None` for other networks.
fn token_loss(output: &ParseOutput) -> Option<Tensor<1>> {
    let tokens = output.tokens.as_ref()?;
    let device = output.clip.device();
    Some(itself(tokens.audio.clone(), &device) + itself(tokens.visual.clone(), &device))
}

/// Labels by seconds (ours; to be added to [`avvp_loss`]): binary cross-entropy of what is heard and of what is seen in each
/// second, targets `[b, t, c]`.
pub fn parsed_seconds_loss(
    output: &ParseOutput,
    audible: &Tensor<3>,
    visible: &Tensor<3>,
) -> Tensor<1> {
    probability_loss(output.audible.clone(), audible.clone())
        + probability_loss(output.visible.clone(), visible.clone())
}

/// Cross-entropy of logits `[c, c]` against row c being class c.
fn itself(logits: Tensor<2>, device: &Device) -> Tensor<1> {
    let classes = logits.dims()[0];
    let own = Tensor::<2>::eye(classes, device);
    -(log_softmax(logits, 1) * own).sum() / classes as f64
}
