//! Swin-V1 blocks as in HTS-AT: norms before the branches, dot-product attention, a table of position biases.

use burn::module::{Initializer, Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};
use mettle_kernels::{Attention, AttentionKind, NormPlace, TransformerBlock};

use super::frozen::{FrozenAttention, Numbers, norm, packed_linear};
use super::parts::{DropPath, EPSILON, INIT_STD, Mlp, layer_norm, linear, project};
use super::windows::{
    WindowPlan, Windows, ints, merge_heads, split_heads, window_attention, with_mask,
};

/// Multi-head attention inside the windows of one block.
#[derive(Module, Debug)]
struct WindowAttention {
    qkv: Linear,
    proj: Linear,
    /// `[(2 h - 1) * (2 w - 1), heads]`.
    relative_position_bias_table: Param<Tensor<2>>,
    windows: Windows,
    heads: usize,
    /// `[1, heads or windows * heads, tokens, tokens]`, once weights are final.
    #[module(skip)]
    bias: Option<Tensor<4>>,
}

impl WindowAttention {
    fn new(plan: WindowPlan, width: usize, heads: usize, device: &Device) -> Self {
        let offsets = (2 * plan.window.0 - 1) * (2 * plan.window.1 - 1);
        let normal = Initializer::Normal {
            mean: 0.0,
            std: INIT_STD,
        };
        Self {
            qkv: linear(width, 3 * width, true, device),
            proj: linear(width, width, true, device),
            relative_position_bias_table: normal.init([offsets, heads], device),
            windows: Windows::new(plan, device),
            heads,
            bias: None,
        }
    }

    /// # Shapes
    /// - x: `[n, h * w, c]`
    /// - output: `[n, h * w, c]`
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let head_width = x.dims()[2] / self.heads;
        let bias = match &self.bias {
            Some(bias) => bias.clone(),
            None => self.compute_bias(),
        };
        let qkv = project(&self.qkv, self.windows.cut(x));
        let scale = (head_width as f64).powf(-0.5);
        let x = window_attention(split_heads(qkv, self.heads), bias, scale);
        self.windows.join(project(&self.proj, merge_heads(x)))
    }

    fn freeze(self) -> FrozenAttention {
        let plan = self.windows.plan;
        let bias = Numbers::of(self.compute_bias());
        let head_width = self.proj.weight.dims()[0] / self.heads;
        let scale = vec![(head_width as f32).powf(-0.5); self.heads];
        FrozenAttention {
            order: plan.order(),
            inner: Attention::new(AttentionKind::Dot, scale, plan.tokens(), bias.get()),
            qkv: packed_linear(self.qkv),
            proj: packed_linear(self.proj),
        }
    }

    fn compute_bias(&self) -> Tensor<4> {
        let plan = &self.windows.plan;
        let table = self.relative_position_bias_table.val();
        let index = ints(plan.relative_index(), &table.device());
        let tokens = plan.tokens();
        let bias = table
            .select(0, index)
            .reshape([1, tokens, tokens, self.heads])
            .permute([0, 3, 1, 2]);
        with_mask(bias, plan)
    }
}

/// One block: norm, then attention, and norm, then perceptron, each added.
#[derive(Module, Debug)]
pub(super) struct BlockV1 {
    norm1: LayerNorm,
    attn: WindowAttention,
    norm2: LayerNorm,
    mlp: Mlp,
    drop_path: DropPath,
}

/// Size and heads of one block.
pub(super) struct BlockShape {
    pub width: usize,
    pub heads: usize,
    pub hidden: usize,
    pub drop_path: f64,
}

impl BlockV1 {
    pub fn new(plan: WindowPlan, shape: &BlockShape, device: &Device) -> Self {
        let width = shape.width;
        Self {
            norm1: layer_norm(width, device),
            attn: WindowAttention::new(plan, width, shape.heads, device),
            norm2: layer_norm(width, device),
            mlp: Mlp::new(width, shape.hidden, device),
            drop_path: DropPath::new(shape.drop_path),
        }
    }

    /// # Shapes
    /// - x: `[n, tokens, c]`
    /// - output: `[n, tokens, c]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let branch = self.attn.forward(self.norm1.forward(x.clone()));
        let x = x + self.drop_path.forward(branch);
        let branch = self.mlp.forward(self.norm2.forward(x.clone()));
        x + self.drop_path.forward(branch)
    }

    /// The same for the CPU's kernels.
    pub fn freeze(self) -> TransformerBlock {
        let attention = self.attn.freeze();
        TransformerBlock {
            order: attention.order,
            place: NormPlace::Before,
            qkv: attention.qkv,
            attention: attention.inner,
            proj: attention.proj,
            fc1: packed_linear(self.mlp.fc1),
            fc2: packed_linear(self.mlp.fc2),
            norm1: norm(self.norm1, EPSILON as f32),
            norm2: norm(self.norm2, EPSILON as f32),
        }
    }

    /// Computes the position bias once and for all: for weights that will not change any more.
    pub fn with_bias(mut self) -> Self {
        self.attn.bias = Some(self.attn.compute_bias());
        self
    }
}
