//! Layer-centric distillation (paper 3.2): a few learnable meta-tokens draw from one layer's frozen tokens what a task needs.
//!
//! For a layer's tokens v `[N, D]` and meta-tokens m `[K, D]` (eq. 3.1, 3.2): m becomes multi-head attention with queries m and
//! keys and values v, plus W_g v. Tokens are frozen, so attention is computed re-associated, exactly:
//! scores are `v · (m W_Q)_h (W_K)_hᵀ`, and values are projected after they are summed. That costs `4 N D K h` instead of
//! `4 N D²` operations and keeps nothing of size N × D for the backward pass. The key's bias adds the same to every token of a
//! head, which softmax ignores; it exists, and is counted, because the published parameter counts have it.

use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{LayerShape, ModelError};

/// How tokens are brought straight into the meta-tokens beside attention (paper Tables 9 and 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DpBranch {
    /// `W_g v`, W_g `[K, N]`: the paper's choice.
    #[default]
    Linear,
    /// The mean of the tokens.
    Avgpool,
    /// Nothing.
    None,
}

/// The shape of the distillation of one modality. Defaults are the paper's for AVEL (Table 14) unless marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LcdConfig {
    /// Meta-tokens a layer.
    pub tokens: usize,
    /// Meta-tokens of each stage in turn, where they differ (Table 7); empty for `tokens` everywhere.
    pub tokens_per_stage: Vec<usize>,
    /// How often attention and direct projection are repeated, with the same weights (Table 8; sharing is ours).
    pub repeats: usize,
    /// Attention heads where they divide the width, else the largest number below that does (8 is ours).
    pub heads: usize,
    /// Whether attention is used (Table 9).
    pub ts_branch: bool,
    /// What is added to it.
    pub dp_branch: DpBranch,
    /// Whether attention ends in an output projection; the published parameter counts have one.
    pub output_projection: bool,
}

impl Default for LcdConfig {
    fn default() -> Self {
        Self {
            tokens: 1,
            tokens_per_stage: vec![],
            repeats: 1,
            heads: 8,
            ts_branch: true,
            dp_branch: DpBranch::Linear,
            output_projection: true,
        }
    }
}

impl LcdConfig {
    /// Meta-tokens of a layer in `stage`.
    pub fn tokens_of(&self, stage: usize) -> usize {
        let own = self.tokens_per_stage.get(stage);
        own.copied().unwrap_or(self.tokens)
    }

    /// Heads for a layer of `width`: the largest divisor that is no more than `heads`.
    pub fn heads_of(&self, width: usize) -> usize {
        let divides = |heads: &usize| width.is_multiple_of(*heads);
        (1..=self.heads.max(1)).rev().find(divides).unwrap_or(1)
    }

    /// Checks that something is left to compute.
    ///
    /// # Errors
    /// No tokens, no repeats, or both branches off.
    pub fn validate(&self) -> Result<(), ModelError> {
        let counts = self.tokens_per_stage.iter().chain([&self.tokens]);
        if counts.copied().any(|k| k == 0 || k > 1024) || !(1..=64).contains(&self.repeats) {
            return Err(ModelError::Config(
                "distillation needs 1 to 1024 meta-tokens and 1 to 64 repeats".into(),
            ));
        }
        if !self.ts_branch && self.dp_branch == DpBranch::None {
            return Err(ModelError::Config(
                "distillation with both branches off has no input".into(),
            ));
        }
        Ok(())
    }

    /// One layer's distillation with fresh weights: meta-tokens from a normal of 0.02 (upstream's habit; ours here).
    pub fn init(&self, layer: &LayerShape, d_out: usize, device: &Device) -> Lcd {
        let (width, k) = (layer.width, self.tokens_of(layer.stage));
        let square = || LinearConfig::new(width, width).init(device);
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        let attention = self.ts_branch.then(|| MetaAttention {
            query: square(),
            key: square(),
            value: square(),
            output: self.output_projection.then(square),
            heads: self.heads_of(width),
        });
        let direct = (self.dp_branch == DpBranch::Linear)
            .then(|| LinearConfig::new(layer.tokens, k).init(device));
        Lcd {
            meta: normal.init([k, width], device),
            attention,
            direct,
            projection: LinearConfig::new(width, d_out).init(device),
            pools: self.dp_branch == DpBranch::Avgpool,
            repeats: self.repeats,
        }
    }
}

/// Attention of meta-tokens over a layer's tokens.
#[derive(Module, Debug)]
struct MetaAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Option<Linear>,
    heads: usize,
}

impl MetaAttention {
    /// Meta-tokens `[1 or n, K, D]` and tokens `[n, N, D]` to new meta-tokens `[n, K, D]`.
    fn forward(&self, meta: Tensor<3>, tokens: &Tensor<3>) -> Tensor<3> {
        let [n, _, width] = tokens.dims();
        let [batch, k, _] = meta.dims();
        let (heads, part) = (self.heads, width / self.heads);
        let by_head = |x: Tensor<2>| {
            x.reshape([width, heads, part])
                .permute([1, 2, 0])
                .reshape([1, heads, part, width])
        };
        // q' = (m W_Q)_h (W_K)_hᵀ, [batch, heads, K, D]: as long as m is the initial one, the same for every clip.
        let query = self
            .query
            .forward(meta)
            .reshape([batch, k, heads, part])
            .swap_dims(1, 2);
        let query = query.matmul(by_head(self.key.weight.val())) / (part as f64).sqrt();
        // v may be as large as 4096 x 96, and nothing but it has N rows: one product for all heads.
        let query = query.reshape([batch, heads * k, width]);
        let scores = query.matmul(tokens.clone().swap_dims(1, 2));
        let summed = softmax(scores, 2).matmul(tokens.clone());
        let summed = summed.reshape([n, heads, k, width]);
        // (p)(W_V)_h + bias: rows of the softmax sum to one, so the bias passes through unchanged.
        let value = by_head(self.value.weight.val()).swap_dims(2, 3);
        let x = summed.matmul(value).swap_dims(1, 2).reshape([n, k, width]);
        let x = match &self.value.bias {
            Some(bias) => x + bias.val().unsqueeze(),
            None => x,
        };
        match &self.output {
            Some(output) => output.forward(x),
            None => x,
        }
    }
}

/// The distillation of one layer.
#[derive(Module, Debug)]
pub struct Lcd {
    /// `[K, D]`, learnable.
    meta: Param<Tensor<2>>,
    attention: Option<MetaAttention>,
    /// W_g over the token axis.
    direct: Option<Linear>,
    /// D to the feature's width.
    projection: Linear,
    pools: bool,
    repeats: usize,
}

impl Lcd {
    /// A layer's tokens `[n, N, D]` to its meta-tokens `[n, K, d]`.
    pub fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let n = tokens.dims()[0];
        let direct = self.direct(&tokens);
        let mut meta = self.meta.val().unsqueeze::<3>();
        for _ in 0..self.repeats {
            // m <- m + W_g v with m the attention's output: no skip from the meta-tokens before (eq. 3.2).
            let attended = self
                .attention
                .as_ref()
                .map(|attention| attention.forward(meta.clone(), &tokens));
            meta = match (attended, &direct) {
                (Some(attended), Some(direct)) => attended + direct.clone(),
                (Some(attended), None) => attended,
                (None, Some(direct)) => meta + direct.clone(),
                (None, None) => meta,
            };
        }
        let [_, k, width] = meta.dims();
        self.projection.forward(meta.expand([n, k, width]))
    }

    fn direct(&self, tokens: &Tensor<3>) -> Option<Tensor<3>> {
        if self.pools {
            return Some(tokens.clone().mean_dim(1));
        }
        let layer = self.direct.as_ref()?;
        // [n, D, N] x [N, K] would copy the tokens; W_gᵀ from the left does not.
        let weight = layer.weight.val().swap_dims(0, 1).unsqueeze::<3>();
        let x = weight.matmul(tokens.clone());
        Some(match &layer.bias {
            Some(bias) => {
                let bias = bias.val();
                let k = bias.dims()[0];
                x + bias.reshape([1, k, 1])
            }
            None => x,
        })
    }
}
