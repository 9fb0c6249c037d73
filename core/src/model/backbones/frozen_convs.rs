//! Convolutions whose weights are final, on the CPU.

use std::fmt;
use std::sync::Arc;

use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use mettle_kernels::{Bottleneck, GroupConv, Packed, Room, Stem};

use super::LayerFeatures;
use super::frozen::{Numbers, multiplied, packed_matrix};
use crate::model::precision::Half;

/// A stem and its bottlenecks, in order. Cheap to clone.
#[derive(Clone)]
pub(super) struct FrozenConvs(Arc<(Stem, Vec<Bottleneck>)>);

impl fmt::Debug for FrozenConvs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenConvs({})", self.0.1.len())
    }
}

impl FrozenConvs {
    /// From the first convolution and from blocks, each converted and dropped in turn.
    pub fn new<B>(stem: Conv2d, blocks: Vec<B>, freeze: impl Fn(B) -> Bottleneck) -> Self {
        let [side, _] = stem.kernel_size;
        let stem = Stem::new(packed_conv(stem, None), side);
        Self(Arc::new((stem, blocks.into_iter().map(freeze).collect())))
    }

    /// Every block's output; the last one's stands for the final norm.
    ///
    /// # Shapes
    /// - pictures: `[n, channels, h, w]`
    /// - output: layers `[n, h * w of the map, channels]`
    pub fn forward(&self, pictures: Tensor<4>) -> LayerFeatures {
        let ([n, _, rows, cols], device) = (pictures.dims(), pictures.device());
        let (stem, blocks) = &*self.0;
        let pictures = Numbers::of(pictures);
        let (first, mut grid) = stem.forward(pictures.get(), (rows, cols));
        drop(pictures);
        let mut input = Numbers::new(first, [n, grid.0 * grid.1, stem.width()]);
        let mut layers = Vec::with_capacity(blocks.len());
        let mut room = Room::default();
        for (index, block) in blocks.iter().enumerate() {
            let (output, after) = block.forward(input.get(), grid, &mut room);
            grid = after;
            // Read by this block before it became a tensor, so without a copy.
            let output = Numbers::new(output, [n, grid.0 * grid.1, block.widen.width()]);
            let done = std::mem::replace(&mut input, output);
            if index > 0 {
                layers.push(done.tensor(&device));
            }
        }
        let final_norm: Tensor<3> = input.tensor(&device);
        layers.push(final_norm.clone());
        LayerFeatures { layers, final_norm }
    }
}

/// A convolution as a matrix of what lies under it, `[channels in * rows * cols, channels out]`.
pub(super) fn packed_conv(layer: Conv2d, half: Option<Half>) -> Packed {
    let weights = layer.weight.into_value();
    let [outputs, inputs, rows, cols] = weights.dims();
    let inputs = inputs * rows * cols;
    let matrix = Numbers::of(weights.reshape([outputs, inputs]).swap_dims(0, 1));
    let bias = layer.bias.map(|bias| Numbers::of(bias.into_value()));
    let bias = bias.as_ref().map(Numbers::get);
    packed_matrix(matrix.get(), [inputs, outputs], bias, half)
}

/// A square convolution in groups, padded by half its side.
pub(super) fn packed_groups(layer: Conv2d, half: Option<Half>) -> GroupConv {
    let stride = layer.stride[0];
    let weights = layer.weight.into_value();
    let shape = weights.dims();
    let bias = layer.bias.map(|bias| Numbers::of(bias.into_value()));
    let zeros = vec![0.0; shape[0]];
    let bias = bias.as_ref().map_or(&zeros[..], Numbers::get);
    let numbers = Numbers::of(weights);
    GroupConv::new(numbers.get(), shape, stride, bias, multiplied(half))
}
