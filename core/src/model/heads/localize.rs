//! The head for audio-visual event localization: both distillations and CMBS.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::check_classes;
use super::cmbs::{AvelOutput, Cmbs};
use super::distillation::Distillation;
use super::distiller::Distiller;
use super::inter_modal::{HEADS, InterModal};
use crate::model::{FrozenLayers, LayerShape, ModelError};

/// The shape of the head. Defaults are the paper's for separate backbones (Table 14) unless marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AvelConfig {
    /// What is distilled; its `d` is the width of the head too.
    #[serde(flatten)]
    pub distill: Distillation,
    /// Whether each modality looks at the other before they are joined. The paper does not say; both at once is ours, and what heads
    /// have that were saved without this field.
    #[serde(default = "InterModal::of_older_heads")]
    pub inter_modal: InterModal,
}

impl Default for AvelConfig {
    fn default() -> Self {
        Self {
            distill: Distillation::avel(),
            inter_modal: InterModal::Parallel,
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
        let distill = &self.distill;
        let d = distill.d;
        if !d.is_multiple_of(HEADS) {
            return Err(ModelError::Config(format!(
                "features of {d} numbers, which {HEADS} heads do not divide"
            )));
        }
        check_classes(classes)?;
        let visual = Distiller::new(distill, &distill.visual, visual, device)?;
        let audio = Distiller::new(distill, &distill.audio, audio, device)?;
        if (visual.width(), audio.width()) != (d, d) {
            return Err(ModelError::Config(
                "the localization head multiplies both modalities: they need a projection to one width"
                    .into(),
            ));
        }
        Ok(LocalizeHead {
            visual,
            audio,
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
    /// What is said of `batch` clips of t seconds each, any t from 1 on.
    ///
    /// # Shapes
    /// Layers of `visual` and `audio` `[batch * t, tokens, width]`; gives what [`AvelOutput`] says.
    ///
    /// # Panics
    /// The features are not those of the backbones it was made for.
    pub fn forward(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
        batch: usize,
    ) -> AvelOutput {
        let (visual, audio) = self.meta_features(visual, audio);
        self.classify(visual, audio, batch)
    }

    /// The visual and the audio meta-token feature of each segment.
    ///
    /// # Shapes
    /// Layers of n segments `[n, tokens, width]`; gives `[n, d]` twice.
    ///
    /// # Panics
    /// The features are not those of the backbones it was made for.
    pub fn meta_features(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
    ) -> (Tensor<2>, Tensor<2>) {
        (self.visual.forward(visual), self.audio.forward(audio))
    }

    /// The distillation of pictures and that of sound.
    pub fn distillers(&self) -> (&Distiller, &Distiller) {
        (&self.visual, &self.audio)
    }

    /// The rest of the head, from the features of [`Self::meta_features`].
    ///
    /// # Shapes
    /// `visual` and `audio` `[batch * t, d]`; gives what [`AvelOutput`] says.
    pub fn classify(&self, visual: Tensor<2>, audio: Tensor<2>, batch: usize) -> AvelOutput {
        let by_clip = |x: Tensor<2>| {
            let [segments, d] = x.dims();
            x.reshape([batch, segments / batch, d])
        };
        self.cmbs.forward(by_clip(visual), by_clip(audio))
    }
}
