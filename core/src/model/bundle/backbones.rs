//! The backbones of a bundle: their names, and their weights onto a device.

use burn::tensor::Device;

use super::ModelBundle;
use super::place::{Sums, backbone_hash};
use crate::base::{Labels, PairId};
use crate::model::manifest::{BackboneEntry, Manifest};
use crate::model::pair::pair_id;
use crate::model::precision::Half;
use crate::model::weights::StateDict;
use crate::model::{
    Backbone, Backbones, FbankPrep, FrozenPair, LoadAs, ModelError, PairAbout, Precision,
    SideAbout, SoundInput,
};

/// The name of the backbones that a manifest describes.
pub(super) fn pair_of(manifest: &Manifest, sums: &Sums) -> Result<PairId, ModelError> {
    let (_, sound) = manifest.preps()?;
    pair_hearing(manifest, sums, &sound, manifest.audio.tile.unwrap_or(1))
}

/// The same where sound is made into input in another way.
fn pair_hearing(
    manifest: &Manifest,
    sums: &Sums,
    sound: &SoundInput,
    tile: usize,
) -> Result<PairId, ModelError> {
    let (image, _) = manifest.preps()?;
    let visual = backbone_hash(&manifest.visual, sums, None)?;
    let audio = backbone_hash(&manifest.audio, sums, None)?;
    Ok(pair_id(&visual, &audio, &image, sound, tile))
}

/// How a data set's published loaders make a second of sound into input, where that is not as the model says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hearing {
    /// How often a second is repeated before a spectrogram is made of it.
    pub tile: Option<usize>,
    /// The pictures of sound that a backbone of pictures takes.
    pub fbank: Option<FbankPrep>,
}

/// A backbone, and what its classifier tells apart if that was loaded.
struct Loaded {
    backbone: Box<dyn Backbone>,
    classes: Option<Labels>,
}

impl ModelBundle {
    /// Its backbones, listening as a data set's recipe says: another pair by name, because heads for one cannot read the other.
    ///
    /// # Errors
    /// Those of [`Self::pair`].
    pub fn pair_hearing(
        &self,
        device: &Device,
        precision: Precision,
        hearing: &Hearing,
    ) -> Result<FrozenPair, ModelError> {
        let mut about = self.pair_about(precision.half_on(device)?)?;
        match (&mut about.sound_prep, &hearing.fbank) {
            (SoundInput::Fbank(prep), Some(wanted)) => prep.clone_from(wanted),
            (SoundInput::Logmel(_), _) => {
                about.sound_tile = hearing.tile.unwrap_or(about.sound_tile);
            }
            (SoundInput::Fbank(_), None) => {}
        }
        about.id = pair_hearing(
            &self.manifest,
            &self.sums,
            &about.sound_prep,
            about.sound_tile,
        )?;
        let (bundle, on) = (self.clone(), device.clone());
        Ok(FrozenPair::new(about, device.clone(), move || {
            bundle.load_backbones(&on, precision)
        }))
    }

    /// What is known of the backbones without their weights.
    pub(super) fn pair_about(&self, half: Option<Half>) -> Result<PairAbout, ModelError> {
        let manifest = &self.manifest;
        let (image_prep, sound_prep) = manifest.preps()?;
        let side = |entry: &BackboneEntry| {
            let spec = entry.description.spec()?;
            Ok::<_, ModelError>(SideAbout {
                name: spec.name,
                hash: backbone_hash(entry, &self.sums, half)?,
                layers: spec.layers,
            })
        };
        let (eye, ear) = (&manifest.visual.description, &manifest.audio.description);
        Ok(PairAbout {
            id: self.pair,
            visual: side(&manifest.visual)?,
            audio: side(&manifest.audio)?,
            image_prep,
            sound_prep,
            sound_tile: manifest.audio.tile.unwrap_or(1),
            sound_fold: ear.fold(),
            precision: Precision::of(half),
            may_classify: eye.classifies_as_fed() || ear.classifies_as_fed(),
        })
    }

    /// The backbone that looks and the one that listens. Where one does both, its weights are read, and held, once.
    pub(super) fn load_backbones(
        &self,
        device: &Device,
        precision: Precision,
    ) -> Result<Backbones, ModelError> {
        let (visual, audio) = (&self.manifest.visual, &self.manifest.audio);
        if !self.manifest.has_one_backbone() {
            let looks = self.load_backbone(visual, device, precision)?;
            let listens = self.load_backbone(audio, device, precision)?;
            return Ok(Backbones {
                visual: looks.backbone,
                audio: listens.backbone,
                visual_classes: looks.classes,
                audio_classes: listens.classes,
            });
        }
        let (state, how, classes) = self.open_backbone(visual, precision)?;
        let path = self.place.path(&visual.weights);
        let (eye, ear) = (&visual.description, &audio.description);
        let [looks, listens] = eye.load_shared(ear, state, &path, device, how)?;
        Ok(Backbones {
            visual: looks,
            audio: listens,
            visual_classes: classes,
            audio_classes: None,
        })
    }

    fn load_backbone(
        &self,
        entry: &BackboneEntry,
        device: &Device,
        precision: Precision,
    ) -> Result<Loaded, ModelError> {
        let (state, how, classes) = self.open_backbone(entry, precision)?;
        let path = self.place.path(&entry.weights);
        let backbone = entry.description.load_state(state, &path, device, how)?;
        Ok(Loaded { backbone, classes })
    }

    /// A backbone's checkpoint, and how to load it: with its classifier where it has one and is fed here as that wants it.
    fn open_backbone(
        &self,
        entry: &BackboneEntry,
        precision: Precision,
    ) -> Result<(StateDict, LoadAs, Option<Labels>), ModelError> {
        let state = self.place.weights(&entry.weights)?;
        let description = &entry.description;
        let classes = match description.classifies_as_fed() && description.has_classifier(&state)? {
            true => Some(description.class_names()?),
            false => None,
        };
        let how = LoadAs {
            classifier: classes.is_some(),
            precision,
        };
        Ok((state, how, classes))
    }
}
