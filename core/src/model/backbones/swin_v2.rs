//! Swin Transformer V2 (Liu et al. 2022) as in timm and Microsoft's release: shifted windows, cosine attention, norms after
//! the branches.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::frozen::{FrozenBlocks, norm, on_cpu, packed_linear};
use super::parts::{
    DropPath, EPSILON, MergeNorm, Mlp, PatchEmbed, PatchMerge, Pyramid, classifier, drop_path_of,
    layer_norm,
};
use super::swin_v2_attention::{AttentionShape, WindowAttentionV2};
use super::windows::WindowPlan;
use super::{Backbone, BackboneSpec, LayerFeatures};
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};
use crate::model::kernels::{NormPlace, TransformerBlock};

/// timm's constructor arguments of `SwinTransformerV2`, under timm's names. What is left out has timm's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SwinV2Config {
    /// Picture height and width.
    #[serde(deserialize_with = "one_or_two")]
    pub img_size: Pair,
    /// Pixels along a side of a token.
    pub patch_size: usize,
    /// Channels of the picture.
    pub in_chans: usize,
    /// Classes of the classifier; 0 leaves it out.
    pub num_classes: usize,
    /// Width of the first stage; each later one doubles it.
    pub embed_dim: usize,
    /// Blocks a stage.
    pub depths: Vec<usize>,
    /// Attention heads a stage.
    pub num_heads: Vec<usize>,
    /// Tokens along a side of a window.
    pub window_size: usize,
    /// Hidden over outer width of the perceptrons.
    pub mlp_ratio: f64,
    /// Whether queries and values have a bias.
    pub qkv_bias: bool,
    /// Windows the bias network was trained for, a stage; zeros, or nothing, for this model's own. Not in any checkpoint.
    pub pretrained_window_sizes: Vec<usize>,
    /// Stochastic depth in training, of the last block; ours is 0, timm's 0.1.
    pub drop_path_rate: f64,
}

impl Default for SwinV2Config {
    fn default() -> Self {
        Self {
            img_size: (224, 224),
            patch_size: 4,
            in_chans: 3,
            num_classes: 1000,
            embed_dim: 96,
            depths: vec![2, 2, 6, 2],
            num_heads: vec![3, 6, 12, 24],
            window_size: 7,
            mlp_ratio: 4.0,
            qkv_bias: true,
            pretrained_window_sizes: vec![],
            drop_path_rate: 0.0,
        }
    }
}

impl SwinV2Config {
    /// `swinv2_large_window12_192_22k`, the visual backbone of the paper.
    pub fn large_192() -> Self {
        Self {
            img_size: (192, 192),
            num_classes: 21841,
            embed_dim: 192,
            depths: vec![2, 2, 18, 2],
            num_heads: vec![6, 12, 24, 48],
            window_size: 12,
            pretrained_window_sizes: vec![0; 4],
            ..Self::default()
        }
    }

    /// Checks everything that building would otherwise trip over.
    ///
    /// # Errors
    /// Says which number does not fit; among others, windows that do not divide a stage's map.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("swin_v2: {what}")));
        let (h, w) = self.img_size;
        let patch = self.patch_size;
        if patch == 0 || h % patch != 0 || w % patch != 0 {
            return refuse(format!("patches of {patch} do not divide {h} x {w} pixels"));
        }
        if !(1..=1024).contains(&self.in_chans) {
            return refuse(format!("in_chans {}", self.in_chans));
        }
        if !(self.mlp_ratio > 0.0 && self.mlp_ratio <= 64.0) {
            return refuse(format!("mlp_ratio {}", self.mlp_ratio));
        }
        if !(0.0..1.0).contains(&self.drop_path_rate) {
            return refuse(format!("drop_path_rate {}", self.drop_path_rate));
        }
        let pretrained = self.pretrained_window_sizes.len();
        if pretrained != 0 && pretrained != self.depths.len() {
            return refuse(format!(
                "pretrained_window_sizes has {pretrained} numbers for {} stages",
                self.depths.len()
            ));
        }
        self.pyramid().check()
    }

    /// What the model will be: one layer a block.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        BackboneSpec {
            name: name.to_owned(),
            architecture: "swin_v2",
            layers: self.pyramid().layers(),
        }
    }

    /// A model with random weights, drawn as upstream does except that norms start at one. Seed the device first for
    /// repeatable weights.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn init(&self, device: &Device) -> Result<SwinV2, ModelError> {
        self.validate()?;
        let pyramid = self.pyramid();
        let last = self.depths.len() - 1;
        let mut layers = Vec::new();
        for stage in 0..=last {
            layers.push(self.stage(stage, device)?);
        }
        let patch = (self.patch_size, self.patch_size);
        Ok(SwinV2 {
            patch_embed: PatchEmbed::new(self.in_chans, self.embed_dim, patch, device),
            layers,
            norm: layer_norm(pyramid.width(last), device),
            head: Head {
                fc: classifier(pyramid.width(last), self.num_classes, device),
            },
            spec: self.spec("swin_v2"),
        })
    }

    pub(super) fn pyramid(&self) -> Pyramid<'_> {
        Pyramid {
            depths: &self.depths,
            num_heads: &self.num_heads,
            embed_dim: self.embed_dim,
            grid: (
                self.img_size.0 / self.patch_size.max(1),
                self.img_size.1 / self.patch_size.max(1),
            ),
            window: self.window_size,
        }
    }

    fn plan(&self, stage: usize, block: usize) -> Result<WindowPlan, ModelError> {
        let grid = self.pyramid().grid_of(stage);
        WindowPlan::new(grid, self.window_size, block % 2 == 1)
    }

    fn stage(&self, stage: usize, device: &Device) -> Result<Stage, ModelError> {
        let width = self.pyramid().width(stage);
        let before: usize = self.depths[..stage].iter().sum();
        let all: usize = self.depths.iter().sum();
        let shape = AttentionShape {
            width,
            heads: self.num_heads[stage],
            qkv_bias: self.qkv_bias,
            pretrained_window: self
                .pretrained_window_sizes
                .get(stage)
                .copied()
                .unwrap_or(0),
        };
        let hidden = (width as f64 * self.mlp_ratio) as usize;
        let mut blocks = Vec::new();
        for block in 0..self.depths[stage] {
            let plan = self.plan(stage, block)?;
            let rate = drop_path_of(self.drop_path_rate, before + block, all);
            blocks.push(Block {
                attn: WindowAttentionV2::new(plan, &shape, device),
                norm1: layer_norm(width, device),
                mlp: Mlp::new(width, hidden, device),
                norm2: layer_norm(width, device),
                drop_path: DropPath::new(rate),
            });
        }
        let downsample = (stage > 0).then(|| PatchMerge::new(width / 2, MergeNorm::After, device));
        Ok(Stage {
            downsample,
            blocks,
            frozen: None,
        })
    }
}

/// One block: attention and perceptron, each normed before it is added.
#[derive(Module, Debug)]
struct Block {
    attn: WindowAttentionV2,
    norm1: LayerNorm,
    mlp: Mlp,
    norm2: LayerNorm,
    drop_path: DropPath,
}

impl Block {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let branch = self.norm1.forward(self.attn.forward(x.clone()));
        let x = x + self.drop_path.forward(branch);
        let branch = self.norm2.forward(self.mlp.forward(x.clone()));
        x + self.drop_path.forward(branch)
    }

    fn freeze(self) -> TransformerBlock {
        let attention = self.attn.freeze();
        TransformerBlock {
            order: attention.order,
            place: NormPlace::After,
            qkv: attention.qkv,
            attention: attention.inner,
            proj: attention.proj,
            fc1: packed_linear(self.mlp.fc1),
            fc2: packed_linear(self.mlp.fc2),
            norm1: norm(self.norm1, EPSILON as f32),
            norm2: norm(self.norm2, EPSILON as f32),
        }
    }
}

/// One stage: merging (from the second stage on), then blocks, as timm has it since 0.9.
#[derive(Module, Debug)]
struct Stage {
    downsample: Option<PatchMerge>,
    /// None once frozen.
    blocks: Vec<Block>,
    #[module(skip)]
    frozen: Option<FrozenBlocks>,
}

/// The classifier, as timm names it since 0.9.
#[derive(Module, Debug)]
struct Head {
    fc: Option<Linear>,
}

/// Swin-V2.
#[derive(Module, Debug)]
pub struct SwinV2 {
    patch_embed: PatchEmbed,
    layers: Vec<Stage>,
    norm: LayerNorm,
    head: Head,
    #[module(skip)]
    spec: BackboneSpec,
}

impl SwinV2 {
    /// Every block's output, and the last one's after the norm, of pictures `[n, 3, h, w]`. Differentiable.
    pub fn forward(&self, pictures: Tensor<4>) -> LayerFeatures {
        let mut x = self.patch_embed.forward(pictures);
        let mut layers = Vec::with_capacity(self.spec.layers.len());
        let mut grid = (0, 0);
        for stage in &self.layers {
            if let Some(merge) = &stage.downsample {
                x = merge.forward(x, grid);
            }
            grid = self.spec.layers[layers.len()].grid;
            if let Some(frozen) = &stage.frozen {
                x = frozen.forward(x, &mut layers);
            }
            for block in &stage.blocks {
                x = block.forward(x);
                layers.push(x.clone());
            }
        }
        LayerFeatures {
            layers,
            final_norm: self.norm.forward(x),
        }
    }

    /// The classifier's scores before the softmax, `[n, classes]`, of the mean of all tokens. `None` without a classifier.
    pub fn logits(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        let pooled = features.final_norm.clone().mean_dim(1).squeeze_dim(1);
        Some(self.head.fc.as_ref()?.forward(pooled))
    }

    /// Computes position biases once and for all, and hands the blocks to the CPU's own kernels where they are on the CPU: for
    /// weights that will not change any more.
    pub fn freeze_tables(mut self) -> Self {
        let on_cpu = on_cpu(&self.norm.gamma.val().device());
        if on_cpu {
            self.patch_embed = self.patch_embed.freeze();
        }
        for stage in &mut self.layers {
            if on_cpu && !stage.blocks.is_empty() {
                let blocks = std::mem::take(&mut stage.blocks);
                stage.frozen = Some(FrozenBlocks::new(blocks, Block::freeze));
                stage.downsample = stage.downsample.take().map(PatchMerge::freeze);
                continue;
            }
            stage.blocks = std::mem::take(&mut stage.blocks)
                .into_iter()
                .map(|block| Block {
                    attn: block.attn.freeze_tables(),
                    ..block
                })
                .collect();
        }
        self
    }

    /// The same model, whose layers are as said.
    pub(in crate::model) fn described(mut self, spec: BackboneSpec) -> Self {
        self.spec = spec;
        self
    }

    /// The same model under another name.
    pub fn named(mut self, name: &str) -> Self {
        self.spec.name = name.to_owned();
        self
    }

    /// What it is.
    pub fn spec(&self) -> &BackboneSpec {
        &self.spec
    }
}

impl Backbone for SwinV2 {
    fn spec(&self) -> &BackboneSpec {
        &self.spec
    }

    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        SwinV2::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
