//! What a bundle's `model.json` says, and whether it can be built.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    AvelConfig, BackboneDesc, ImagePrep, KnownClass, LayerShape, ModelError, ParseConfig, Prep,
    RoundingPrice, SegmentConfig, SoundInput, TagConfig,
};
use crate::base::{Labels, Task};

/// The schema this program writes and reads.
pub const SCHEMA: &str = "mettle.model/1";

/// What `model.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// For people, short.
    pub name: String,
    /// For people: what it is, what it was trained on, what it can recognise.
    pub about: String,
    /// The backbone that looks.
    pub visual: BackboneEntry,
    /// The backbone that listens.
    pub audio: BackboneEntry,
    /// The head for event localization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub localize: Option<LocalizeEntry>,
    /// The head for video parsing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parse: Option<ParseEntry>,
    /// The heads made of what the backbones' classifiers know, for tasks that have no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagEntry>,
    /// The head for segmentation; its one label is what a mask is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<SegmentEntry>,
    /// What each class was learned from and how well it is known, where the maker says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownClass>,
    /// What 16 bit costs it, where the maker has measured that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounded: Vec<RoundingPrice>,
}

/// One backbone of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackboneEntry {
    /// What it is.
    pub description: BackboneDesc,
    /// Its weights, a file in the folder.
    pub weights: String,
    /// How often a second of sound is repeated before it is listened to; of no meaning for pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<usize>,
}

/// The localization head of a bundle.
pub type LocalizeEntry = HeadEntry<AvelConfig>;
/// The parsing head of a bundle.
pub type ParseEntry = HeadEntry<ParseConfig>;
/// The segmentation head of a bundle.
pub type SegmentEntry = HeadEntry<SegmentConfig>;

/// A head from tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagEntry {
    /// What it answers.
    pub task: Task,
    /// What it is.
    #[serde(flatten)]
    pub head: HeadEntry<TagConfig>,
}

/// One head of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadEntry<C> {
    /// Classes in the order of the head's outputs, without the background.
    pub labels: Labels,
    /// Its shape.
    pub config: C,
    /// Its weights, a file in the folder.
    pub weights: String,
    /// Whether its weights are random: then its scores mean nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub untrained: bool,
    /// What training measured of its own data, to judge how familiar a segment is; read by who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub familiarity: Option<serde_json::Value>,
    /// What makes its scores mean what they say; read by who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<serde_json::Value>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Manifest {
    /// Checks that everything it describes can be built.
    pub(in crate::model) fn check(&self) -> Result<(), ModelError> {
        for name in self.files() {
            let plain = Path::new(name).components().count() == 1
                && Path::new(name).file_name().is_some_and(|file| file == name);
            if !plain {
                return Err(ModelError::Config(format!(
                    "weights {name:?} must be the name of a file in the same folder"
                )));
            }
        }
        self.visual.description.check()?;
        self.audio.description.check()?;
        if !(1..=60).contains(&self.audio.tile.unwrap_or(1)) {
            return Err(ModelError::Config("tile: 1 to 60".into()));
        }
        self.preps().map(drop)
    }

    pub(in crate::model) fn files(&self) -> Vec<&str> {
        let backbones = [&*self.visual.weights, &*self.audio.weights];
        backbones.into_iter().chain(self.head_files()).collect()
    }

    pub(in crate::model) fn head_files(&self) -> Vec<&str> {
        let own = [
            self.localize.as_ref().map(|entry| &*entry.weights),
            self.parse.as_ref().map(|entry| &*entry.weights),
            self.segment.as_ref().map(|entry| &*entry.weights),
        ];
        let tags = self.tags.iter().map(|entry| &*entry.head.weights);
        own.into_iter().flatten().chain(tags).collect()
    }

    /// Every task it has a head for, and whether that head has random weights.
    pub fn tasks(&self) -> Vec<(Task, bool)> {
        let localize = self
            .localize
            .as_ref()
            .map(|e| (Task::Localize, e.untrained));
        let parse = self.parse.as_ref().map(|e| (Task::Parse, e.untrained));
        let segment = self.segment.as_ref().map(|e| (Task::Segment, e.untrained));
        let tags = self.tags.iter().map(|e| (e.task, e.head.untrained));
        let own = [localize, parse, segment].into_iter().flatten();
        own.chain(tags).collect()
    }

    /// Whether one backbone, with one file of weights, both looks and listens.
    pub fn has_one_backbone(&self) -> bool {
        let (eye, ear) = (&self.visual.description, &self.audio.description);
        self.visual.weights == self.audio.weights
            && (&eye.architecture, &eye.config) == (&ear.architecture, &ear.config)
    }

    /// What training measured of its own data, from whichever head has it.
    pub(super) fn familiarity(&self) -> Option<&serde_json::Value> {
        let localize = self.localize.as_ref().and_then(|e| e.familiarity.as_ref());
        let parse = || self.parse.as_ref().and_then(|e| e.familiarity.as_ref());
        let segment = || self.segment.as_ref().and_then(|e| e.familiarity.as_ref());
        localize.or_else(parse).or_else(segment)
    }

    pub(super) fn preps(&self) -> Result<(ImagePrep, SoundInput), ModelError> {
        match (
            self.visual.description.prep()?,
            self.audio.description.prep()?,
        ) {
            (Prep::Image(image), Prep::Logmel(sound)) => Ok((image, SoundInput::Logmel(sound))),
            (Prep::Image(image), Prep::Fbank(sound)) => Ok((image, SoundInput::Fbank(sound))),
            _ => Err(ModelError::Config(
                "the visual backbone must take pictures and the audio backbone sound".into(),
            )),
        }
    }

    /// The layers of the visual backbone, and of the audio backbone.
    ///
    /// # Errors
    /// A backbone cannot be built.
    pub fn layers(&self) -> Result<(Vec<LayerShape>, Vec<LayerShape>), ModelError> {
        let visual = self.visual.description.spec()?.layers;
        Ok((visual, self.audio.description.spec()?.layers))
    }
}
