//! Swin Transformer V2 (Liu et al. 2022) as in timm and Microsoft's release: shifted windows, cosine attention, norms after
//! the branches.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use mettle_kernels::{NormPlace, TransformerBlock};

use super::frozen::{FrozenBlocks, norm, on_cpu, packed_linear};
use super::parts::{DropPath, EPSILON, Mlp, classifier, drop_path_of, layer_norm};
use super::patches::{MergeNorm, PatchEmbed, PatchMerge};
use super::swin_v2_attention::{AttentionShape, WindowAttentionV2};
use super::swin_v2_config::SwinV2Config;
use super::{Backbone, BackboneSpec, LayerFeatures};
use crate::model::ModelError;

impl SwinV2Config {
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
    /// # Shapes
    /// - x: `[n, h * w, c]`
    /// - output: `[n, h * w, c]`
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
    /// Every block's output, and the last one's after the norm. Differentiable.
    ///
    /// # Shapes
    /// - pictures: `[n, 3, h, w]`, normalised
    /// - output: layers `[n, tokens, width]`, a quarter of the tokens and twice the width a stage; final norm as the last layer
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
    pub fn freeze(mut self) -> Self {
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
                    attn: block.attn.with_tables(),
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

    /// # Shapes
    /// - input: `[n, 3, h, w]`
    /// - output: one `[n, tokens, width]` a layer, and the last after the final norm
    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        SwinV2::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
