//! A head as a file: all that is known of it, and where its weights lie.
//!
//! A head of its own is a folder named by its id, with one safetensors file whose metadata say everything else. The heads that
//! come with a model lie beside its backbones and are described in its `model.json`; they are the same thing to all who use them.

mod config;
mod meta;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde_json::Value;

use self::meta::Meta;
use super::bundle::Place;
use super::weights::{Names, StateDict, load_into};
use super::{Calibration, Familiarity, ModelError, PairAbout, TaskHead};
use crate::base::{HeadId, KeyHasher, Labels, PairId, Task};

pub use config::HeadConfig;
pub use write::{HeadNotes, write_head, write_head_into};

/// The file in a head's folder.
pub(super) const WEIGHTS: &str = "head.safetensors";

/// A head, not loaded.
#[derive(Clone, Debug)]
pub struct HeadFile {
    /// What names it everywhere.
    pub id: HeadId,
    /// For people, short.
    pub name: String,
    /// Its shape.
    pub config: HeadConfig,
    /// Classes in the order of its outputs, without the background.
    pub labels: Labels,
    /// The backbones it reads.
    pub pair: PairId,
    /// Their names, for people: who looks, who listens.
    pub backbones: [String; 2],
    /// The head its training began with; `None` where it began with random weights, or nobody knows.
    pub parent: Option<HeadId>,
    /// Whether its weights are random: then its scores mean nothing.
    pub untrained: bool,
    /// What was measured of it, by the names reports give.
    pub metrics: BTreeMap<String, f64>,
    /// How it was trained.
    pub recipe: Option<Value>,
    /// On what it was trained, in short.
    pub data: Option<Value>,
    /// Where its random numbers came from.
    pub seed: Option<u64>,
    /// What training measured of its own data, to judge how familiar a segment is.
    pub familiarity: Option<Familiarity>,
    /// How its scores were made to mean what they say.
    pub calibration: Option<Value>,
    pub(super) place: Place,
    pub(super) file: String,
}

impl HeadFile {
    /// The head in a folder of its own, or in a file. Its weights are not read.
    ///
    /// # Errors
    /// There is none, it is damaged, or a later version of the program wrote it.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let path = match path.is_dir() {
            true => path.join(WEIGHTS),
            false => path.to_owned(),
        };
        let meta = Meta::read(&path)?;
        let config = HeadConfig::read(meta.task, &meta.config)
            .map_err(|e| ModelError::format(&path, e.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let file = path.file_name().unwrap_or_default();
        Ok(Self {
            id: meta.id,
            name: meta.name,
            config,
            labels: meta.labels,
            pair: meta.pair,
            backbones: meta.backbones,
            parent: meta.parent,
            untrained: meta.untrained,
            metrics: meta.metrics,
            recipe: meta.recipe,
            data: meta.data,
            seed: meta.seed,
            familiarity: meta.familiarity.as_ref().and_then(Familiarity::read),
            calibration: meta.calibration,
            place: Place::Folder(folder),
            file: file.to_string_lossy().into_owned(),
        })
    }

    /// Whether it was made of what the backbones' classifiers know, and not trained.
    pub fn is_from_tags(&self) -> bool {
        matches!(self.config, HeadConfig::Tags(..))
    }

    /// What makes its scores mean what they say, where that was fitted.
    pub fn fitted(&self) -> Option<Calibration> {
        self.calibration.as_ref().and_then(Calibration::read)
    }

    /// What it answers.
    pub fn task(&self) -> Task {
        self.config.task()
    }

    /// The file with its weights.
    pub fn path(&self) -> PathBuf {
        self.place.path(&self.file)
    }

    /// Reads its weights onto a device.
    ///
    /// # Errors
    /// It was made for other backbones, its file is damaged, or its weights do not fit its shape.
    pub fn load(&self, pair: &PairAbout, device: &Device) -> Result<TaskHead, ModelError> {
        self.check_pair(pair)?;
        let (visual, audio) = (&pair.visual.layers, &pair.audio.layers);
        let fresh = self.config.init(visual, audio, self.labels.len(), device)?;
        let (state, path) = (self.place.weights(&self.file)?, self.path());
        Ok(match fresh {
            TaskHead::Localize(head) => {
                TaskHead::Localize(load_into(head, state, Names::Head, &path)?)
            }
            TaskHead::Parse(head) => TaskHead::Parse(load_into(head, state, Names::Head, &path)?),
            TaskHead::Segment(head) => {
                TaskHead::Segment(load_into(head, state, Names::Head, &path)?)
            }
            TaskHead::Tags(head) => TaskHead::Tags(load_into(head, state, Names::Head, &path)?),
        })
    }

    /// Whether it reads these backbones.
    ///
    /// # Errors
    /// It reads others; says which.
    pub fn check_pair(&self, pair: &PairAbout) -> Result<(), ModelError> {
        if self.pair == pair.id {
            return Ok(());
        }
        let [looks, listens] = &self.backbones;
        let recipe = self.recipe.as_ref().and_then(|r| r.get("inputs")?.as_str());
        let inputs = match recipe.filter(|recipe| *recipe != "ours") {
            Some(recipe) => format!(", inputs made as {recipe} makes them"),
            None => String::new(),
        };
        Err(ModelError::format(
            self.path(),
            format!(
                "was trained on other backbones ({looks} looks, {listens} listens{inputs}), not on {} and {} with these weights and this pre-processing: choose the model it was trained with",
                pair.visual.name, pair.audio.name
            ),
        ))
    }
}

/// The name of a head: of its task, labels, shape, backbones and weights. `config` is what its file says, not what this program
/// makes of it, so that the name stays when the program learns new fields.
pub(super) fn head_id(
    task: Task,
    labels: &Labels,
    config: &Value,
    pair: PairId,
    weights: &StateDict,
    path: &Path,
) -> Result<HeadId, ModelError> {
    let mut key = KeyHasher::new("mettle head 1")
        .text(match task {
            Task::Localize => "localize",
            Task::Parse => "parse",
            Task::Segment => "segment",
        })
        .json(config)
        .hash(&pair.0)
        .count(labels.len());
    for label in labels.iter() {
        key = key.text(label);
    }
    for (name, tensor) in weights {
        let values = tensor.content_hash().ok_or_else(|| {
            ModelError::format(path, format!("{name} cannot be read: fetch it again"))
        })?;
        let sizes = tensor.shape.iter();
        key = sizes.fold(key.text(name), |key, size| key.count(*size));
        key = key.hash(&values);
    }
    Ok(HeadId(key.finish()))
}
