//! Blocks whose weights are final, on the CPU: what [`mettle_kernels`] needs of them, taken over from burn's modules
//! matrix by matrix, so that no second copy of the weights is held.

use std::fmt;
use std::sync::Arc;

use burn::nn::{LayerNorm, Linear};
use burn::tensor::{DType, Device, Tensor, TensorData};
use mettle_kernels::{Attention, Bf16, Norm, Packed, TransformerBlock};

use crate::model::precision::Half;

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

    /// Takes tokens through every block, adding each one's output to `layers`; gives the last.
    ///
    /// # Shapes
    /// - x: `[n, tokens, width]`
    /// - output and every layer: `[n, tokens, width]`
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

/// A linear layer with another bias than its own, in the numbers in which it was loaded.
pub(super) fn packed(layer: Linear, bias: Option<Tensor<1>>) -> Packed {
    let matrix = layer.weight.into_value();
    let (shape, half) = (matrix.dims(), matrix.dtype() == DType::BF16);
    let matrix = Numbers::of(matrix);
    let bias = bias.map(Numbers::of);
    let bias = bias.as_ref().map(Numbers::get);
    packed_matrix(matrix.get(), shape, bias, half.then_some(Half::Bf16))
}

/// The 16 bit that the CPU multiplies, where that is asked for and there.
pub(super) fn multiplied(half: Option<Half>) -> Option<Bf16> {
    Bf16::there().filter(|_| half == Some(Half::Bf16))
}

/// A matrix `[k, n]` and `n` biases in some numbers; f16 is not among those that the CPU multiplies.
pub(in crate::model) fn packed_matrix(
    matrix: &[f32],
    shape: [usize; 2],
    bias: Option<&[f32]>,
    half: Option<Half>,
) -> Packed {
    match multiplied(half) {
        Some(numbers) => Packed::in_bf16(numbers, matrix, shape, bias),
        None => Packed::new(matrix, shape, bias),
    }
}

/// A linear layer.
pub(super) fn packed_linear(mut layer: Linear) -> Packed {
    let bias = layer.bias.take().map(|bias| bias.into_value());
    packed(layer, bias)
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
