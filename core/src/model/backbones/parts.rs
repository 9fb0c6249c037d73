//! What backbones share: patch embedding, merging, the two-layer perceptron, the classifier, stochastic depth.
//!
//! Fields carry upstream's names, because checkpoints are loaded by them.

use burn::module::{Flag, Initializer, Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::gelu;
use burn::tensor::{DType, Device, Distribution, FloatDType, Tensor};

use super::frozen::FrozenCut;
use super::windows::WindowPlan;
use crate::model::ModelError;

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

/// Pixels to tokens: a convolution whose stride is its kernel, then, in the Swins, a norm.
#[derive(Module, Debug)]
pub(super) struct PatchEmbed {
    proj: Conv2d,
    norm: Option<LayerNorm>,
    #[module(skip)]
    frozen: Option<FrozenCut>,
}

impl PatchEmbed {
    pub fn new(channels: usize, width: usize, patch: (usize, usize), device: &Device) -> Self {
        Self {
            norm: Some(layer_norm(width, device)),
            ..Self::without_norm(channels, width, patch, device)
        }
    }

    pub fn without_norm(
        channels: usize,
        width: usize,
        patch: (usize, usize),
        device: &Device,
    ) -> Self {
        let kernel = [patch.0, patch.1];
        Self {
            proj: Conv2dConfig::new([channels, width], kernel)
                .with_stride(kernel)
                .init(device),
            norm: None,
            frozen: None,
        }
    }

    /// Hands it to the CPU's kernels: for weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        self.frozen = Some(FrozenCut::embed(&self.proj, self.norm.as_ref()));
        self
    }

    /// `[n, channels, h, w]` to `[n, tokens, width]`, row-major. Pixels beyond the last whole patch are not seen.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<3> {
        if let Some(frozen) = &self.frozen {
            let [tall, wide] = self.proj.kernel_size;
            return frozen.embedded(x, (tall, wide));
        }
        let tokens = self.proj.forward(x).flatten::<3>(2, 3).swap_dims(1, 2);
        match &self.norm {
            Some(norm) => norm.forward(tokens),
            None => tokens,
        }
    }
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

    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        project(&self.fc2, gelu(project(&self.fc1, x)))
    }
}

/// Where the norm of a merge sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeNorm {
    /// Swin-V1 and HTS-AT: over the four neighbours, before the reduction.
    Before,
    /// Swin-V2: over the result, after it.
    After,
}

/// Four neighbouring tokens into one of twice the width.
#[derive(Module, Debug)]
pub(super) struct PatchMerge {
    reduction: Linear,
    norm: LayerNorm,
    #[module(skip)]
    place: MergeNorm,
    #[module(skip)]
    frozen: Option<FrozenCut>,
}

impl PatchMerge {
    /// From tokens of `width` numbers.
    pub fn new(width: usize, place: MergeNorm, device: &Device) -> Self {
        let normed = match place {
            MergeNorm::Before => 4 * width,
            MergeNorm::After => 2 * width,
        };
        Self {
            reduction: linear(4 * width, 2 * width, false, device),
            norm: layer_norm(normed, device),
            place,
            frozen: None,
        }
    }

    /// Hands it to the CPU's kernels: for weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        let before = self.place == MergeNorm::Before;
        self.frozen = Some(FrozenCut::merge(&self.reduction, &self.norm, before));
        self
    }

    /// `[n, h * w, c]` to `[n, h / 2 * w / 2, 2 c]`; neighbours in the order (row, column) (0,0), (1,0), (0,1), (1,1).
    pub fn forward(&self, x: Tensor<3>, (h, w): (usize, usize)) -> Tensor<3> {
        if let Some(frozen) = &self.frozen {
            return frozen.merged(x, (h, w));
        }
        let [n, _, c] = x.dims();
        let x = x
            .reshape([n, h / 2, 2, w / 2, 2, c])
            .permute([0, 1, 3, 4, 2, 5])
            .reshape([n, h / 2 * (w / 2), 4 * c]);
        match self.place {
            MergeNorm::Before => project(&self.reduction, self.norm.forward(x)),
            MergeNorm::After => self.norm.forward(project(&self.reduction, x)),
        }
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

    /// `[n, tokens, c]`, unchanged unless on an autodiff device.
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

/// The shape of a pyramid: what both configurations must agree on.
#[derive(Clone, Debug)]
pub(super) struct Pyramid<'a> {
    pub depths: &'a [usize],
    pub num_heads: &'a [usize],
    pub embed_dim: usize,
    pub grid: (usize, usize),
    pub window: usize,
}

impl Pyramid<'_> {
    /// Checks what the constructors would otherwise panic on.
    pub fn check(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(what));
        let stages = self.depths.len();
        if stages == 0 || stages > 16 || self.num_heads.len() != stages {
            return refuse(format!(
                "depths ({stages}) and num_heads ({}) must name the same stages",
                self.num_heads.len()
            ));
        }
        if self.depths.iter().any(|d| *d == 0 || *d > 1000) {
            return refuse(format!(
                "depths {:?}: 1 to 1000 blocks a stage",
                self.depths
            ));
        }
        for stage in 0..stages {
            let (width, heads) = (self.width(stage), self.num_heads[stage]);
            if heads == 0 || width == 0 || width > 1 << 16 || width % heads != 0 {
                return refuse(format!(
                    "stage {stage} has {width} channels, which {heads} heads do not divide"
                ));
            }
            let (h, w) = self.grid_of(stage);
            if h == 0 || w == 0 || h * w > 1 << 20 {
                return refuse(format!("stage {stage} has a map of {h} x {w} tokens"));
            }
            WindowPlan::new((h, w), self.window, true)?;
            if stage + 1 < stages && (h % 2 != 0 || w % 2 != 0) {
                return refuse(format!(
                    "stage {stage} has a map of {h} x {w} tokens, which cannot be merged two by two"
                ));
            }
        }
        Ok(())
    }

    pub fn width(&self, stage: usize) -> usize {
        self.embed_dim.saturating_mul(1 << stage)
    }

    pub fn grid_of(&self, stage: usize) -> (usize, usize) {
        (self.grid.0 >> stage, self.grid.1 >> stage)
    }

    /// One layer shape a block.
    pub fn layers(&self) -> Vec<super::LayerShape> {
        let stages = self.depths.iter().enumerate();
        stages
            .flat_map(|(stage, depth)| std::iter::repeat_n(stage, *depth))
            .map(|stage| {
                let grid = self.grid_of(stage);
                super::LayerShape {
                    tokens: grid.0 * grid.1,
                    width: self.width(stage),
                    grid,
                    stage,
                }
            })
            .collect()
    }
}
