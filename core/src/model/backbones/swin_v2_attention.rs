//! Swin-V2's attention inside a window: cosine similarity, a learned scale a head, a bias continuous in position.

use burn::module::{Initializer, Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};
use mettle_kernels::{Attention, AttentionKind};

use super::frozen::{FrozenAttention, Numbers, packed, packed_linear};
use super::parts::{linear, project, project_with};
use super::windows::{
    WindowPlan, Windows, ints, merge_heads, split_heads, window_attention, with_mask,
};

/// The largest logarithm of an attention scale, ln 100.
const MAX_LOG_SCALE: f64 = 4.605_170_185_988_092;

/// The two-layer network behind the position bias; upstream calls its layers 0 and 2.
#[derive(Module, Debug)]
struct BiasMlp {
    fc1: Linear,
    fc2: Linear,
}

/// Multi-head attention inside the windows of one block.
#[derive(Module, Debug)]
pub(super) struct WindowAttentionV2 {
    qkv: Linear,
    q_bias: Option<Param<Tensor<1>>>,
    v_bias: Option<Param<Tensor<1>>>,
    /// Natural logarithm of the scale, `[heads, 1, 1]`.
    logit_scale: Param<Tensor<3>>,
    cpb_mlp: BiasMlp,
    proj: Linear,
    windows: Windows,
    heads: usize,
    /// Window the model was first trained with; 0 for this one's.
    pretrained_window: usize,
    /// What does not depend on the input, once weights are final.
    #[module(skip)]
    tables: Option<Tables>,
}

/// What attention needs beside its input and matrices.
#[derive(Clone, Debug)]
struct Tables {
    /// `[1, heads or windows * heads, tokens, tokens]`: position bias, with the mask of shifted windows.
    bias: Tensor<4>,
    /// `[3 * width]`: queries, zeros for keys, values.
    qkv_bias: Option<Tensor<1>>,
    /// `[1, heads, 1, 1]`.
    scale: Tensor<4>,
}

/// Size, heads and bias of one attention.
pub(super) struct AttentionShape {
    pub width: usize,
    pub heads: usize,
    pub qkv_bias: bool,
    pub pretrained_window: usize,
}

impl WindowAttentionV2 {
    pub fn new(plan: WindowPlan, shape: &AttentionShape, device: &Device) -> Self {
        let AttentionShape { width, heads, .. } = *shape;
        let bias = || {
            shape
                .qkv_bias
                .then(|| Initializer::Zeros.init::<1, _>([width], device))
        };
        let log_scale = 10.0_f64.ln();
        Self {
            qkv: linear(width, 3 * width, false, device),
            q_bias: bias(),
            v_bias: bias(),
            logit_scale: Initializer::Constant { value: log_scale }.init([heads, 1, 1], device),
            cpb_mlp: BiasMlp {
                fc1: linear(2, 512, true, device),
                fc2: linear(512, heads, false, device),
            },
            proj: linear(width, width, true, device),
            windows: Windows::new(plan, device),
            heads,
            pretrained_window: shape.pretrained_window,
            tables: None,
        }
    }

    /// Computes what does not depend on the input once and for all: for weights that will not change any more.
    pub fn with_tables(mut self) -> Self {
        self.tables = Some(self.compute_tables());
        self
    }

    /// The same for the CPU's kernels.
    pub fn freeze(self) -> FrozenAttention {
        let tables = self.compute_tables();
        let scale = Numbers::of(tables.scale).get().to_vec();
        let bias = Numbers::of(tables.bias);
        let tokens = self.windows.plan.tokens();
        FrozenAttention {
            order: self.windows.plan.order(),
            inner: Attention::new(AttentionKind::Cosine, scale, tokens, bias.get()),
            qkv: packed(self.qkv, tables.qkv_bias),
            proj: packed_linear(self.proj),
        }
    }

    /// # Shapes
    /// - x: `[n, h * w, c]`
    /// - output: `[n, h * w, c]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let tables = match &self.tables {
            Some(tables) => tables.clone(),
            None => self.compute_tables(),
        };
        let x = self.windows.cut(x);
        let qkv = project_with(&self.qkv, x, tables.qkv_bias);
        let [q, k, v] = split_heads(qkv, self.heads);
        let x = window_attention([unit(q) * tables.scale, unit(k), v], tables.bias, 1.0);
        self.windows.join(project(&self.proj, merge_heads(x)))
    }

    fn compute_tables(&self) -> Tables {
        let plan = &self.windows.plan;
        let device = self.logit_scale.val().device();
        let tokens = plan.tokens();
        let coords = relative_coords(plan.window, self.pretrained_window);
        let rows = coords.len() / 2;
        let coords = Tensor::<2>::from_data(TensorData::new(coords, [rows, 2]), &device);
        let table = self
            .cpb_mlp
            .fc2
            .forward(relu(self.cpb_mlp.fc1.forward(coords)));
        let bias = (sigmoid(table) * 16.0)
            .select(0, ints(plan.relative_index(), &device))
            .reshape([1, tokens, tokens, self.heads])
            .permute([0, 3, 1, 2]);
        Tables {
            bias: with_mask(bias, plan),
            qkv_bias: self.qkv_bias(),
            scale: self
                .logit_scale
                .val()
                .clamp_max(MAX_LOG_SCALE)
                .exp()
                .unsqueeze(),
        }
    }

    fn qkv_bias(&self) -> Option<Tensor<1>> {
        let (q, v) = (self.q_bias.as_ref()?.val(), self.v_bias.as_ref()?.val());
        let k = q.zeros_like();
        Some(Tensor::cat(vec![q, k, v], 0))
    }
}

/// Each vector divided by its length, or by 1e-12 where that is longer.
fn unit(x: Tensor<4>) -> Tensor<4> {
    // The square is bounded, not the root: the root's slope at zero is infinite.
    let length = x.clone().square().sum_dim(3).clamp_min(1e-24).sqrt();
    x / length
}

/// `sign(c) * log2(8 |c'| + 1) / log2(8)`, c' = c / (W - 1), for every offset (row, column); `[(2h-1) * (2w-1) * 2]`.
fn relative_coords((rows, cols): (usize, usize), pretrained: usize) -> Vec<f32> {
    let offsets = |size: usize| (1 - size as i64)..(size as i64);
    let scaled = move |c: i64, size: usize| {
        let window = if pretrained > 0 { pretrained } else { size };
        // A window of one token has one offset, zero, whatever it is divided by.
        let c = 8.0 * c as f64 / (window.max(2) - 1) as f64;
        (c.signum() * (c.abs() + 1.0).log2() / 3.0) as f32
    };
    offsets(rows)
        .flat_map(|y| offsets(cols).map(move |x| [scaled(y, rows), scaled(x, cols)]))
        .flatten()
        .collect()
}
