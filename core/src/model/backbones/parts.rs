//! What backbones share: linear layers, norms, the two-layer perceptron, the classifier, stochastic depth.
//!
//! Fields carry upstream's names, because checkpoints are loaded by them.

use burn::module::{Flag, Initializer, Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{DType, Device, Distribution, FloatDType, Tensor};

use super::gelu::gelu;

/// Upstream draws matrices from a normal of this standard deviation, cut at ±2: a hundred deviations, so uncut here.
pub(in crate::model) const INIT_STD: f64 = 0.02;

/// A linear layer `[d_in] -> [d_out]`, drawn as upstream does.
pub(in crate::model) fn linear(d_in: usize, d_out: usize, bias: bool, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(d_in, d_out)
        .with_bias(false)
        .with_initializer(Initializer::Normal {
            mean: 0.0,
            std: INIT_STD,
        })
        .init(device);
    layer.bias = bias.then(|| Initializer::Zeros.init([d_out], device));
    layer
}

/// The epsilon of every norm of Swin-V2 and HTS-AT.
pub(super) const EPSILON: f64 = 1e-5;

/// A linear layer with another bias than its own, in the numbers its matrix is kept in; what goes in and comes out is as it was.
pub(super) fn project_with(layer: &Linear, x: Tensor<3>, bias: Option<Tensor<1>>) -> Tensor<3> {
    let weight = layer.weight.val();
    let (kept, given) = (weight.dtype(), x.dtype());
    if kept == given {
        return burn::tensor::module::linear(x, weight, bias);
    }
    let x = burn::tensor::module::linear(in_numbers(x, kept), weight, None);
    let x = in_numbers(x, given);
    match bias {
        Some(bias) => x + bias.unsqueeze(),
        None => x,
    }
}

/// A linear layer, in the numbers its matrix is kept in.
pub(super) fn project(layer: &Linear, x: Tensor<3>) -> Tensor<3> {
    project_with(layer, x, layer.bias.as_ref().map(Param::val))
}

/// A convolution, in the numbers its weights are kept in.
pub(super) fn convolve(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let (kept, given) = (layer.weight.val().dtype(), x.dtype());
    if kept == given {
        return layer.forward(x);
    }
    let mut layer = layer.clone();
    let bias = layer.bias.take();
    let x = in_numbers(layer.forward(in_numbers(x, kept)), given);
    match bias {
        Some(bias) => x + bias.val().reshape([1, -1, 1, 1]),
        None => x,
    }
}

fn in_numbers<const D: usize>(x: Tensor<D>, dtype: DType) -> Tensor<D> {
    x.cast(FloatDType::from(dtype))
}

/// LayerNorm with epsilon 1e-5, as in Swin-V2 and HTS-AT.
pub(in crate::model) fn layer_norm(width: usize, device: &Device) -> LayerNorm {
    layer_norm_of(width, EPSILON, device)
}

/// LayerNorm with an epsilon of one's own.
pub(super) fn layer_norm_of(width: usize, epsilon: f64, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(epsilon)
        .init(device)
}

/// A classifier's linear layer; `None` for no classes.
pub(super) fn classifier(width: usize, classes: usize, device: &Device) -> Option<Linear> {
    (classes > 0).then(|| linear(width, classes, true, device))
}

/// Two linear layers with the exact (erf) GELU between.
#[derive(Module, Debug)]
pub(in crate::model) struct Mlp {
    pub fc1: Linear,
    pub fc2: Linear,
}

impl Mlp {
    pub fn new(width: usize, hidden: usize, device: &Device) -> Self {
        Self {
            fc1: linear(width, hidden, true, device),
            fc2: linear(hidden, width, true, device),
        }
    }

    /// Two layers with GELU between.
    ///
    /// # Shapes
    /// - x: `[n, tokens, width]`
    /// - output: `[n, tokens, width]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        project(&self.fc2, gelu(project(&self.fc1, x)))
    }
}

/// Stochastic depth: in training, drops a block's branch for whole samples; nothing otherwise.
#[derive(Module, Debug)]
pub(in crate::model) struct DropPath {
    prob: f64,
    training: Param<Flag>,
}

impl DropPath {
    pub fn new(prob: f64) -> Self {
        Self {
            prob,
            training: Param::from_bool(true),
        }
    }

    /// Leaves out whole inputs; unchanged unless on an autodiff device.
    ///
    /// # Shapes
    /// - x: `[n, tokens, c]`
    /// - output: `[n, tokens, c]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        if self.prob <= 0.0 || !self.training.is_enabled() || !x.device().is_autodiff() {
            return x;
        }
        let keep = 1.0 - self.prob;
        let n = x.dims()[0];
        let drawn = Tensor::<3>::random([n, 1, 1], Distribution::Bernoulli(keep), &x.device());
        x * (drawn / keep)
    }
}

/// The drop-path probability of block `index` of `blocks`: from 0 up to `rate`, evenly.
pub(super) fn drop_path_of(rate: f64, index: usize, blocks: usize) -> f64 {
    rate * index as f64 / blocks.saturating_sub(1).max(1) as f64
}
