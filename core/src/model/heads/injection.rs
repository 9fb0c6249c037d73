//! Meta-token injection (paper 3.3): the clip's compact tokens are brought back into the maps of every stage.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// Which tokens are injected, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Injection {
    /// Audio meta-tokens into visual maps.
    pub cross: bool,
    /// Visual meta-tokens into visual maps.
    pub intra: bool,
    /// Whether the audio tokens come first: the paper's order.
    pub cross_first: bool,
}

impl Default for Injection {
    fn default() -> Self {
        Self {
            cross: true,
            intra: true,
            cross_first: true,
        }
    }
}

impl Injection {
    /// Nothing injected: with [`super::Distillation::direct`], the paper's "Direct" baseline.
    pub fn none() -> Self {
        Self {
            cross: false,
            intra: false,
            cross_first: true,
        }
    }

    /// The rows of Table 11, and the reversed order of 4.4.3, by name.
    pub fn ablation() -> [(&'static str, Self); 4] {
        let of = |cross, intra, cross_first| Self {
            cross,
            intra,
            cross_first,
        };
        [
            ("intra", of(false, true, true)),
            ("cross", of(true, false, true)),
            ("intra and cross", of(true, true, true)),
            ("intra first", of(true, true, false)),
        ]
    }
}

/// A map's tokens v and meta-tokens m of its width: v + softmax(v mᵀ) m. No scale, no heads. With one meta-token the softmax has
/// one entry, which is 1: the same vector is added everywhere.
///
/// # Shapes
/// `v` `[n, N, D]`, `meta` `[n, K, D]`; gives `[n, N, D]`.
pub fn inject(v: Tensor<3>, meta: Tensor<3>) -> Tensor<3> {
    let weights = softmax(v.clone().matmul(meta.clone().swap_dims(1, 2)), 2);
    v + weights.matmul(meta)
}

/// The injection of one stage: each modality's tokens through a layer of its own.
#[derive(Module, Debug)]
pub(super) struct StageInjection {
    audio: Option<Linear>,
    visual: Option<Linear>,
    cross_first: bool,
}

impl StageInjection {
    /// Into maps of `width` numbers, from meta-tokens of `d_audio` and `d_visual`.
    pub fn new(
        config: Injection,
        d_audio: usize,
        d_visual: usize,
        width: usize,
        device: &Device,
    ) -> Self {
        let layer = |d: usize| LinearConfig::new(d, width).init(device);
        Self {
            audio: config.cross.then(|| layer(d_audio)),
            visual: config.intra.then(|| layer(d_visual)),
            cross_first: config.cross_first,
        }
    }

    /// The map with whichever of the meta-tokens are injected.
    ///
    /// # Shapes
    /// `map` `[n, N, D]`, `audio` and `visual` `[n, K, d]`; gives `[n, N, D]`.
    pub fn forward(
        &self,
        map: Tensor<3>,
        audio: Option<&Tensor<3>>,
        visual: Option<&Tensor<3>>,
    ) -> Tensor<3> {
        let cross = (self.audio.as_ref(), audio);
        let intra = (self.visual.as_ref(), visual);
        let order = match self.cross_first {
            true => [cross, intra],
            false => [intra, cross],
        };
        order.into_iter().fold(map, |map, part| match part {
            (Some(layer), Some(meta)) => inject(map, layer.forward(meta.clone())),
            _ => map,
        })
    }
}
