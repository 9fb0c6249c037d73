//! What a model needs, known before it is asked anything: memory for its weights, and room for the features of what it has seen.

use serde::{Deserialize, Serialize};

use crate::model::manifest::Manifest;
use crate::model::{ModelError, params};

/// What a model needs, in numbers kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// Numbers in the weights of its backbones, with their classifiers.
    pub weights: u64,
    /// Numbers in the features of one second of a clip, of all layers and after the final norm.
    pub features: u64,
}

impl Needs {
    pub(super) fn of(manifest: &Manifest) -> Result<Self, ModelError> {
        let (visual, audio) = (&manifest.visual.description, &manifest.audio.description);
        let eye = params::backbone(&visual.backbone()?);
        let ear = match manifest.has_one_backbone() {
            true => 0,
            false => params::backbone(&audio.backbone()?),
        };
        let (seen, heard) = manifest.layers()?;
        // The last layer of each is kept once more, after the final norm.
        let layers = seen.iter().chain(&heard);
        let layers = layers.chain(seen.last()).chain(heard.last());
        Ok(Self {
            weights: eye + ear,
            features: layers
                .map(|layer| (layer.tokens * layer.width) as u64)
                .sum(),
        })
    }

    /// Bytes of memory for its weights, in f16 or in f32. What is computed at once comes on top; how long a clip is, does not.
    pub fn memory(self, half: bool) -> u64 {
        self.weights * if half { 2 } else { 4 }
    }

    /// Bytes on disk that the features of an hour of clips take, in f16.
    pub fn hour(self) -> u64 {
        self.features * 2 * 3600
    }
}
