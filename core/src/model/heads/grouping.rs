//! The grouping block of GroupViT as MGN (Mo and Tian 2022) uses it: group tokens collect the segments that belong to them.
//!
//! Fields carry upstream's names.

use burn::module::{Flag, Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Distribution, Tensor};
use serde::{Deserialize, Serialize};

use crate::model::backbones::parts::{DropPath, Mlp, layer_norm, linear};

/// Attention of several heads.
///
/// # Shapes
/// `query` `[b, n, d]`, `key` and `value` `[b, s, d]`; gives `[b, n, d]`.
fn attend(query: Tensor<3>, key: Tensor<3>, value: Tensor<3>, heads: usize) -> Tensor<3> {
    let [b, n, d] = query.dims();
    let split = |x: Tensor<3>| {
        let len = x.dims()[1];
        x.reshape([b, len, heads, d / heads]).swap_dims(1, 2)
    };
    let scale = ((d / heads) as f64).sqrt();
    let scores = split(query).matmul(split(key).swap_dims(2, 3)) / scale;
    let read = softmax(scores, 3).matmul(split(value));
    read.swap_dims(1, 2).reshape([b, n, d])
}

/// Self-attention.
#[derive(Module, Debug)]
struct SelfAttention {
    qkv: Linear,
    proj: Linear,
    heads: usize,
}

/// A pre-norm transformer block.
#[derive(Module, Debug)]
pub(super) struct AttnBlock {
    norm1: LayerNorm,
    attn: SelfAttention,
    norm2: LayerNorm,
    mlp: Mlp,
    drop_path: DropPath,
}

impl AttnBlock {
    pub fn new(width: usize, heads: usize, drop_path: f64, device: &Device) -> Self {
        Self {
            norm1: layer_norm(width, device),
            attn: SelfAttention {
                qkv: linear(width, 3 * width, true, device),
                proj: linear(width, width, true, device),
                heads,
            },
            norm2: layer_norm(width, device),
            mlp: Mlp::new(width, 4 * width, device),
            drop_path: DropPath::new(drop_path),
        }
    }

    /// # Shapes
    /// `x` `[b, n, d]`; gives the same.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let qkv = self.attn.qkv.forward(self.norm1.forward(x.clone()));
        let [q, k, v]: [Tensor<3>; 3] = std::array::from_fn(|part| {
            let width = x.dims()[2];
            qkv.clone().narrow(2, part * width, width)
        });
        let read = self.attn.proj.forward(attend(q, k, v, self.attn.heads));
        let x = x + self.drop_path.forward(read);
        let mixed = self.mlp.forward(self.norm2.forward(x.clone()));
        x + self.drop_path.forward(mixed)
    }
}

/// Cross-attention with separate matrices.
#[derive(Module, Debug)]
struct CrossAttention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    proj: Linear,
}

impl CrossAttention {
    fn new(width: usize, device: &Device) -> Self {
        let square = || linear(width, width, true, device);
        Self {
            q_proj: square(),
            k_proj: square(),
            v_proj: square(),
            proj: square(),
        }
    }
}

/// A cross-attention block normed at its end, not at its inputs.
#[derive(Module, Debug)]
struct CrossAttnBlock {
    attn: CrossAttention,
    norm2: LayerNorm,
    mlp: Mlp,
    norm_post: LayerNorm,
    heads: usize,
}

impl CrossAttnBlock {
    /// # Shapes
    /// `x` `[b, n, d]`, `memory` `[b, s, d]`; gives `[b, n, d]`.
    fn forward(&self, x: Tensor<3>, memory: &Tensor<3>) -> Tensor<3> {
        let a = &self.attn;
        let (k, v) = (a.k_proj.forward(memory.clone()), memory.clone());
        let v = a.v_proj.forward(v);
        let read = attend(a.q_proj.forward(x.clone()), k, v, self.heads);
        let x = x + a.proj.forward(read);
        let x = x.clone() + self.mlp.forward(self.norm2.forward(x));
        self.norm_post.forward(x)
    }
}

/// How segments are given to groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Every segment to all groups, by a softmax over the groups.
    Soft,
    /// Every segment to one group, with the soft one's gradient; in training a group is drawn (Gumbel-softmax).
    Hard,
}

/// The grouping block.
#[derive(Module, Debug)]
pub struct GroupingBlock {
    norm_tokens: LayerNorm,
    /// Mixes along the axis of the groups.
    mlp_inter: Mlp,
    norm_post_tokens: LayerNorm,
    norm_x: LayerNorm,
    pre_assign_attn: CrossAttnBlock,
    assign: CrossAttention,
    norm_new_x: LayerNorm,
    mlp_channels: Mlp,
    #[module(skip)]
    assignment: Assignment,
    training: Param<Flag>,
}

impl GroupingBlock {
    /// For `groups` group tokens of `width` numbers, with fresh weights.
    pub fn new(
        width: usize,
        groups: usize,
        heads: usize,
        assignment: Assignment,
        device: &Device,
    ) -> Self {
        let norm = || layer_norm(width, device);
        Self {
            norm_tokens: norm(),
            mlp_inter: Mlp::new(groups, width / 2, device),
            norm_post_tokens: norm(),
            norm_x: norm(),
            pre_assign_attn: CrossAttnBlock {
                attn: CrossAttention::new(width, device),
                norm2: norm(),
                mlp: Mlp::new(width, 4 * width, device),
                norm_post: norm(),
                heads,
            },
            assign: CrossAttention::new(width, device),
            norm_new_x: norm(),
            mlp_channels: Mlp::new(width, 4 * width, device),
            assignment,
            training: Param::from_bool(true),
        }
    }

    /// The groups' new tokens, and how much of each segment each group would get softly (sums to 1 over the groups).
    ///
    /// # Shapes
    /// Segments `x` `[b, s, d]` and group tokens `groups` `[b, g, d]`; gives `[b, g, d]` and `[b, g, s]`.
    pub fn forward(&self, x: Tensor<3>, groups: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let x = self.norm_x.forward(x);
        let groups = self.norm_tokens.forward(groups).swap_dims(1, 2);
        let groups = self.mlp_inter.forward(groups).swap_dims(1, 2);
        let groups = self.norm_post_tokens.forward(groups);
        let groups = self.pre_assign_attn.forward(groups, &x);
        let (collected, share) = self.collect(&x, groups.clone());
        let new = collected + groups;
        let mixed = self
            .mlp_channels
            .forward(self.norm_new_x.forward(new.clone()));
        (new + mixed, share)
    }

    /// One head; a group's segments are averaged, with one more in the count so that an empty group divides by no zero.
    fn collect(&self, x: &Tensor<3>, groups: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let width = x.dims()[2];
        let query = self.assign.q_proj.forward(groups);
        let key = self.assign.k_proj.forward(x.clone()).swap_dims(1, 2);
        let raw = query.matmul(key) / (width as f64).sqrt();
        let soft = softmax(raw.clone(), 1);
        let given = match self.assignment {
            Assignment::Soft => soft.clone(),
            Assignment::Hard => one_each(self.drawn(raw, &soft)),
        };
        let given = given.clone() / (given.sum_dim(2) + 1.0);
        let read = given.matmul(self.assign.v_proj.forward(x.clone()));
        (self.assign.proj.forward(read), soft)
    }

    /// In training, the softmax with Gumbel noise; else the softmax itself.
    fn drawn(&self, raw: Tensor<3>, soft: &Tensor<3>) -> Tensor<3> {
        if !self.training.is_enabled() || !raw.device().is_autodiff() {
            return soft.clone();
        }
        let uniform = raw.random_like(Distribution::Uniform(1e-7, 1.0));
        softmax(raw - (-uniform.log()).clamp_min(1e-7).log(), 1)
    }
}

/// 1 for the group with the largest share of each segment, the first of equals, else 0; the gradient is the share's (straight
/// through).
///
/// # Shapes
/// `share` `[b, g, s]`; gives the same.
fn one_each(share: Tensor<3>) -> Tensor<3> {
    let largest = share.clone().equal(share.clone().max_dim(1)).float();
    let first = largest.clone().cumsum(1).equal_elem(1.0).float();
    let hard = largest * first;
    let soft = share.clone().detach();
    hard - soft + share
}
