//! What a Swin Transformer V2 is built from.

use serde::{Deserialize, Serialize};

use super::BackboneSpec;
use super::pyramid::Pyramid;
use super::windows::WindowPlan;
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};

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

    pub(super) fn plan(&self, stage: usize, block: usize) -> Result<WindowPlan, ModelError> {
        let grid = self.pyramid().grid_of(stage);
        WindowPlan::new(grid, self.window_size, block % 2 == 1)
    }
}
