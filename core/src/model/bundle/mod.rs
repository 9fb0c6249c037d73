//! A model as a whole: two backbones, a head, their labels, in a folder with a `model.json`, or embedded in the program.

mod assemble;
mod info;
mod loaded;
mod place;
mod save;

use std::path::Path;

use burn::tensor::Device;

use self::place::{Place, Sums, backbone_hash, whole};
use super::manifest::{BackboneEntry, Manifest, SCHEMA};
use super::weights::{Names, StateDict, load_into};
use super::{Backbone, LoadAs, ModelError, Precision};
use crate::base::{ContentHash, Labels};

pub use assemble::{Assembly, BackboneFile, assemble};
pub use info::{ModelInfo, TaskInfo};
pub use loaded::LoadedModel;

/// The file every bundle has.
const MANIFEST: &str = "model.json";

/// A model's description and files, checked but not loaded.
#[derive(Clone, Debug)]
pub struct ModelBundle {
    manifest: Manifest,
    place: Place,
    sums: Sums,
    sha256: ContentHash,
}

impl ModelBundle {
    /// Opens the folder of a model.
    ///
    /// # Errors
    /// The folder lacks a file, or describes what cannot be built.
    pub fn open(dir: &Path) -> Result<Self, ModelError> {
        Self::at(Place::Folder(dir.to_owned()))
    }

    /// The small model embedded in the program.
    ///
    /// # Errors
    /// None, unless the program was built with damaged files.
    pub fn demo() -> Result<Self, ModelError> {
        Self::at(Place::Embedded(super::demo::FILES))
    }

    fn at(place: Place) -> Result<Self, ModelError> {
        let path = place.path(MANIFEST);
        let text = place.read(MANIFEST)?;
        let wrong = |what: String| ModelError::format(&path, what);
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|e| wrong(format!("is no description of a model: {e}")))?;
        if manifest.schema != SCHEMA {
            return Err(wrong(format!(
                "has schema {}; this program reads {SCHEMA}",
                manifest.schema
            )));
        }
        manifest.check().map_err(|e| wrong(e.to_string()))?;
        Self::of(manifest, &text, place)
    }

    /// What a manifest, already checked, says lies in a place.
    fn of(manifest: Manifest, text: &[u8], place: Place) -> Result<Self, ModelError> {
        let sums = place.sums(&manifest.files())?;
        Ok(Self {
            sha256: whole(text, &sums),
            manifest,
            place,
            sums,
        })
    }

    /// What a person should know of it.
    pub fn about(&self) -> ModelInfo {
        let tasks = self.manifest.tasks();
        let first = tasks.first().map(|task| task.labels.clone());
        ModelInfo {
            name: self.manifest.name.clone(),
            about: self.manifest.about.clone(),
            labels: first.unwrap_or_else(|| Labels::new::<&str>([])),
            tasks,
            sha256: self.sha256,
        }
    }

    /// What its `model.json` says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Other weights that lie beside the model's own, such as those of a baseline; none where there is no such file.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn beside(&self, name: &str) -> Result<Option<StateDict>, ModelError> {
        let there = self.place.has(name);
        there.then(|| self.place.weights(name)).transpose()
    }

    /// Reads all weights onto a device, in f32.
    ///
    /// # Errors
    /// Those of [`Self::load_in`].
    pub fn load(&self, device: &Device) -> Result<LoadedModel, ModelError> {
        self.load_in(device, Precision::F32)
    }

    /// Reads all weights onto a device, the backbones' in a precision; heads stay in f32.
    ///
    /// # Errors
    /// The device does not compute so, a file is damaged, or its weights do not fit: then one error lists every name.
    pub fn load_in(
        &self,
        device: &Device,
        precision: Precision,
    ) -> Result<LoadedModel, ModelError> {
        let half = precision.is_half_on(device)?;
        let manifest = &self.manifest;
        let (image_prep, sound_prep) = manifest.preps()?;
        let [visual, audio] = self.load_backbones(device, precision)?;
        let mut model = LoadedModel {
            about: self.about(),
            visual: visual.backbone,
            audio: audio.backbone,
            visual_hash: backbone_hash(&manifest.visual, &self.sums, half)?,
            audio_hash: backbone_hash(&manifest.audio, &self.sums, half)?,
            visual_classes: visual.classes,
            audio_classes: audio.classes,
            image_prep,
            sound_prep,
            sound_tile: manifest.audio.tile.unwrap_or(1),
            sound_fold: manifest.audio.description.fold(),
            localize: None,
            parse: None,
            segment: None,
            familiarity: manifest.familiarity().cloned(),
        };
        self.load_heads(&mut model, device)?;
        Ok(model)
    }

    fn load_heads(&self, model: &mut LoadedModel, device: &Device) -> Result<(), ModelError> {
        let (visual, audio) = self.manifest.layers()?;
        let of =
            |name: &str| Ok::<_, ModelError>((self.place.weights(name)?, self.place.path(name)));
        if let Some(entry) = &self.manifest.localize {
            let classes = entry.labels.len();
            let head = entry.config.init(&visual, &audio, classes, device)?;
            let (state, path) = of(&entry.weights)?;
            model.localize = Some(load_into(head, state, Names::Head, &path)?);
        }
        if let Some(entry) = &self.manifest.parse {
            let classes = entry.labels.len();
            let head = entry.config.init(&visual, &audio, classes, device)?;
            let (state, path) = of(&entry.weights)?;
            model.parse = Some(load_into(head, state, Names::Head, &path)?);
        }
        if let Some(entry) = &self.manifest.segment {
            let head = entry.config.init(&visual, &audio, device)?;
            let (state, path) = of(&entry.weights)?;
            model.segment = Some(load_into(head, state, Names::Head, &path)?);
        }
        Ok(())
    }

    /// The backbone that looks and the one that listens. Where one does both, its weights are read, and held, once.
    fn load_backbones(
        &self,
        device: &Device,
        precision: Precision,
    ) -> Result<[LoadedBackbone; 2], ModelError> {
        let (visual, audio) = (&self.manifest.visual, &self.manifest.audio);
        if !self.manifest.has_one_backbone() {
            return Ok([
                self.load_backbone(visual, device, precision)?,
                self.load_backbone(audio, device, precision)?,
            ]);
        }
        let (state, how, classes) = self.open_backbone(visual, precision)?;
        let path = self.place.path(&visual.weights);
        let (eye, ear) = (&visual.description, &audio.description);
        let [looks, listens] = eye.load_shared(ear, state, &path, device, how)?;
        Ok([
            LoadedBackbone {
                backbone: looks,
                classes,
            },
            LoadedBackbone {
                backbone: listens,
                classes: None,
            },
        ])
    }

    fn load_backbone(
        &self,
        entry: &BackboneEntry,
        device: &Device,
        precision: Precision,
    ) -> Result<LoadedBackbone, ModelError> {
        let (state, how, classes) = self.open_backbone(entry, precision)?;
        let path = self.place.path(&entry.weights);
        let backbone = entry.description.load_state(state, &path, device, how)?;
        Ok(LoadedBackbone { backbone, classes })
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

/// A backbone, and what its classifier tells apart if that was loaded.
struct LoadedBackbone {
    backbone: Box<dyn Backbone>,
    classes: Option<Labels>,
}
