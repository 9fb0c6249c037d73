//! What a Vision Transformer is built from.

use serde::{Deserialize, Serialize};

use super::{BackboneSpec, LayerShape};
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};

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
    /// How many blocks, each a layer.
    pub depth: usize,
    /// Attention heads of every block.
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

    pub(super) fn grid_of(&self, (height, width): Pair) -> Pair {
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
}
