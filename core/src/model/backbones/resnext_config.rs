//! What a ResNeXt is built from.

use serde::{Deserialize, Serialize};

use super::{BackboneSpec, LayerShape};
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};

/// Channels after the first convolution.
pub(super) const STEM: usize = 64;
/// A block gives four times the channels it is named after.
pub(super) const EXPANSION: usize = 4;

/// timm's constructor arguments of `ResNet` with bottlenecks, under timm's names. What is left out is as in
/// `resnext101_32x8d`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResNextConfig {
    /// Picture height and width. Not upstream's, which takes any: layers have a fixed number of tokens here.
    #[serde(deserialize_with = "one_or_two")]
    pub img_size: Pair,
    /// Channels of the picture.
    pub in_chans: usize,
    /// Classes of the classifier; 0 leaves it out.
    pub num_classes: usize,
    /// Blocks a stage.
    pub layers: Vec<usize>,
    /// Channels a stage, a quarter of what its blocks give.
    pub channels: Vec<usize>,
    /// Groups of the middle convolution.
    pub cardinality: usize,
    /// Channels of a group, for a stage of 64 channels.
    pub base_width: usize,
}

impl Default for ResNextConfig {
    fn default() -> Self {
        Self {
            img_size: (224, 224),
            in_chans: 3,
            num_classes: 1000,
            layers: vec![3, 4, 23, 3],
            channels: vec![64, 128, 256, 512],
            cardinality: 32,
            base_width: 8,
        }
    }
}

impl ResNextConfig {
    /// Checks everything that building would otherwise trip over.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("resnext: {what}")));
        let (h, w) = self.img_size;
        if !(1..=1 << 14).contains(&h) || !(1..=1 << 14).contains(&w) {
            return refuse(format!("pictures of {h} x {w}"));
        }
        if !(1..=1024).contains(&self.in_chans) {
            return refuse(format!("in_chans {}", self.in_chans));
        }
        if self.layers.len() != 4 || self.channels.len() != 4 {
            return refuse("layers and channels must name four stages".into());
        }
        if self.layers.iter().any(|depth| !(1..=1000).contains(depth)) {
            return refuse(format!("layers {:?}: 1 to 1000 a stage", self.layers));
        }
        if !(1..=1 << 12).contains(&self.cardinality) || self.base_width > 1 << 12 {
            return refuse(format!(
                "cardinality {} and base_width {}",
                self.cardinality, self.base_width
            ));
        }
        let sane = |c: &usize| (1..=1 << 14).contains(c) && self.inner(*c) > 0;
        match self.channels.iter().all(sane) {
            true => Ok(()),
            false => refuse(format!("channels {:?} leave groups empty", self.channels)),
        }
    }

    /// Channels after the first convolution.
    pub(super) fn stem(&self) -> usize {
        STEM
    }

    /// Channels of a block's middle convolution.
    pub(crate) fn inner(&self, channels: usize) -> usize {
        channels * self.base_width / STEM * self.cardinality
    }

    /// What the model will be: one layer a block, each place of its map a token.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        let half = |(h, w): Pair| (h.div_ceil(2), w.div_ceil(2));
        let mut grid = half(half(self.img_size));
        let mut layers = Vec::new();
        for (stage, (depth, channels)) in self.layers.iter().zip(&self.channels).enumerate() {
            if stage > 0 {
                grid = half(grid);
            }
            let layer = LayerShape {
                tokens: grid.0 * grid.1,
                width: EXPANSION * channels,
                grid,
                stage,
            };
            layers.extend(std::iter::repeat_n(layer, *depth));
        }
        BackboneSpec {
            name: name.to_owned(),
            architecture: "resnext",
            layers,
        }
    }
}
