//! A model as a whole: two backbones, a head, their labels, in a folder with a `model.json`, or embedded in the program.

mod assemble;
mod backbones;
mod head_files;
mod info;
mod loaded;
mod needs;
mod place;
mod save;
mod tag_heads;

use std::path::Path;

use burn::tensor::Device;

use self::place::{Sums, whole};
use super::manifest::{Manifest, SCHEMA};
use super::weights::StateDict;
use super::{FrozenPair, HeadFile, ModelError, Precision, TaskHead};
use crate::base::{ContentHash, Labels, PairId, Task};

pub use assemble::{Assembly, BackboneFile, assemble};
pub use backbones::Hearing;
pub use info::{ModelInfo, TaskInfo};
pub use loaded::LoadedModel;
pub use needs::Needs;
pub(in crate::model) use place::Place;

/// The file every bundle has.
const MANIFEST: &str = "model.json";

/// A model's description and files, checked but not loaded.
#[derive(Clone, Debug)]
pub struct ModelBundle {
    manifest: Manifest,
    place: Place,
    sums: Sums,
    sha256: ContentHash,
    pair: PairId,
    heads: Vec<HeadFile>,
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
        let pair = backbones::pair_of(&manifest, &sums)?;
        Ok(Self {
            sha256: whole(text, &sums),
            heads: head_files::of(&manifest, text, pair, &place)?,
            pair,
            manifest,
            place,
            sums,
        })
    }

    /// What a person should know of it.
    pub fn about(&self) -> ModelInfo {
        let tasks: Vec<TaskInfo> = self.heads.iter().map(TaskInfo::from).collect();
        let first = tasks.first().map(|task| task.labels.clone());
        ModelInfo {
            name: self.manifest.name.clone(),
            about: self.manifest.about.clone(),
            labels: first.unwrap_or_else(|| Labels::new::<&str>([])),
            tasks,
            known: self.manifest.known.clone(),
            rounded: self.manifest.rounded.clone(),
            // A manifest that is open describes what can be built.
            needs: Needs::of(&self.manifest).unwrap_or_default(),
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
        let pair = self.pair(device, precision)?;
        pair.backbones()?;
        let mut model = LoadedModel {
            about: self.about(),
            localize: None,
            parse: None,
            segment: None,
            tags: Vec::new(),
            familiarity: self.manifest.familiarity().cloned(),
            pair,
        };
        for head in &self.heads {
            match head.load(model.pair.about(), device)? {
                TaskHead::Localize(head) => model.localize = Some(head),
                TaskHead::Parse(head) => model.parse = Some(head),
                TaskHead::Segment(head) => model.segment = Some(head),
                TaskHead::Tags(head) => model.tags.push(head),
            }
        }
        Ok(model)
    }

    /// Its backbones for a device, not loaded yet.
    ///
    /// # Errors
    /// The device does not compute so.
    pub fn pair(&self, device: &Device, precision: Precision) -> Result<FrozenPair, ModelError> {
        self.pair_hearing(device, precision, &Hearing::default())
    }

    /// The name of its backbones.
    pub fn pair_id(&self) -> PairId {
        self.pair
    }

    /// The heads that come with it, one a task.
    pub fn heads(&self) -> &[HeadFile] {
        &self.heads
    }

    /// The head that comes with it for a task.
    pub fn head(&self, task: Task) -> Option<&HeadFile> {
        self.heads.iter().find(|head| head.task() == task)
    }
}
