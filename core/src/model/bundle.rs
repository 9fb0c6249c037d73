//! A model as a whole: two backbones, a head, their labels, in a folder with a `model.json`, or embedded in the program.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use sha2::{Digest, Sha256};

use super::manifest::{BackboneEntry, Manifest, SCHEMA};
use super::weights::{self, Names, StateDict, load_into, save_module};
use super::{
    Backbone, ImagePrep, LoadAs, LocalizeHead, ModelError, ParseHead, Precision, SegmentHead,
    SoundInput, TaskHead,
};
use crate::base::{ContentHash, Labels};
use crate::project::Task;

/// The file every bundle has.
const MANIFEST: &str = "model.json";
/// Stands for a folder in messages about the embedded model.
const EMBEDDED: &str = "embedded demo model";

/// What a person should know of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelAbout {
    /// Short name.
    pub name: String,
    /// What it is and what it can recognise.
    pub about: String,
    /// What it can recognise: the labels of its first task.
    pub labels: Labels,
    /// Every task it has a head for.
    pub tasks: Vec<TaskAbout>,
    /// Hash over all its files.
    pub sha256: ContentHash,
}

/// One task of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskAbout {
    /// What it answers.
    pub task: Task,
    /// In the order of the scores.
    pub labels: Labels,
}

impl ModelAbout {
    /// The labels of a task; `None` where the model has no head for it.
    pub fn labels_of(&self, task: Task) -> Option<&Labels> {
        let about = self.tasks.iter().find(|about| about.task == task);
        about.map(|about| &about.labels)
    }
}

/// A model ready to compute.
pub struct LoadedModel {
    /// What it is.
    pub about: ModelAbout,
    /// The backbone that looks; takes what [`Self::image_prep`] makes.
    pub visual: Box<dyn Backbone>,
    /// The backbone that listens; takes what [`Self::sound_prep`] makes.
    pub audio: Box<dyn Backbone>,
    /// Hash of the visual backbone's weights and configuration.
    pub visual_hash: ContentHash,
    /// Hash of the audio backbone's weights and configuration.
    pub audio_hash: ContentHash,
    /// From a picture to the visual backbone's input.
    pub image_prep: ImagePrep,
    /// From a second of sound to the audio backbone's input.
    pub sound_prep: SoundInput,
    /// How often that second is repeated.
    pub sound_tile: usize,
    /// How many stretches of time lie one below the other in the picture that its audio backbone takes.
    pub sound_fold: usize,
    /// The head for event localization, in the order of the labels.
    pub localize: Option<LocalizeHead>,
    /// The head for video parsing, in the order of its labels.
    pub parse: Option<ParseHead>,
    /// The head for segmentation.
    pub segment: Option<SegmentHead>,
    /// What training measured of its own data.
    pub familiarity: Option<serde_json::Value>,
}

impl LoadedModel {
    /// The head of a task, sharing the weights.
    pub fn head(&self, task: Task) -> Option<TaskHead> {
        match task {
            Task::Localize => self.localize.clone().map(TaskHead::Localize),
            Task::Parse => self.parse.clone().map(TaskHead::Parse),
            Task::Segment => self.segment.clone().map(TaskHead::Segment),
        }
    }
}

/// Where the files are.
#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Embedded(&'static [(&'static str, &'static [u8])]),
}

/// A model's description and files, checked but not loaded.
#[derive(Clone, Debug)]
pub struct ModelBundle {
    manifest: Manifest,
    place: Place,
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
        let sha256 = place.hash(&manifest.files())?;
        Ok(Self {
            manifest,
            place,
            sha256,
        })
    }

    /// What a person should know of it.
    pub fn about(&self) -> ModelAbout {
        let about = |(task, labels)| TaskAbout { task, labels };
        let tasks: Vec<TaskAbout> = self.manifest.tasks().into_iter().map(about).collect();
        let first = tasks.first().map(|task| task.labels.clone());
        ModelAbout {
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
        let there = match &self.place {
            Place::Folder(dir) => dir.join(name).exists(),
            Place::Embedded(files) => Place::embedded(files, name).is_some(),
        };
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
        let (visual_layers, audio_layers) = manifest.layers()?;
        let layers = (visual_layers.as_slice(), audio_layers.as_slice());
        let of =
            |name: &str| Ok::<_, ModelError>((self.place.weights(name)?, self.place.path(name)));
        let mut model = LoadedModel {
            about: self.about(),
            visual: self.load_backbone(&manifest.visual, device, precision)?,
            audio: self.load_backbone(&manifest.audio, device, precision)?,
            visual_hash: in_numbers(self.place.backbone_hash(&manifest.visual)?, half),
            audio_hash: in_numbers(self.place.backbone_hash(&manifest.audio)?, half),
            image_prep,
            sound_prep,
            sound_tile: manifest.audio.tile.unwrap_or(1),
            sound_fold: manifest.audio.description.fold(),
            localize: None,
            parse: None,
            segment: None,
            familiarity: manifest.familiarity().cloned(),
        };
        if let Some(entry) = &manifest.localize {
            let classes = entry.labels.len();
            let head = entry.config.init(layers.0, layers.1, classes, device)?;
            let (state, path) = of(&entry.weights)?;
            model.localize = Some(load_into(head, state, Names::Head, &path)?);
        }
        if let Some(entry) = &manifest.parse {
            let classes = entry.labels.len();
            let head = entry.config.init(layers.0, layers.1, classes, device)?;
            let (state, path) = of(&entry.weights)?;
            model.parse = Some(load_into(head, state, Names::Head, &path)?);
        }
        if let Some(entry) = &manifest.segment {
            let head = entry.config.init(layers.0, layers.1, device)?;
            let (state, path) = of(&entry.weights)?;
            model.segment = Some(load_into(head, state, Names::Head, &path)?);
        }
        Ok(model)
    }

    fn load_backbone(
        &self,
        entry: &BackboneEntry,
        device: &Device,
        precision: Precision,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        let state = self.place.weights(&entry.weights)?;
        let path = self.place.path(&entry.weights);
        let how = LoadAs {
            precision,
            ..LoadAs::default()
        };
        entry.description.load_state(state, &path, device, how)
    }

    /// Writes a bundle with at most a localization head, as [`Self::save_heads`] does.
    ///
    /// # Errors
    /// The folder cannot be written, or the manifest describes what cannot be built.
    pub fn save<V: Module, A: Module>(
        dir: &Path,
        manifest: &Manifest,
        visual: &V,
        audio: &A,
        localize: Option<&LocalizeHead>,
    ) -> Result<Self, ModelError> {
        let heads = localize.cloned().map(TaskHead::Localize);
        Self::save_heads(dir, manifest, visual, audio, heads.as_slice())
    }

    /// Writes a bundle into a folder, weights in 16 bit, and opens it again. Files of the same name are replaced. A head that
    /// the manifest does not name is left out; a file that it names and no head fills must be there already.
    ///
    /// # Errors
    /// The folder cannot be written, or the manifest describes what cannot be built.
    pub fn save_heads<V: Module, A: Module>(
        dir: &Path,
        manifest: &Manifest,
        visual: &V,
        audio: &A,
        heads: &[TaskHead],
    ) -> Result<Self, ModelError> {
        manifest.check()?;
        std::fs::create_dir_all(dir).map_err(|e| ModelError::io(dir, e))?;
        save_module(visual, &dir.join(&manifest.visual.weights))?;
        save_module(audio, &dir.join(&manifest.audio.weights))?;
        for head in heads {
            let (localize, parse, segment) =
                (&manifest.localize, &manifest.parse, &manifest.segment);
            match (head, localize, parse, segment) {
                (TaskHead::Localize(head), Some(entry), _, _) => {
                    save_module(head, &dir.join(&entry.weights))?;
                }
                (TaskHead::Parse(head), _, Some(entry), _) => {
                    save_module(head, &dir.join(&entry.weights))?;
                }
                (TaskHead::Segment(head), _, _, Some(entry)) => {
                    save_module(head, &dir.join(&entry.weights))?;
                }
                _ => {}
            }
        }
        let path = dir.join(MANIFEST);
        let mut text = serde_json::to_string_pretty(manifest)
            .map_err(|e| ModelError::format(&path, e.to_string()))?;
        text.push('\n');
        std::fs::write(&path, text).map_err(|e| ModelError::io(&path, e))?;
        Self::open(dir)
    }
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(dir) => dir.join(name),
            Self::Embedded(_) => Path::new(EMBEDDED).join(name),
        }
    }

    fn embedded(files: &'static [(&str, &[u8])], name: &str) -> Option<&'static [u8]> {
        files
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, bytes)| *bytes)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        match self {
            Self::Folder(dir) => {
                let path = dir.join(name);
                std::fs::read(&path).map_err(|e| ModelError::io(path, e))
            }
            Self::Embedded(files) => Self::embedded(files, name)
                .map(<[u8]>::to_vec)
                .ok_or_else(|| ModelError::format(self.path(name), "is not embedded")),
        }
    }

    fn weights(&self, name: &str) -> Result<StateDict, ModelError> {
        match self {
            Self::Folder(dir) => weights::read_checkpoint(&dir.join(name)),
            Self::Embedded(_) => {
                weights::read_checkpoint_bytes(&self.read(name)?, &self.path(name))
            }
        }
    }

    /// BLAKE3 over a backbone's architecture, configuration and weights.
    fn backbone_hash(&self, entry: &BackboneEntry) -> Result<ContentHash, ModelError> {
        let description = &entry.description;
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{} {}\n", description.architecture, description.config).as_bytes());
        match self {
            Self::Folder(dir) => {
                let path = dir.join(&entry.weights);
                hasher
                    .update_mmap_rayon(&path)
                    .map_err(|e| ModelError::io(path, e))?;
            }
            Self::Embedded(_) => {
                hasher.update(&self.read(&entry.weights)?);
            }
        }
        Ok(ContentHash(*hasher.finalize().as_bytes()))
    }

    /// SHA-256 over name, length and content of every file.
    fn hash(&self, files: &[&str]) -> Result<ContentHash, ModelError> {
        let mut hasher = Sha256::new();
        for name in [MANIFEST].iter().chain(files) {
            let bytes = self.read(name)?;
            hasher.update((name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(&bytes);
        }
        Ok(ContentHash(hasher.finalize().into()))
    }
}

/// The hash of a backbone whose matrices are in f16: its features are others, and must not be taken for those in f32.
fn in_numbers(hash: ContentHash, half: bool) -> ContentHash {
    match half {
        true => ContentHash(
            Sha256::new()
                .chain_update(hash.0)
                .chain_update("f16")
                .finalize()
                .into(),
        ),
        false => hash,
    }
}
