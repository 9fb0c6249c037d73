//! Vision Transformer (Dosovitskiy et al. 2021) as in timm: a class token before the patches, norms before the branches.

use burn::module::{Initializer, Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::frozen::{FrozenBlocks, norm, on_cpu, packed_linear};
use super::parts::{INIT_STD, Mlp, PatchEmbed, classifier, layer_norm_of, linear, project};
use super::windows::{attention, ints, merge_heads, split_heads};
use super::{Backbone, BackboneSpec, LayerFeatures, LayerShape};
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};
use crate::model::kernels::{Attention, AttentionKind, NormPlace, TransformerBlock};

/// Of every norm; ten times smaller than the Swins'.
const EPSILON: f64 = 1e-6;

/// timm's constructor arguments of `VisionTransformer`, under timm's names. What is left out has timm's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VitConfig {
    /// Height and width of the pictures the position embedding was trained on.
    #[serde(deserialize_with = "one_or_two")]
    pub img_size: Pair,
    /// Pixels along a side of a token.
    pub patch_size: usize,
    /// Channels of the picture.
    pub in_chans: usize,
    /// Classes of the classifier; 0 leaves it out.
    pub num_classes: usize,
    /// Width of a token.
    pub embed_dim: usize,
    /// Blocks.
    pub depth: usize,
    /// Attention heads.
    pub num_heads: usize,
    /// Hidden over outer width of the perceptrons.
    pub mlp_ratio: f64,
    /// Whether queries, keys and values have a bias.
    pub qkv_bias: bool,
    /// Whether there is a class token; a model without one is not built here.
    pub class_token: bool,
    /// Height and width of what the model is given, where it is not `img_size`. Not upstream's: set by the preparation of
    /// sound, whose position embedding is interpolated.
    #[serde(skip)]
    pub input_size: Option<Pair>,
}

impl Default for VitConfig {
    fn default() -> Self {
        Self {
            img_size: (224, 224),
            patch_size: 16,
            in_chans: 3,
            num_classes: 1000,
            embed_dim: 768,
            depth: 12,
            num_heads: 12,
            mlp_ratio: 4.0,
            qkv_bias: true,
            class_token: true,
            input_size: None,
        }
    }
}

impl VitConfig {
    /// `vit_large_patch16_224.augreg_in21k`, the paper's second shared backbone.
    pub fn large_16() -> Self {
        Self {
            num_classes: 21_843,
            embed_dim: 1024,
            depth: 24,
            num_heads: 16,
            ..Self::default()
        }
    }

    /// Checks everything that building would otherwise trip over.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("vit: {what}")));
        let (patch, (h, w)) = (self.patch_size, self.img_size);
        if patch == 0 || h % patch != 0 || w % patch != 0 {
            return refuse(format!("patches of {patch} do not divide {h} x {w} pixels"));
        }
        for (rows, cols) in [self.grid(), self.grid_of(self.img_size)] {
            if rows == 0 || cols == 0 || rows.saturating_mul(cols) > 1 << 20 {
                return refuse(format!("a map of {rows} x {cols} tokens"));
            }
        }
        if !(1..=1024).contains(&self.in_chans) || !(1..=1000).contains(&self.depth) {
            return refuse(format!(
                "in_chans {} and depth {}: 1 to 1024 and 1 to 1000",
                self.in_chans, self.depth
            ));
        }
        let (width, heads) = (self.embed_dim, self.num_heads);
        if heads == 0 || width == 0 || width > 1 << 16 || width % heads != 0 {
            return refuse(format!("{heads} heads do not divide {width} channels"));
        }
        if !(self.mlp_ratio > 0.0 && self.mlp_ratio <= 64.0) {
            return refuse(format!("mlp_ratio {}", self.mlp_ratio));
        }
        match self.class_token {
            true => Ok(()),
            false => refuse("models without a class token are not read".into()),
        }
    }

    fn grid_of(&self, (height, width): Pair) -> Pair {
        let patch = self.patch_size.max(1);
        (height / patch, width / patch)
    }

    fn grid(&self) -> Pair {
        self.grid_of(self.input_size.unwrap_or(self.img_size))
    }

    /// What the model will be: one layer a block, the class token before the grid.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        let grid = self.grid();
        let layer = LayerShape {
            tokens: 1 + grid.0 * grid.1,
            width: self.embed_dim,
            grid,
            stage: 0,
        };
        BackboneSpec {
            name: name.to_owned(),
            architecture: "vit",
            layers: vec![layer; self.depth],
        }
    }

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
    /// Every block's output, and the last one's after the norm, of pictures `[n, 3, h, w]`. Differentiable.
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
    pub fn freeze_tables(mut self) -> Self {
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
        let eye = self.freeze_tables();
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

    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        Vit::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
