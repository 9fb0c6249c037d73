//! Losses of event localization.

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Int, Tensor};

use crate::model::AvelOutput;

/// What a CMBS head should say of a batch of clips.
#[derive(Clone, Debug)]
pub struct AvelTargets {
    /// 1 in seconds with an event, else 0: `[b, t]`.
    pub is_event: Tensor<2>,
    /// 1 in seconds of which it is known, else 0: `[b, t]`.
    pub known: Tensor<2>,
    /// The clip's class, `[b]`; anything within the classes where the clip has no event.
    pub class: Tensor<1, Int>,
    /// 1 for clips with an event, else 0: `[b]`.
    pub has_event: Tensor<1>,
}

/// Mean binary cross-entropy of logits over what is known.
pub(super) fn binary<const D: usize>(
    logits: Tensor<D>,
    target: Tensor<D>,
    known: Tensor<D>,
) -> Tensor<1> {
    let yes = log_sigmoid(logits.clone()) * target.clone();
    let no = log_sigmoid(-logits) * (-target + 1.0);
    mean_of_known(-(yes + no), known)
}

/// The mean of what `known` counts as 1, 0 where that is nothing: what it counts as 0 gets no gradient.
pub(super) fn mean_of_known<const D: usize>(values: Tensor<D>, known: Tensor<D>) -> Tensor<1> {
    let count = known.clone().sum().clamp_min(1.0);
    (values * known).sum() / count
}

/// Cross-entropy of class logits `[b, c]`, the mean over what `weight` counts.
pub(in crate::train) fn category(
    logits: Tensor<2>,
    class: &Tensor<1, Int>,
    weight: &Tensor<1>,
) -> Tensor<1> {
    let [rows, _] = logits.dims();
    let picked = log_softmax(logits, 1).gather(1, class.clone().reshape([rows, 1]));
    let weighted = picked.reshape([rows]) * weight.clone();
    -weighted.sum() / weight.clone().sum().clamp_min(1.0)
}

/// Event relevance, category and CAS, each of weight 1, as DG-SCT and AVMoE train CMBS without its gates. A clip
/// without event has no class to learn, so the two category terms leave it out (AVE has but one such clip; scenes
/// have many).
pub fn avel_loss(output: AvelOutput, targets: &AvelTargets) -> Tensor<1> {
    binary(
        output.is_event,
        targets.is_event.clone(),
        targets.known.clone(),
    ) + category(output.event, &targets.class, &targets.has_event)
        + category(output.av_score, &targets.class, &targets.has_event)
}
