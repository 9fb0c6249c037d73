//! Two frozen backbones, their pre-processing and their names: one thing, loaded once, that all its heads read.

use std::cell::OnceCell;

use burn::tensor::Device;

use super::{Backbone, ImagePrep, LayerShape, ModelError, Precision, SoundInput};
use crate::base::{ContentHash, KeyHasher, Labels, PairId};

/// One backbone of a pair, as far as it is known without its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct SideAbout {
    /// For people.
    pub name: String,
    /// Of its weights, its configuration and the numbers it is kept in.
    pub hash: ContentHash,
    /// What it gives.
    pub layers: Vec<LayerShape>,
}

/// What is known of a pair without loading it: enough to look for kept features and to build a head.
#[derive(Clone, Debug, PartialEq)]
pub struct PairAbout {
    /// The same in every precision.
    pub id: PairId,
    /// The backbone that looks.
    pub visual: SideAbout,
    /// The backbone that listens.
    pub audio: SideAbout,
    /// From a picture to the visual backbone's input.
    pub image_prep: ImagePrep,
    /// From a second of sound to the audio backbone's input.
    pub sound_prep: SoundInput,
    /// How often that second is repeated.
    pub sound_tile: usize,
    /// How many stretches of time lie one below the other in the picture that its audio backbone takes.
    pub sound_fold: usize,
    /// In which numbers its matrices are, never `Auto`.
    pub precision: Precision,
    /// Whether one of the two may have a classifier of its own; its checkpoint has the last word.
    pub may_classify: bool,
}

/// Both backbones, on a device.
pub struct Backbones {
    /// Takes what [`PairAbout::image_prep`] makes.
    pub visual: Box<dyn Backbone>,
    /// Takes what [`PairAbout::sound_prep`] makes.
    pub audio: Box<dyn Backbone>,
    /// What the visual backbone's own classifier tells apart, where its checkpoint has one.
    pub visual_classes: Option<Labels>,
    /// The same of the audio backbone's.
    pub audio_classes: Option<Labels>,
}

type Load = Box<dyn Fn() -> Result<Backbones, ModelError> + Send>;

/// Two frozen backbones on a device. Their weights are read when they are first asked to compute: where features are kept they
/// never are.
pub struct FrozenPair {
    about: PairAbout,
    device: Device,
    load: Load,
    ready: OnceCell<Backbones>,
}

/// The name of a pair: `visual` and `audio` name weights and configurations without regard to precision.
pub(super) fn pair_id(
    visual: &ContentHash,
    audio: &ContentHash,
    image: &ImagePrep,
    sound: &SoundInput,
    tile: usize,
) -> PairId {
    let key = KeyHasher::new("mettle pair 1").hash(visual).hash(audio);
    PairId(sound.key(image.key(key)).count(tile).finish())
}

impl FrozenPair {
    /// A pair that `load` reads onto the device when it is needed, again after a failure.
    pub fn new(
        about: PairAbout,
        device: Device,
        load: impl Fn() -> Result<Backbones, ModelError> + Send + 'static,
    ) -> Self {
        Self {
            about,
            device,
            load: Box::new(load),
            ready: OnceCell::new(),
        }
    }

    /// What is known of it, loaded or not.
    pub fn about(&self) -> &PairAbout {
        &self.about
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether its weights have been read.
    pub fn is_loaded(&self) -> bool {
        self.ready.get().is_some()
    }

    /// The backbones, loaded the first time.
    ///
    /// # Errors
    /// A checkpoint cannot be read or does not fit its description.
    pub fn backbones(&self) -> Result<&Backbones, ModelError> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let loaded = (self.load)()?;
        Ok(self.ready.get_or_init(|| loaded))
    }

    /// Gives the weights' memory back; they are read again when they are needed.
    pub fn unload(&mut self) {
        self.ready = OnceCell::new();
    }

    /// The same pair with its backbones replaced by what `change` makes of them once they are loaded.
    #[must_use]
    pub fn with_backbones(self, change: impl Fn(Backbones) -> Backbones + Send + 'static) -> Self {
        let load = self.load;
        Self::new(self.about, self.device, move || load().map(&change))
    }
}
