//! AVSBench's attention of pictures to sound over all seconds and places of a clip (Zhou et al. 2022).
//!
//! Upstream multiplies `θ φᵀ / N` with g, N × N for N places in all seconds. There is no softmax between, so `θ (φᵀ g) / N` is
//! the same; and φ, made from sound, is the same everywhere in a second, so that only the sum of g over the places of each
//! second counts. What is left is one small square matrix a clip, exactly. Fields carry upstream's names.

use burn::module::{Initializer, Module};
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

/// The attention of one stage. Its 1 × 1 × 1 convolutions are linear layers over the channels.
#[derive(Module, Debug)]
pub struct Tpavi {
    align_channel: Linear,
    theta: Linear,
    phi: Linear,
    g: Linear,
    w_z: Linear,
    /// Begins at zero, so that a fresh module changes nothing but the norm.
    w_z_norm: BatchNorm,
    norm_layer: LayerNorm,
}

impl Tpavi {
    /// For maps of `width` channels and sound vectors of `audio` numbers, with fresh weights.
    pub fn new(width: usize, audio: usize, device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        let inner = (width / 2).max(1);
        let mut w_z_norm = BatchNormConfig::new(width).init(device);
        w_z_norm.gamma = Initializer::Zeros.init([width], device);
        Self {
            align_channel: linear(audio, width),
            theta: linear(width, inner),
            phi: linear(width, inner),
            g: linear(width, inner),
            w_z: linear(inner, width),
            w_z_norm,
            norm_layer: LayerNormConfig::new(width).init(device),
        }
    }

    /// New maps, and the sound in their width.
    ///
    /// # Shapes
    /// `maps` of clips `[b * t, N, width]`, `audio` `[b, t, numbers]`; gives `[b * t, N, width]` and `[b * t, width]`.
    pub fn forward(&self, maps: Tensor<3>, audio: Tensor<3>) -> (Tensor<3>, Tensor<2>) {
        let [n, places, width] = maps.dims();
        let [b, t, _] = audio.dims();
        let aligned = self.align_channel.forward(audio);
        let inner = |x: Tensor<3>| {
            let numbers = x.dims()[2];
            x.reshape([b, t * places, numbers])
        };
        let phi = self.phi.forward(aligned.clone());
        let theta = inner(self.theta.forward(maps.clone()));
        let g = self.g.forward(maps.clone()).sum_dim(1);
        let half = g.dims()[2];
        // [b, inner, inner]: the sum over seconds of φ_tᵀ (Σ g).
        let read = phi.swap_dims(1, 2).matmul(g.reshape([b, t, half]));
        let y = theta.matmul(read) / (t * places) as f64;
        let y = self.w_z.forward(y).swap_dims(1, 2);
        let y = self.w_z_norm.forward(y).swap_dims(1, 2);
        let z = self
            .norm_layer
            .forward(y.reshape([n, places, width]) + maps);
        (z, aligned.reshape([n, width]))
    }
}
