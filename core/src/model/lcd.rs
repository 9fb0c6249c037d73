//! Layer-centric distillation (paper 3.2): a few learnable meta-tokens draw from one layer's frozen tokens what a task needs.
//!
//! For a layer's tokens v `[N, D]` and meta-tokens m `[K, D]` (eq. 3.1, 3.2): m becomes multi-head attention with queries m and
//! keys and values v, plus W_g v. Tokens are frozen, so attention is computed re-associated, exactly:
//! scores are `v · (m W_Q)_h (W_K)_hᵀ`, and values are projected after they are summed. That costs `4 N D K h` instead of
//! `4 N D²` operations and keeps nothing of size N × D for the backward pass. The key's bias adds the same to every token of a
//! head, which softmax ignores; it exists, and is counted, because the published parameter counts have it.

use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::frozen_layers::{Answer, FrozenLayer, Mix, Question, shares};
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
    /// What meta-tokens hold against tokens: q' = (m W_Q)_h (W_K)_hᵀ / sqrt(part), the same for every clip as long as m is the
    /// initial one. A softmax over `q' vᵀ` is how much each reads of each token.
    ///
    /// # Shapes
    /// `meta` `[1 or n, K, D]`; gives `[1 or n, heads * K, D]`.
    fn question(&self, meta: Tensor<3>) -> Tensor<3> {
        let [n, k, width] = meta.dims();
        let (heads, part) = (self.heads, width / self.heads);
        let query = self.query.forward(meta);
        // Heads are the batch and all segments rows of it: a matrix that is broadcast over segments would get a gradient for each.
        let query = query.reshape([n * k, heads, part]).swap_dims(0, 1);
        let query = query.matmul(self.by_head(&self.key)) / (part as f64).sqrt();
        let query = query.reshape([heads, n, k, width]).swap_dims(0, 1);
        query.reshape([n, heads * k, width])
    }

    /// New meta-tokens of what was read.
    ///
    /// # Shapes
    /// `summed` `[n, heads * K, D]`; gives `[n, K, D]`.
    fn forward(&self, summed: Tensor<3>) -> Tensor<3> {
        let [n, rows, width] = summed.dims();
        let (heads, k) = (self.heads, rows / self.heads);
        let summed = summed.reshape([n, heads, k, width]).swap_dims(0, 1);
        let summed = summed.reshape([heads, n * k, width]);
        // (p)(W_V)_h + bias: rows of the softmax sum to one, so the bias passes through unchanged.
        let value = self.by_head(&self.value).swap_dims(1, 2);
        let x = summed.matmul(value).swap_dims(0, 1).reshape([n, k, width]);
        let x = match &self.value.bias {
            Some(bias) => x + bias.val().unsqueeze(),
            None => x,
        };
        match &self.output {
            Some(output) => output.forward(x),
            None => x,
        }
    }

    /// A square matrix in the parts of each head, `[heads, part, D]`.
    fn by_head(&self, layer: &Linear) -> Tensor<3> {
        let width = layer.weight.dims()[0];
        let x = layer.weight.val();
        let x = x.reshape([width, self.heads, width / self.heads]);
        x.permute([1, 2, 0])
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

/// Meta-tokens under way: what they are, and what comes to them beside attention.
pub(super) struct Distilling {
    /// `[1 or n, K, D]`.
    meta: Tensor<3>,
    /// `[n, K, D]`.
    direct: Option<Tensor<3>>,
}

impl Lcd {
    /// A layer's tokens to its meta-tokens.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`; gives `[n, K, d]`.
    pub fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let n = tokens.dims()[0];
        self.finish(self.distil(&tokens, self.repeats), n)
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
        let meta = self.distil(&tokens, last).meta;
        let weights = shares(attention.question(meta), &tokens);
        let [n, rows, tokens] = weights.dims();
        let k = rows / attention.heads;
        let weights = weights.reshape([n, attention.heads, k, tokens]);
        Some(weights.mean_dim(1).squeeze_dim::<3>(1))
    }

    /// How often it reads its layer.
    pub(super) fn repeats(&self) -> usize {
        self.repeats
    }

    /// Before it has read anything.
    pub(super) fn begin(&self) -> Distilling {
        Distilling {
            meta: self.meta.val().unsqueeze::<3>(),
            direct: None,
        }
    }

    /// What a repeat wants to know of the tokens of a layer.
    pub(super) fn ask(&self, layer: FrozenLayer, repeat: usize, so_far: &Distilling) -> Question {
        let (attention, direct) = self.step(repeat);
        let asks = repeat == 0 || !self.further.is_empty();
        Question {
            layer,
            width: so_far.meta.dims()[2],
            query: attention.map(|attention| attention.question(so_far.meta.clone())),
            mix: match direct {
                _ if !asks => Mix::Nothing,
                _ if self.pools => Mix::Mean,
                Some(layer) => Mix::Weighted(layer.weight.val()),
                None => Mix::Nothing,
            },
        }
    }

    /// The meta-tokens after a repeat: m <- m + W_g v with m the attention's output, no skip from the meta-tokens before (eq. 3.2).
    pub(super) fn take(&self, repeat: usize, so_far: Distilling, answer: Answer) -> Distilling {
        let (attention, direct) = self.step(repeat);
        let bias = direct.filter(|_| !self.pools).and_then(|d| d.bias.as_ref());
        let mixed = answer.mixed.map(|mixed| match bias {
            Some(bias) => {
                let bias = bias.val();
                let k = bias.dims()[0];
                mixed + bias.reshape([1, k, 1])
            }
            None => mixed,
        });
        let direct = mixed.or(so_far.direct);
        let attended = attention.zip(answer.attended);
        let attended = attended.map(|(attention, summed)| attention.forward(summed));
        let meta = match (attended, &direct) {
            (Some(attended), Some(direct)) => attended + direct.clone(),
            (Some(attended), None) => attended,
            (None, Some(direct)) => so_far.meta + direct.clone(),
            (None, None) => so_far.meta,
        };
        Distilling { meta, direct }
    }

    /// The feature of n segments, `[n, K, d]`.
    pub(super) fn finish(&self, distilled: Distilling, n: usize) -> Tensor<3> {
        let [_, k, width] = distilled.meta.dims();
        let meta = distilled.meta.expand([n, k, width]);
        match &self.projection {
            Some(projection) => projection.forward(meta),
            None => meta,
        }
    }

    /// After some repeats.
    fn distil(&self, tokens: &Tensor<3>, repeats: usize) -> Distilling {
        // Which layer it is asks nobody.
        let layer = FrozenLayer::Block(0);
        (0..repeats).fold(self.begin(), |so_far, repeat| {
            let answer = self.ask(layer, repeat, &so_far).of(tokens);
            self.take(repeat, so_far, answer)
        })
    }

    fn step(&self, repeat: usize) -> (Option<&MetaAttention>, Option<&Linear>) {
        let own = repeat.checked_sub(1).and_then(|r| self.further.get(r));
        match own {
            Some(step) => (step.attention.as_ref(), step.direct.as_ref()),
            None => (self.attention.as_ref(), self.direct.as_ref()),
        }
    }
}
