//! What training costs in memory, as an estimate: a head on frozen features, and adapters inside the backbones beside it.

use crate::model::{LayerShape, PairAbout};

/// Bytes of an f32.
const FLOAT: u64 = 4;
/// What a transformer block keeps for its backward pass, in multiples of its output: two norms, query, key, value, the attended
/// values, the projection, and the MLP's hidden layer of four times the width before and after its activation, and its output.
const A_BLOCK: u64 = 16;

/// Bytes of the layer features of so many segments on the device.
pub fn feature_bytes(pair: &PairAbout, segments: usize) -> u64 {
    let layers = pair.visual.layers.iter().chain(&pair.audio.layers);
    numbers(layers) * segments as u64 * FLOAT
}

/// Bytes of a head's weights, their gradients and Adam's two means.
pub fn head_bytes(parameters: usize) -> u64 {
    4 * parameters as u64 * FLOAT
}

/// About what tuning adapters inside the backbones would keep for so many segments: gradients pass through every block, whose
/// activations must be there for that. An estimate from the layers' sizes; attention matrices and the weights are not counted.
pub fn adapter_bytes(pair: &PairAbout, segments: usize) -> u64 {
    A_BLOCK * feature_bytes(pair, segments)
}

fn numbers<'a>(layers: impl Iterator<Item = &'a LayerShape>) -> u64 {
    layers
        .map(|layer| (layer.tokens * layer.width) as u64)
        .sum()
}
