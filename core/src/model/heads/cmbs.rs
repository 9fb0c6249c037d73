//! The cross-modal background suppression head (Xia and Zhao 2022) without its temporal stack, as DG-SCT and AVMoE carry it:
//! of two features a second, is there an event, and which class does the clip hold.

use std::ops::Range;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::inter_modal::{Branch, InterModal};

/// Seconds whose mean is a class's score over the clip (upstream: the best 4 of 10).
const BEST_SECONDS: usize = 4;
/// Weight of the clip's audio-visual score in the class scores (upstream).
const AV_WEIGHT: f64 = 0.3;

/// What the head says of clips of t seconds; logits throughout.
#[derive(Clone, Debug)]
pub struct AvelOutput {
    /// Whether an event is heard and seen in each second, `[b, t]`.
    pub is_event: Tensor<2>,
    /// Which class the clip holds, `[b, c]`.
    pub event: Tensor<2>,
    /// The part of `event` that comes from each modality by itself, `[b, c]`.
    pub av_score: Tensor<2>,
}

impl AvelOutput {
    /// The same of some of the clips.
    pub fn of_clips(&self, clips: Range<usize>) -> Self {
        let cut = |x: &Tensor<2>| x.clone().narrow(0, clips.start, clips.len());
        Self {
            is_event: cut(&self.is_event),
            event: cut(&self.event),
            av_score: cut(&self.av_score),
        }
    }
}

/// The head.
#[derive(Module, Debug)]
pub(super) struct Cmbs {
    video_cas: Linear,
    audio_cas: Linear,
    /// The branches between modalities: visual, audio.
    inter: Option<[Branch; 2]>,
    #[module(skip)]
    inter_modal: InterModal,
    is_event: Linear,
    event: Linear,
}

impl Cmbs {
    pub fn new(d: usize, classes: usize, inter_modal: InterModal, device: &Device) -> Self {
        let linear = |out| LinearConfig::new(d, out).init(device);
        Self {
            video_cas: linear(classes),
            audio_cas: linear(classes),
            inter: inter_modal.branches(d, device),
            inter_modal,
            is_event: linear(1),
            event: linear(classes),
        }
    }

    /// # Shapes
    /// `visual` and `audio` features `[b, t, d]`; gives what [`AvelOutput`] says, of c classes.
    pub fn forward(&self, visual: Tensor<3>, audio: Tensor<3>) -> AvelOutput {
        let video_score = best_mean(self.video_cas.forward(visual.clone()));
        let audio_score = best_mean(self.audio_cas.forward(audio.clone()));
        let av_score = (video_score + audio_score) / 2.0;
        let (visual, audio) = self.inter_modal.exchange(&self.inter, visual, audio);
        let fused = (visual + audio) / 2.0;
        let best = fused.clone().max_dim(1).squeeze_dim::<2>(1);
        AvelOutput {
            is_event: self.is_event.forward(fused).squeeze_dim::<2>(2),
            event: self.event.forward(best) + av_score.clone() * AV_WEIGHT,
            av_score,
        }
    }
}

/// The mean of each class's best seconds, all of them where there are fewer.
///
/// # Shapes
/// `scores` `[b, t, c]`; gives `[b, c]`.
fn best_mean(scores: Tensor<3>) -> Tensor<2> {
    let seconds = scores.dims()[1];
    let best = scores.topk(seconds.min(BEST_SECONDS), 1);
    best.mean_dim(1).squeeze_dim::<2>(1)
}
