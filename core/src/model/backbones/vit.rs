//! Vision Transformer (Dosovitskiy et al. 2021) as in timm: a class token before the patches, norms before the branches.

use burn::module::{Initializer, Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use mettle_kernels::{Attention, AttentionKind, NormPlace, TransformerBlock};

use super::frozen::{FrozenBlocks, norm, on_cpu, packed_linear};
use super::parts::{INIT_STD, Mlp, classifier, layer_norm_of, linear, project};
use super::patches::PatchEmbed;
use super::vit_config::VitConfig;
use super::windows::{attention, ints, merge_heads, split_heads};
use super::{Backbone, BackboneSpec, LayerFeatures};
use crate::model::ModelError;

/// Of every norm; ten times smaller than the Swins'.
const EPSILON: f64 = 1e-6;

impl VitConfig {
    /// A model with random weights. Seed the device first for repeatable weights.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn init(&self, device: &Device) -> Result<Vit, ModelError> {
        self.validate()?;
        let width = self.embed_dim;
        let (rows, cols) = self.grid_of(self.img_size);
        let patch = (self.patch_size, self.patch_size);
        let normal = Initializer::Normal {
            mean: 0.0,
            std: INIT_STD,
        };
        Ok(Vit {
            patch_embed: PatchEmbed::without_norm(self.in_chans, width, patch, device),
            cls_token: normal.init([1, 1, width], device),
            pos_embed: normal.init([1, 1 + rows * cols, width], device),
            blocks: (0..self.depth).map(|_| Block::new(self, device)).collect(),
            frozen: None,
            norm: layer_norm_of(width, EPSILON, device),
            head: classifier(width, self.num_classes, device),
            spec: self.spec("vit"),
        })
    }
}

/// Multi-head attention of every token on every other.
#[derive(Module, Debug)]
struct SelfAttention {
    qkv: Linear,
    proj: Linear,
    heads: usize,
}

impl SelfAttention {
    /// # Shapes
    /// - x: `[n, tokens, width]`
    /// - output: `[n, tokens, width]`
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let head_width = x.dims()[2] / self.heads;
        let qkv = split_heads(project(&self.qkv, x), self.heads);
        let x = attention(qkv, None, (head_width as f64).powf(-0.5));
        project(&self.proj, merge_heads(x))
    }
}

/// One block: norm, then attention, and norm, then perceptron, each added.
#[derive(Module, Debug)]
struct Block {
    norm1: LayerNorm,
    attn: SelfAttention,
    norm2: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn new(config: &VitConfig, device: &Device) -> Self {
        let width = config.embed_dim;
        let hidden = (width as f64 * config.mlp_ratio) as usize;
        Self {
            norm1: layer_norm_of(width, EPSILON, device),
            attn: SelfAttention {
                qkv: linear(width, 3 * width, config.qkv_bias, device),
                proj: linear(width, width, true, device),
                heads: config.num_heads,
            },
            norm2: layer_norm_of(width, EPSILON, device),
            mlp: Mlp::new(width, hidden, device),
        }
    }

    /// # Shapes
    /// - x: `[n, tokens, width]`
    /// - output: `[n, tokens, width]`
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = x.clone() + self.attn.forward(self.norm1.forward(x));
        x.clone() + self.mlp.forward(self.norm2.forward(x))
    }

    /// The same for the CPU's kernels: one window, in the order of the map.
    fn freeze(self, tokens: usize) -> TransformerBlock {
        let heads = self.attn.heads;
        let head_width = self.norm1.gamma.dims()[0] / heads;
        let scale = vec![(head_width as f32).powf(-0.5); heads];
        TransformerBlock {
            order: (0..tokens as i32).collect(),
            place: NormPlace::Before,
            qkv: packed_linear(self.attn.qkv),
            attention: Attention::new(AttentionKind::Dot, scale, tokens, &[]),
            proj: packed_linear(self.attn.proj),
            fc1: packed_linear(self.mlp.fc1),
            fc2: packed_linear(self.mlp.fc2),
            norm1: norm(self.norm1, EPSILON as f32),
            norm2: norm(self.norm2, EPSILON as f32),
        }
    }
}

/// A Vision Transformer.
#[derive(Module, Debug)]
pub struct Vit {
    patch_embed: PatchEmbed,
    cls_token: Param<Tensor<3>>,
    pos_embed: Param<Tensor<3>>,
    /// None once frozen.
    blocks: Vec<Block>,
    #[module(skip)]
    frozen: Option<FrozenBlocks>,
    norm: LayerNorm,
    head: Option<Linear>,
    #[module(skip)]
    spec: BackboneSpec,
}

impl Vit {
    /// Every block's output, and the last one's after the norm. Differentiable.
    ///
    /// # Shapes
    /// - pictures: `[n, 3, h, w]`, normalised
    /// - output: layers and final norm `[n, 1 + h / patch * w / patch, width]`, the class token first
    pub fn forward(&self, pictures: Tensor<4>) -> LayerFeatures {
        let mut x = self.embed(pictures);
        let mut layers = Vec::with_capacity(self.spec.layers.len());
        if let Some(frozen) = &self.frozen {
            x = frozen.forward(x, &mut layers);
        }
        for block in &self.blocks {
            x = block.forward(x);
            layers.push(x.clone());
        }
        LayerFeatures {
            layers,
            final_norm: self.norm.forward(x),
        }
    }

    /// The class token, the patches, and where each is.
    fn embed(&self, pictures: Tensor<4>) -> Tensor<3> {
        let patches = self.patch_embed.forward(pictures);
        let [n, tokens, width] = patches.dims();
        let class = self.cls_token.val().expand([n, 1, width]);
        Tensor::cat(vec![class, patches], 1) + along_tokens(self.pos_embed.val(), 1 + tokens)
    }

    /// The classifier's scores before the softmax, `[n, classes]`, of the class token. `None` without a classifier.
    pub fn logits(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        let class = features.final_norm.clone().narrow(1, 0, 1).squeeze_dim(1);
        Some(self.head.as_ref()?.forward(class))
    }

    /// Interpolates the position embedding once and for all, and hands the blocks to the CPU's own kernels where they are on the
    /// CPU: for weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        let tokens = self.spec.layers.first().map_or(0, |layer| layer.tokens);
        self.pos_embed = Param::from_tensor(along_tokens(self.pos_embed.val(), tokens));
        if on_cpu(&self.norm.gamma.val().device()) && !self.blocks.is_empty() {
            let blocks = std::mem::take(&mut self.blocks);
            self.patch_embed = self.patch_embed.freeze();
            self.frozen = Some(FrozenBlocks::new(blocks, |block| block.freeze(tokens)));
        }
        self
    }

    /// The model and the same for inputs of another size, on one copy of the weights: what looks, and what listens.
    pub(in crate::model) fn freeze_pair(self, ear: BackboneSpec) -> (Self, Self) {
        let tokens = ear.layers.first().map_or(0, |layer| layer.tokens);
        let positions = along_tokens(self.pos_embed.val(), tokens);
        let eye = self.freeze();
        let other = Self {
            pos_embed: Param::from_tensor(positions),
            frozen: eye.frozen.as_ref().map(|blocks| blocks.over(tokens)),
            spec: ear,
            ..eye.clone()
        };
        (eye, other)
    }

    /// The same model under another name.
    pub fn named(mut self, name: &str) -> Self {
        self.spec.name = name.to_owned();
        self
    }
}

/// A position embedding `[1, from, width]` for another number of tokens: linear along the token axis, class token and all,
/// as LAVISH adapts a ViT to spectrograms (torch's `interpolate`, corners not aligned).
fn along_tokens(positions: Tensor<3>, to: usize) -> Tensor<3> {
    let from = positions.dims()[1];
    if from == to {
        return positions;
    }
    let at = |i: usize| ((i as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
    let below: Vec<usize> = (0..to).map(|i| (at(i) as usize).min(from - 1)).collect();
    let above = below.iter().map(|i| (i + 1).min(from - 1) as i32).collect();
    let weights: Vec<f32> = (0..to).map(|i| at(i).fract() as f32).collect();
    let device = positions.device();
    let weights = Tensor::<3>::from_data(TensorData::new(weights, [1, to, 1]), &device);
    let below = below.into_iter().map(|i| i as i32).collect();
    let low = positions.clone().select(1, ints(below, &device));
    let high = positions.select(1, ints(above, &device));
    low.clone() + (high - low) * weights
}

impl Backbone for Vit {
    fn spec(&self) -> &BackboneSpec {
        &self.spec
    }

    /// # Shapes
    /// - input: `[n, 3, h, w]`
    /// - output: one `[n, tokens, width]` a layer, and the last after the final norm
    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        Vit::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
