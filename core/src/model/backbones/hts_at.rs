//! HTS-AT (Chen et al. 2022): a log-mel spectrogram folded into a square picture, then Swin-V1 blocks.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, PaddingConfig2d};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::frozen::{FrozenBlocks, on_cpu};
use super::hts_at_config::HtsAtConfig;
use super::parts::{drop_path_of, layer_norm};
use super::patches::{MergeNorm, PatchEmbed, PatchMerge};
use super::stretch::stretch_time;
use super::swin_v1::{BlockShape, BlockV1};
use super::{Backbone, BackboneSpec, LayerFeatures};
use crate::model::ModelError;

impl HtsAtConfig {
    /// A model with random weights, drawn as upstream does. Seed the device first for repeatable weights.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn init(&self, device: &Device) -> Result<HtsAt, ModelError> {
        self.validate()?;
        let last = self.depths.len() - 1;
        let mut layers = Vec::new();
        for stage in 0..=last {
            layers.push(self.stage(stage, device)?);
        }
        let patch = (self.patch_size, self.patch_size);
        let width = self.pyramid().width(last);
        let rows = self.pyramid().grid_of(last).0 / self.fold();
        let classifier = (self.num_classes > 0).then(|| {
            Conv2dConfig::new([width, self.num_classes], [rows, 3])
                .with_padding(PaddingConfig2d::Explicit(0, 1, 0, 1))
                .init(device)
        });
        Ok(HtsAt {
            bn0: BatchNormConfig::new(self.mel_bins).init(device),
            patch_embed: PatchEmbed::new(self.in_chans, self.embed_dim, patch, device),
            layers,
            norm: layer_norm(width, device),
            tscam_conv: classifier,
            config: self.clone(),
            spec: self.spec("hts_at"),
        })
    }

    fn stage(&self, stage: usize, device: &Device) -> Result<Stage, ModelError> {
        let width = self.pyramid().width(stage);
        let before: usize = self.depths[..stage].iter().sum();
        let all: usize = self.depths.iter().sum();
        let mut blocks = Vec::new();
        for block in 0..self.depths[stage] {
            let shape = BlockShape {
                width,
                heads: self.num_heads[stage],
                hidden: (width as f64 * self.mlp_ratio) as usize,
                drop_path: drop_path_of(self.drop_path_rate, before + block, all),
            };
            blocks.push(BlockV1::new(self.plan(stage, block)?, &shape, device));
        }
        let merges = stage + 1 < self.depths.len();
        let downsample = merges.then(|| PatchMerge::new(width, MergeNorm::Before, device));
        Ok(Stage {
            blocks,
            downsample,
            frozen: None,
        })
    }
}

/// One stage: blocks, then merging, save in the last.
#[derive(Module, Debug)]
struct Stage {
    /// None once frozen.
    blocks: Vec<BlockV1>,
    downsample: Option<PatchMerge>,
    #[module(skip)]
    frozen: Option<FrozenBlocks>,
}

/// HTS-AT from the log-mel spectrogram on.
#[derive(Module, Debug)]
pub struct HtsAt {
    bn0: BatchNorm,
    patch_embed: PatchEmbed,
    layers: Vec<Stage>,
    norm: LayerNorm,
    tscam_conv: Option<Conv2d>,
    #[module(skip)]
    config: HtsAtConfig,
    #[module(skip)]
    spec: BackboneSpec,
}

/// What HTS-AT's own classifier says.
#[derive(Clone, Debug)]
pub struct HtsAtOutput {
    /// Mean of the normed tokens, `[n, width]`.
    pub embedding: Tensor<2>,
    /// Probability of each class over the whole sound, `[n, classes]`.
    pub clipwise: Tensor<2>,
    /// The same over time, `[n, steps, classes]`.
    pub framewise: Tensor<3>,
}

impl HtsAt {
    /// Every block's output, and the last one's after the norm, of log-mel spectrograms in dB. Differentiable. Fewer frames than the
    /// picture holds are stretched, more are cut off.
    ///
    /// # Shapes
    /// - logmel: `[n, 1, frames, mels]`
    /// - output: layers `[n, tokens, width]`, a quarter of the tokens and twice the width a stage; final norm as the last layer
    pub fn forward(&self, logmel: Tensor<4>) -> LayerFeatures {
        let mut x = self.patch_embed.forward(self.picture(logmel));
        let mut layers = Vec::with_capacity(self.spec.layers.len());
        for stage in &self.layers {
            let grid = self.spec.layers[layers.len()].grid;
            if let Some(frozen) = &stage.frozen {
                x = frozen.forward(x, &mut layers);
            }
            for block in &stage.blocks {
                x = block.forward(x);
                layers.push(x.clone());
            }
            if let Some(merge) = &stage.downsample {
                x = merge.forward(x, grid);
            }
        }
        LayerFeatures {
            layers,
            final_norm: self.norm.forward(x),
        }
    }

    /// The square picture `[n, 1, side, side]`: normalised a mel band, stretched in time, folded.
    fn picture(&self, logmel: Tensor<4>) -> Tensor<4> {
        let [n, _, frames, mels] = logmel.dims();
        let x = logmel.reshape([n, frames, mels]).swap_dims(1, 2);
        let x = self.bn0.forward(x).swap_dims(1, 2);
        let (side, fold) = (self.config.spec_size, self.config.fold());
        stretch_time(x, self.config.frames())
            .reshape([n, fold, side, mels])
            .permute([0, 1, 3, 2])
            .reshape([n, 1, side, side])
    }

    /// HTS-AT's own classification, from the features of [`Self::forward`]. `None` without a classifier.
    pub fn classify(&self, features: &LayerFeatures) -> Option<HtsAtOutput> {
        let conv = self.tscam_conv.as_ref()?;
        let (rows, cols) = self.spec.layers.last()?.grid;
        let fold = self.config.fold();
        let x = features.final_norm.clone();
        let [n, _, width] = x.dims();
        let embedding = x.clone().mean_dim(1).squeeze_dim::<2>(1);
        // new[c, j, r * cols + t] = old[c, (rows / fold) * r + j, t]
        let x = x
            .reshape([n, fold, rows / fold, cols, width])
            .permute([0, 4, 2, 1, 3])
            .reshape([n, width, rows / fold, fold * cols]);
        let scores = conv.forward(x).squeeze_dim::<3>(2);
        let steps = scores.clone().swap_dims(1, 2);
        // Upstream repeats 8 * patch_stride times, whatever the number of stages.
        let repeat = 8 * self.config.patch_size;
        let [_, places, classes] = steps.dims();
        let framewise = sigmoid(steps)
            .reshape([n, places, 1, classes])
            .repeat_dim(2, repeat)
            .reshape([n, places * repeat, classes]);
        Some(HtsAtOutput {
            embedding,
            clipwise: sigmoid(scores.mean_dim(2).squeeze_dim::<2>(2)),
            framewise,
        })
    }

    /// Computes position biases once and for all, and hands the blocks to the CPU's own kernels where they are on the CPU: for
    /// weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        let on_cpu = on_cpu(&self.norm.gamma.val().device());
        if on_cpu {
            self.patch_embed = self.patch_embed.freeze();
        }
        for stage in &mut self.layers {
            let blocks = std::mem::take(&mut stage.blocks);
            match on_cpu && !blocks.is_empty() {
                true => {
                    stage.frozen = Some(FrozenBlocks::new(blocks, BlockV1::freeze));
                    stage.downsample = stage.downsample.take().map(PatchMerge::freeze);
                }
                false => stage.blocks = blocks.into_iter().map(BlockV1::with_bias).collect(),
            }
        }
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

    /// What it was built from.
    pub fn config(&self) -> &HtsAtConfig {
        &self.config
    }
}

impl Backbone for HtsAt {
    fn spec(&self) -> &BackboneSpec {
        &self.spec
    }

    /// # Shapes
    /// - input: `[n, 1, frames, mel]`
    /// - output: one `[n, tokens, width]` a layer, and the last after the final norm
    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        HtsAt::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(HtsAt::classify(self, features)?.clipwise)
    }
}
