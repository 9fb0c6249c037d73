//! The head for audio-visual event localization: both distillations and CMBS.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::cmbs::{AvelOutput, Cmbs, HEADS};
use super::distiller::{Distiller, Granularity};
use crate::model::lcd::LcdConfig;
use crate::model::{LayerFeatures, LayerShape, ModelError};

/// The shape of the head. Defaults are the paper's for separate backbones (Table 14) unless marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AvelConfig {
    /// Width of both modalities' features; 256 is what the published parameter counts fit.
    pub d: usize,
    /// Which layers are distilled.
    pub granularity: Granularity,
    /// Distillation of pictures: two meta-tokens.
    pub visual: LcdConfig,
    /// Distillation of sound: one meta-token.
    pub audio: LcdConfig,
    /// Whether each modality looks at the other before they are joined (AVMoE's reading of CMBS).
    pub inter_modal: bool,
}

impl Default for AvelConfig {
    fn default() -> Self {
        Self {
            d: 256,
            granularity: Granularity::Block,
            visual: LcdConfig {
                tokens: 2,
                ..LcdConfig::default()
            },
            audio: LcdConfig::default(),
            inter_modal: true,
        }
    }
}

impl AvelConfig {
    /// A head with fresh weights for backbones with these layers, over `classes` classes without the background.
    ///
    /// # Errors
    /// Numbers that leave nothing to compute.
    pub fn init(
        &self,
        visual: &[LayerShape],
        audio: &[LayerShape],
        classes: usize,
        device: &Device,
    ) -> Result<LocalizeHead, ModelError> {
        if self.d == 0 || self.d > 1 << 14 || !self.d.is_multiple_of(HEADS) {
            return Err(ModelError::Config(format!(
                "features of {} numbers, which {HEADS} heads do not divide",
                self.d
            )));
        }
        if classes == 0 || classes > 1 << 16 {
            return Err(ModelError::Config(format!("a head of {classes} classes")));
        }
        let (granularity, d) = (self.granularity, self.d);
        Ok(LocalizeHead {
            visual: Distiller::new(&self.visual, granularity, visual, d, device)?,
            audio: Distiller::new(&self.audio, granularity, audio, d, device)?,
            cmbs: Cmbs::new(d, classes, self.inter_modal, device),
        })
    }
}

/// The head.
#[derive(Module, Debug)]
pub struct LocalizeHead {
    visual: Distiller,
    audio: Distiller,
    cmbs: Cmbs,
}

impl LocalizeHead {
    /// Layer features of `batch` clips of t seconds each, layers `[batch * t, tokens, width]`, any t from 1 on.
    pub fn forward(
        &self,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
        batch: usize,
    ) -> AvelOutput {
        let (visual, audio) = self.meta_features(visual, audio);
        self.classify(visual, audio, batch)
    }

    /// The visual and the audio meta-token feature of each segment, `[batch * t, d]`.
    pub fn meta_features(
        &self,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
    ) -> (Tensor<2>, Tensor<2>) {
        (self.visual.forward(visual), self.audio.forward(audio))
    }

    /// The rest of the head, from the features of [`Self::meta_features`].
    pub fn classify(&self, visual: Tensor<2>, audio: Tensor<2>, batch: usize) -> AvelOutput {
        let by_clip = |x: Tensor<2>| {
            let [segments, d] = x.dims();
            x.reshape([batch, segments / batch, d])
        };
        self.cmbs.forward(by_clip(visual), by_clip(audio))
    }
}
