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
    /// How often attention and direct projection are repeated (Table 8).
    pub repeats: usize,
    /// Whether each repeat has weights of its own. The paper says that fewer steps mean fewer parameters, but its counts
    /// leave no room for a second set; shared is ours.
    pub own_weights: bool,
    /// Attention heads where they divide the width, else the largest number below that does (8 is ours).
    pub heads: usize,
    /// Whether attention is used (Table 9).
    pub ts_branch: bool,
    /// What is added to it.
    pub dp_branch: DpBranch,
    /// Whether attention ends in an output projection; the published parameter counts have one.
    pub output_projection: bool,
    /// Whether the last layer is read after the backbone's final norm: true for a backbone of pictures, also where it listens;
    /// false for HTS-AT ([`super::BackboneConfig::is_read_after_norm`]). Heads saved without this field read it unnormed.
    pub final_norm: bool,
}

impl Default for LcdConfig {
    fn default() -> Self {
        Self {
            tokens: 1,
            tokens_per_stage: vec![],
            repeats: 1,
            own_weights: false,
            heads: 8,
            ts_branch: true,
            dp_branch: DpBranch::Linear,
            output_projection: true,
            final_norm: false,
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

    /// One layer's distillation with fresh weights: meta-tokens from a normal of 0.02 (upstream's habit; ours here). Ends in a
    /// linear layer to `d_out` numbers, or where that is `None`, in the layer's own width.
    pub fn init(&self, layer: &LayerShape, d_out: Option<usize>, device: &Device) -> Lcd {
        let (width, k) = (layer.width, self.tokens_of(layer.stage));
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        let first = self.step(layer, device);
        let further = match self.own_weights {
            true => (1..self.repeats)
                .map(|_| self.step(layer, device))
                .collect(),
            false => vec![],
        };
        let project = |d_out| LinearConfig::new(width, d_out).init(device);
        Lcd {
            meta: normal.init([k, width], device),
            attention: first.attention,
            direct: first.direct,
            further,
            projection: d_out.map(project),
            pools: self.dp_branch == DpBranch::Avgpool,
            repeats: self.repeats,
        }
    }

    fn step(&self, layer: &LayerShape, device: &Device) -> LcdStep {
        let (width, k) = (layer.width, self.tokens_of(layer.stage));
        let square = || LinearConfig::new(width, width).init(device);
        LcdStep {
            attention: self.ts_branch.then(|| MetaAttention {
                query: square(),
                key: square(),
                value: square(),
                output: self.output_projection.then(square),
                heads: self.heads_of(width),
            }),
            direct: (self.dp_branch == DpBranch::Linear)
                .then(|| LinearConfig::new(layer.tokens, k).init(device)),
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
    /// How much each meta-token reads of each token; a row sums to 1.
    ///
    /// # Shapes
    /// `meta` `[1 or n, K, D]`, `tokens` `[n, N, D]`; gives `[n, heads * K, N]`.
    fn weights(&self, meta: Tensor<3>, tokens: &Tensor<3>) -> Tensor<3> {
        let [batch, k, width] = meta.dims();
        let (heads, part) = (self.heads, width / self.heads);
        // q' = (m W_Q)_h (W_K)_hᵀ, [batch, heads, K, D]: as long as m is the initial one, the same for every clip.
        let query = self
            .query
            .forward(meta)
            .reshape([batch, k, heads, part])
            .swap_dims(1, 2);
        let query = query.matmul(self.by_head(&self.key)) / (part as f64).sqrt();
        // v may be as large as 4096 x 96, and nothing but it has N rows: one product for all heads.
        let query = query.reshape([batch, heads * k, width]);
        softmax(query.matmul(tokens.clone().swap_dims(1, 2)), 2)
    }

    /// New meta-tokens.
    ///
    /// # Shapes
    /// `meta` `[1 or n, K, D]`, `tokens` `[n, N, D]`; gives `[n, K, D]`.
    fn forward(&self, meta: Tensor<3>, tokens: &Tensor<3>) -> Tensor<3> {
        let [n, _, width] = tokens.dims();
        let k = meta.dims()[1];
        let summed = self.weights(meta, tokens).matmul(tokens.clone());
        let summed = summed.reshape([n, self.heads, k, width]);
        // (p)(W_V)_h + bias: rows of the softmax sum to one, so the bias passes through unchanged.
        let value = self.by_head(&self.value).swap_dims(2, 3);
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

    /// A square matrix in the parts of each head, `[1, heads, part, D]`.
    fn by_head(&self, layer: &Linear) -> Tensor<4> {
        let width = layer.weight.dims()[0];
        let part = width / self.heads;
        let x = layer.weight.val().reshape([width, self.heads, part]);
        x.permute([1, 2, 0]).reshape([1, self.heads, part, width])
    }
}

/// Weights of one repeat.
#[derive(Module, Debug)]
struct LcdStep {
    attention: Option<MetaAttention>,
    /// W_g over the token axis.
    direct: Option<Linear>,
}

/// The distillation of one layer.
#[derive(Module, Debug)]
pub struct Lcd {
    /// `[K, D]`, learnable.
    meta: Param<Tensor<2>>,
    attention: Option<MetaAttention>,
    /// W_g over the token axis.
    direct: Option<Linear>,
    /// Repeats after the first, where they have weights of their own.
    further: Vec<LcdStep>,
    /// D to the feature's width.
    projection: Option<Linear>,
    pools: bool,
    repeats: usize,
}

impl Lcd {
    /// A layer's tokens to its meta-tokens.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`; gives `[n, K, d]`.
    pub fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let meta = self.distil(&tokens, self.repeats);
        let (n, [_, k, width]) = (tokens.dims()[0], meta.dims());
        let meta = meta.expand([n, k, width]);
        match &self.projection {
            Some(projection) => projection.forward(meta),
            None => meta,
        }
    }

    /// How much each meta-token reads of each token in the last repeat, the mean over heads; a row sums to 1. `None` without
    /// attention.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`; gives `[n, K, N]`.
    pub fn reading(&self, tokens: Tensor<3>) -> Option<Tensor<3>> {
        let last = self.repeats.saturating_sub(1);
        let (attention, _) = self.step(last);
        let attention = attention?;
        let meta = self.distil(&tokens, last);
        let weights = attention.weights(meta, &tokens);
        let [n, rows, tokens] = weights.dims();
        let k = rows / attention.heads;
        let weights = weights.reshape([n, attention.heads, k, tokens]);
        Some(weights.mean_dim(1).squeeze_dim::<3>(1))
    }

    /// The meta-tokens after some repeats, `[1 or n, K, D]`.
    fn distil(&self, tokens: &Tensor<3>, repeats: usize) -> Tensor<3> {
        let mut meta = self.meta.val().unsqueeze::<3>();
        let mut direct = None;
        for repeat in 0..repeats {
            let (attention, layer) = self.step(repeat);
            if repeat == 0 || !self.further.is_empty() {
                direct = self.direct(layer, tokens);
            }
            // m <- m + W_g v with m the attention's output: no skip from the meta-tokens before (eq. 3.2).
            let attended = attention.map(|attention| attention.forward(meta.clone(), tokens));
            meta = match (attended, &direct) {
                (Some(attended), Some(direct)) => attended + direct.clone(),
                (Some(attended), None) => attended,
                (None, Some(direct)) => meta + direct.clone(),
                (None, None) => meta,
            };
        }
        meta
    }

    fn step(&self, repeat: usize) -> (Option<&MetaAttention>, Option<&Linear>) {
        let own = repeat.checked_sub(1).and_then(|r| self.further.get(r));
        match own {
            Some(step) => (step.attention.as_ref(), step.direct.as_ref()),
            None => (self.attention.as_ref(), self.direct.as_ref()),
        }
    }

    fn direct(&self, layer: Option<&Linear>, tokens: &Tensor<3>) -> Option<Tensor<3>> {
        if self.pools {
            return Some(tokens.clone().mean_dim(1));
        }
        let layer = layer?;
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
