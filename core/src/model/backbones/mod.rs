//! Backbones: frozen networks whose every block's output is a feature. A further one is one file and one description.

mod flops;
mod frozen;
mod frozen_convs;
mod frozen_cut;
mod gelu;
mod hts_at;
mod hts_at_config;
pub(super) mod parts;
mod patches;
mod pyramid;
mod resnext;
mod resnext_block;
mod resnext_config;
mod stretch;
mod swin_v1;
mod swin_v2;
mod swin_v2_attention;
mod swin_v2_config;
mod vit;
mod vit_config;
mod windows;

use burn::tensor::Tensor;

pub(super) use frozen::packed_matrix;
pub use gelu::gelu;
pub use hts_at::{HtsAt, HtsAtOutput};
pub use hts_at_config::HtsAtConfig;
pub use resnext::ResNext;
pub use resnext_config::ResNextConfig;
pub use swin_v2::SwinV2;
pub use swin_v2_config::SwinV2Config;
pub use vit::Vit;
pub use vit_config::VitConfig;

/// What a backbone computes for a batch.
#[derive(Clone, Debug)]
pub struct LayerFeatures {
    /// Every block's output before merging, in order: layer l is `[n, tokens_l, width_l]`.
    pub layers: Vec<Tensor<3>>,
    /// The last block's output after the backbone's final norm, where it has one, `[n, tokens, width]`.
    pub final_norm: Tensor<3>,
}

/// The shape of one layer's features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LayerShape {
    /// Tokens: those of the grid, row-major, after [`Self::prefix`] others.
    pub tokens: usize,
    /// Numbers a token.
    pub width: usize,
    /// Rows and columns, so that masks can unflatten tokens.
    pub grid: (usize, usize),
    /// The stage the block belongs to, from 0.
    pub stage: usize,
}

impl LayerShape {
    /// Tokens before those of the grid: 1, the class token, in a ViT, else 0. What draws on places must leave them out.
    pub fn prefix(&self) -> usize {
        self.tokens.saturating_sub(self.grid.0 * self.grid.1)
    }
}

/// What a backbone is, without its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct BackboneSpec {
    /// The description's name, for people.
    pub name: String,
    /// `swin_v2`, `hts_at`, `vit` or `resnext`.
    pub architecture: &'static str,
    /// One entry a block.
    pub layers: Vec<LayerShape>,
}

/// A frozen network over a batch of segments.
pub trait Backbone: Send {
    /// What it is.
    fn spec(&self) -> &BackboneSpec;

    /// Features of a batch of segments.
    ///
    /// # Shapes
    /// - input: pictures `[n, 3, h, w]`, normalised, or log-mel spectrograms `[n, 1, frames, mel]`
    /// - output: one `[n, tokens, width]` a layer, and the last after the final norm
    fn forward(&self, input: Tensor<4>) -> LayerFeatures;

    /// What the backbone's own classifier says of features of [`Self::forward`]: a probability a class, `[n, classes]`.
    /// `None` where the classifier was not loaded.
    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>>;
}
