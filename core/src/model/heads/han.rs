//! The hybrid attention network with attentive MMIL pooling (Tian et al. 2020): each second looks at all seconds of both
//! modalities; the clip's classes are a weighted vote of its seconds. Fields carry upstream's names.

use burn::module::Module;
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid, softmax};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::parse::ParseOutput;
use crate::model::ModelError;

/// The shape of the network. Defaults are upstream's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HanConfig {
    /// Width throughout.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width between the two layers of the perceptron.
    pub hidden: usize,
    /// Dropout in training.
    pub dropout: f64,
    /// Ours: so far each second's logits are drawn to the mean of those beside it, 0 to below 1, so that a second that stands alone
    /// has to be surer of itself. Upstream: not at all.
    pub steady: f64,
}

impl Default for HanConfig {
    fn default() -> Self {
        Self {
            width: 512,
            heads: 1,
            hidden: 512,
            dropout: 0.1,
            steady: 0.0,
        }
    }
}

impl HanConfig {
    /// Checks what the constructor would panic on.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn check(&self) -> Result<(), ModelError> {
        let fits = (1..=8192).contains(&self.width)
            && self.heads > 0
            && self.width.is_multiple_of(self.heads)
            && (1..=65536).contains(&self.hidden)
            && (0.0..1.0).contains(&self.dropout)
            && (0.0..1.0).contains(&self.steady);
        match fits {
            true => Ok(()),
            false => Err(ModelError::Config(format!(
                "a hybrid attention network of width {}, {} heads, {} hidden numbers, dropout {}, steady by {}",
                self.width, self.heads, self.hidden, self.dropout, self.steady
            ))),
        }
    }

    /// The network with fresh weights.
    pub fn init(&self, classes: usize, device: &Device) -> Han {
        let to_classes = || LinearConfig::new(self.width, classes).init(device);
        Han {
            hat_encoder: HanLayer::new(self, device),
            fc_prob: to_classes(),
            fc_frame_att: to_classes(),
            fc_av_att: to_classes(),
            steady: self.steady,
        }
    }
}

/// One layer, the same for both modalities.
#[derive(Module, Debug)]
pub struct HanLayer {
    self_attn: MultiHeadAttention,
    cm_attn: MultiHeadAttention,
    linear1: Linear,
    linear2: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
    dropout: Dropout,
}

impl HanLayer {
    /// With fresh weights.
    pub fn new(config: &HanConfig, device: &Device) -> Self {
        let attention = || {
            MultiHeadAttentionConfig::new(config.width, config.heads)
                .with_dropout(config.dropout)
                .init(device)
        };
        let norm = || LayerNormConfig::new(config.width).init(device);
        Self {
            self_attn: attention(),
            cm_attn: attention(),
            linear1: LinearConfig::new(config.width, config.hidden).init(device),
            linear2: LinearConfig::new(config.hidden, config.width).init(device),
            norm1: norm(),
            norm2: norm(),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    /// One modality with the other in view.
    ///
    /// # Shapes
    /// `x` and `other` `[b, t, d]`; gives `[b, t, d]`.
    pub fn forward(&self, x: Tensor<3>, other: Tensor<3>) -> Tensor<3> {
        let drop = |x: Tensor<3>| self.dropout.forward(x);
        let across = MhaInput::new(x.clone(), other.clone(), other);
        let across = self.cm_attn.forward(across).context;
        let within = MhaInput::self_attn(x.clone());
        let within = self.self_attn.forward(within).context;
        let x = self.norm1.forward(x + drop(across) + drop(within));
        let mixed = drop(relu(self.linear1.forward(x.clone())));
        let mixed = self.linear2.forward(mixed);
        self.norm2.forward(x + drop(mixed))
    }
}

/// The network, from features of its own width on.
#[derive(Module, Debug)]
pub struct Han {
    hat_encoder: HanLayer,
    fc_prob: Linear,
    fc_frame_att: Linear,
    fc_av_att: Linear,
    #[module(skip)]
    steady: f64,
}

impl Han {
    /// # Shapes
    /// `audio` and `visual` features `[b, t, width]`; gives what [`ParseOutput`] says.
    pub fn forward(&self, audio: Tensor<3>, visual: Tensor<3>) -> ParseOutput {
        let heard = self.hat_encoder.forward(audio.clone(), visual.clone());
        let seen = self.hat_encoder.forward(visual, audio);
        // [b, t, 2, width]: audio first.
        let both: Tensor<4> = Tensor::stack(vec![heard, seen], 2);
        let frame = sigmoid(self.steadied(self.fc_prob.forward(both.clone())));
        let over_time = softmax(self.fc_frame_att.forward(both.clone()), 1);
        let over_modality = softmax(self.fc_av_att.forward(both), 2);
        let vote = frame.clone() * over_time;
        // [b, 2, c]
        let by_modality = vote.clone().sum_dim(1).squeeze_dim::<3>(1);
        let clip = (vote * over_modality).sum_dim(2).sum_dim(1);
        let part = |x: &Tensor<4>, m: usize| x.clone().narrow(2, m, 1).squeeze_dim::<3>(2);
        let whole = |m: usize| by_modality.clone().narrow(1, m, 1).squeeze_dim::<2>(1);
        ParseOutput {
            audible: part(&frame, 0),
            visible: part(&frame, 1),
            clip: clip.squeeze_dim::<3>(2).squeeze_dim::<2>(1),
            audible_clip: whole(0),
            visible_clip: whole(1),
            tokens: None,
        }
    }

    /// Logits `[b, t, 2, c]`, each second's drawn to the mean of those before and after it; the first and the last stand beside
    /// themselves.
    fn steadied(&self, logits: Tensor<4>) -> Tensor<4> {
        let seconds = logits.dims()[1];
        if seconds < 2 || self.steady == 0.0 {
            return logits;
        }
        let some = |from: usize, count: usize| logits.clone().narrow(1, from, count);
        let before = Tensor::cat(vec![some(0, 1), some(0, seconds - 1)], 1);
        let after = Tensor::cat(vec![some(1, seconds - 1), some(seconds - 1, 1)], 1);
        (before + after) * (self.steady / 2.0) + logits * (1.0 - self.steady)
    }
}
