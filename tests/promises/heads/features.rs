//! Backbones of two small stages and random features of theirs, for heads that need no more.

use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::model::{LayerFeatures, LayerShape};

/// Four blocks in two stages: 8 x 8 places of 12 numbers, 4 x 4 of 24.
pub fn layers() -> Vec<LayerShape> {
    let layer = |stage: usize| LayerShape {
        tokens: 64 >> (2 * stage),
        width: 12 << stage,
        grid: (8 >> stage, 8 >> stage),
        stage,
    };
    vec![layer(0), layer(0), layer(1), layer(1)]
}

/// Features of some segments.
pub fn pooled(segments: usize, device: &Device) -> LayerFeatures {
    let random = |l: &LayerShape| {
        let shape = [segments, l.tokens, l.width];
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
    };
    let layers: Vec<Tensor<3>> = layers().iter().map(random).collect();
    LayerFeatures {
        final_norm: layers[3].clone() * 0.5,
        layers,
    }
}

/// Some of the segments.
pub fn part(features: &LayerFeatures, from: usize, count: usize) -> LayerFeatures {
    let cut = |x: &Tensor<3>| x.clone().narrow(0, from, count);
    LayerFeatures {
        layers: features.layers.iter().map(cut).collect(),
        final_norm: cut(&features.final_norm),
    }
}
