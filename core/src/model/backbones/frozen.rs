//! Blocks whose weights are final, on the CPU: what [`crate::model::kernels`] needs of them, taken over from burn's modules
//! matrix by matrix, so that no second copy of the weights is held.

use std::fmt;
use std::sync::Arc;

use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor, TensorData};

use super::parts::EPSILON;
use crate::model::kernels::{
    Attention, Bottleneck, Cut, GroupConv, Norm, Packed, Pieces, TransformerBlock,
};

/// Blocks of one stage, in order. Cheap to clone.
#[derive(Clone)]
pub(super) struct FrozenBlocks(Arc<[TransformerBlock]>);

impl fmt::Debug for FrozenBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenBlocks({})", self.0.len())
    }
}

impl FrozenBlocks {
    /// From a stage's blocks, each converted and dropped in turn.
    pub fn new<B>(blocks: Vec<B>, freeze: impl Fn(B) -> TransformerBlock) -> Self {
        Self(blocks.into_iter().map(freeze).collect())
    }

    /// The same blocks, each of one window without biases, for another number of tokens; the weights are shared.
    pub fn over(&self, tokens: usize) -> Self {
        let resized = |block: &TransformerBlock| TransformerBlock {
            order: (0..tokens as i32).collect(),
            attention: block.attention.over(tokens),
            ..block.clone()
        };
        Self(self.0.iter().map(resized).collect())
    }

    /// Takes `[n, tokens, width]` through every block, adding each one's output to `layers`; gives the last.
    pub fn forward(&self, x: Tensor<3>, layers: &mut Vec<Tensor<3>>) -> Tensor<3> {
        let (shape, device) = (x.dims(), x.device());
        // A block's output is read by the next before it becomes a tensor: a tensor's numbers can be read without a copy only
        // where nobody else holds it.
        let mut input = Numbers::of(x);
        for (index, block) in self.0.iter().enumerate() {
            let output = Numbers::new(block.forward(input.get()), shape);
            let done = std::mem::replace(&mut input, output);
            if index > 0 {
                layers.push(done.tensor(&device));
            }
        }
        let x = input.tensor(&device);
        layers.push(x.clone());
        x
    }
}

/// Bottlenecks, in order. Cheap to clone.
#[derive(Clone)]
pub(super) struct FrozenBottlenecks(Arc<[Bottleneck]>);

impl fmt::Debug for FrozenBottlenecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenBottlenecks({})", self.0.len())
    }
}

impl FrozenBottlenecks {
    /// From blocks, each converted and dropped in turn.
    pub fn new<B>(blocks: Vec<B>, freeze: impl Fn(B) -> Bottleneck) -> Self {
        Self(blocks.into_iter().map(freeze).collect())
    }

    /// Takes `[n, rows * cols, channels]` through every block, adding each one's output to `layers`; gives the last.
    pub fn forward(
        &self,
        x: Tensor<3>,
        mut grid: (usize, usize),
        layers: &mut Vec<Tensor<3>>,
    ) -> Tensor<3> {
        let (n, device) = (x.dims()[0], x.device());
        let mut input = Numbers::of(x);
        let mut room = Vec::new();
        for (index, block) in self.0.iter().enumerate() {
            let (output, after) = block.forward(input.get(), grid, &mut room);
            grid = after;
            let output = Numbers::new(output, [n, grid.0 * grid.1, block.widen.width()]);
            let done = std::mem::replace(&mut input, output);
            if index > 0 {
                layers.push(done.tensor(&device));
            }
        }
        let x = input.tensor(&device);
        layers.push(x.clone());
        x
    }
}

/// Patch embedding, or merging. Cheap to clone.
#[derive(Clone)]
pub(super) struct FrozenCut(Arc<Cut>);

impl fmt::Debug for FrozenCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenCut({})", self.0.linear.width())
    }
}

impl FrozenCut {
    /// Four tokens to one, with the norm before or after.
    pub fn merge(reduction: &Linear, layer: &LayerNorm, before: bool) -> Self {
        let norm = norm(layer.clone(), EPSILON as f32);
        let (before, after) = if before {
            (Some(norm), None)
        } else {
            (None, Some(norm))
        };
        Self(Arc::new(Cut {
            linear: packed_linear(reduction.clone()),
            before,
            after,
        }))
    }

    /// Pixels to tokens.
    pub fn embed(projection: &Conv2d, layer: Option<&LayerNorm>) -> Self {
        let weights = projection.weight.val();
        let [outputs, inputs, rows, cols] = weights.dims();
        let inputs = inputs * rows * cols;
        let matrix = Numbers::of(weights.reshape([outputs, inputs]).swap_dims(0, 1));
        let bias = projection.bias.as_ref().map(|bias| Numbers::of(bias.val()));
        let bias = bias.as_ref().map(Numbers::get);
        Self(Arc::new(Cut {
            linear: Packed::new(matrix.get(), [inputs, outputs], bias),
            before: None,
            after: layer.map(|layer| norm(layer.clone(), EPSILON as f32)),
        }))
    }

    /// `[n, h * w, c]` to `[n, h / 2 * w / 2, 2 c]`; neighbours in the order (row, column) (0,0), (1,0), (0,1), (1,1).
    pub fn merged(&self, x: Tensor<3>, (rows, cols): (usize, usize)) -> Tensor<3> {
        let [_, _, c] = x.dims();
        let starts =
            (0..rows / 2 * (cols / 2)).map(|token| (token / (cols / 2), token % (cols / 2)));
        self.cut(
            x,
            &Pieces {
                size: rows * cols * c,
                starts: starts.map(|(y, x)| (2 * y * cols + 2 * x) * c).collect(),
                steps: vec![0, cols * c, c, (cols + 1) * c],
                len: c,
            },
        )
    }

    /// `[n, channels, h, w]` to `[n, tokens, width]` for patches of rows and columns of pixels.
    pub fn embedded(&self, x: Tensor<4>, (tall, wide): (usize, usize)) -> Tensor<3> {
        let [_, channels, rows, cols] = x.dims();
        let across = cols / wide;
        let tokens = 0..rows / tall * across;
        let lines = (0..channels).flat_map(|c| (0..tall).map(move |y| (c * rows + y) * cols));
        self.cut(
            x,
            &Pieces {
                size: channels * rows * cols,
                starts: tokens
                    .map(|t| t / across * tall * cols + t % across * wide)
                    .collect(),
                steps: lines.collect(),
                len: wide,
            },
        )
    }

    fn cut<const D: usize>(&self, x: Tensor<D>, pieces: &Pieces) -> Tensor<3> {
        let (n, device) = (x.dims()[0], x.device());
        let rows = self.0.forward(Numbers::of(x).get(), pieces);
        Numbers::new(rows, [n, pieces.starts.len(), self.0.linear.width()]).tensor(&device)
    }
}

/// Whether frozen weights are better served by the CPU kernels than by the device's own operations.
pub(super) fn on_cpu(device: &Device) -> bool {
    !device.is_autodiff() && *device == Device::flex()
}

/// A tensor's numbers on the host.
pub(super) struct Numbers(TensorData);

impl Numbers {
    pub fn new<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Self {
        Self(TensorData::new(values, shape))
    }

    /// Without a copy where nobody else holds the tensor.
    pub fn of<const D: usize>(tensor: Tensor<D>) -> Self {
        Self(tensor.into_data_as::<f32>())
    }

    /// Row-major.
    pub fn get(&self) -> &[f32] {
        // Numbers are f32 by construction; the error cannot occur.
        self.0.as_slice().unwrap_or_default()
    }

    pub fn tensor<const D: usize>(self, device: &Device) -> Tensor<D> {
        Tensor::from_data(self.0, device)
    }
}

/// An attention for the CPU's kernels.
pub(super) struct FrozenAttention {
    /// As in [`TransformerBlock::order`].
    pub order: Vec<i32>,
    pub qkv: Packed,
    pub inner: Attention,
    pub proj: Packed,
}

/// A linear layer with another bias than its own.
pub(super) fn packed(layer: Linear, bias: Option<Tensor<1>>) -> Packed {
    let matrix = layer.weight.into_value();
    let shape = matrix.dims();
    let matrix = Numbers::of(matrix);
    let bias = bias.map(Numbers::of);
    Packed::new(matrix.get(), shape, bias.as_ref().map(Numbers::get))
}

/// A linear layer.
pub(super) fn packed_linear(mut layer: Linear) -> Packed {
    let bias = layer.bias.take().map(|bias| bias.into_value());
    packed(layer, bias)
}

/// A convolution of one pixel: channels in to channels out.
pub(super) fn packed_pixels(layer: Conv2d) -> Packed {
    let weights = layer.weight.into_value();
    let [outputs, inputs, _, _] = weights.dims();
    let matrix = Numbers::of(weights.reshape([outputs, inputs]).swap_dims(0, 1));
    let bias = layer.bias.map(|bias| Numbers::of(bias.into_value()));
    Packed::new(
        matrix.get(),
        [inputs, outputs],
        bias.as_ref().map(Numbers::get),
    )
}

/// A square convolution in groups, padded by half its side.
pub(super) fn packed_groups(layer: Conv2d) -> GroupConv {
    let (groups, stride) = (layer.groups, layer.stride[0]);
    let weights = layer.weight.into_value();
    let shape = weights.dims();
    let bias = layer.bias.map(|bias| Numbers::of(bias.into_value()));
    let zeros = vec![0.0; shape[0]];
    let bias = bias.as_ref().map_or(&zeros[..], Numbers::get);
    GroupConv::new(Numbers::of(weights).get(), shape, groups, stride, bias)
}

/// A norm; burn hides its epsilon.
pub(super) fn norm(layer: LayerNorm, epsilon: f32) -> Norm {
    let gamma = Numbers::of(layer.gamma.into_value()).get().to_vec();
    let beta = layer.beta.map(|beta| Numbers::of(beta.into_value()));
    Norm {
        beta: beta.map_or_else(|| vec![0.0; gamma.len()], |beta| beta.get().to_vec()),
        gamma,
        epsilon,
    }
}
