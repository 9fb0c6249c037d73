//! What a backbone is, in a file: name, architecture, upstream's configuration, pre-processing.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::ModelError;
use super::Precision;
use super::backbone_config::BackboneConfig;
use super::backbones::{Backbone, BackboneSpec, LayerShape};
use super::class_names::{CLASS_LISTS, class_names};
use super::prep::{FbankPrep, ImagePrep, Prep};
use super::weights::{StateDict, read_checkpoint};
use crate::base::Labels;

/// Rows and columns.
pub type Pair = (usize, usize);

/// Reads `64` or `[64, 48]`, as upstream's constructors do.
pub(crate) fn one_or_two<'de, D: Deserializer<'de>>(from: D) -> Result<Pair, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(usize),
        Two(usize, usize),
    }
    Ok(match Either::deserialize(from)? {
        Either::One(side) => (side, side),
        Either::Two(rows, cols) => (rows, cols),
    })
}

/// A backbone's description, as in `assets/models/*.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackboneDesc {
    /// Its name for people.
    pub name: String,
    /// `swin_v2`, `hts_at`, `vit` or `resnext`.
    pub architecture: String,
    /// Upstream's constructor arguments under upstream's names; others are ignored.
    pub config: Value,
    /// How its input is made; what the architecture's published recipe says where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prep: Option<Prep>,
    /// How sound is made into pictures for it, where a model that takes pictures also listens (the paper's shared setting).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hearing: Option<FbankPrep>,
    /// The list of what its own classifier tells apart, one of [`CLASS_LISTS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<String>,
    /// How the input of its classifier is made, where that is not `prep`: what it was trained with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier_prep: Option<Prep>,
    /// The layers it should have, to be checked against the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<LayerShape>>,
    /// Where the weights come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

impl BackboneDesc {
    /// Reads a description.
    ///
    /// # Errors
    /// The file is missing or no description, or describes what cannot be built.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|e| ModelError::io(path, e))?;
        Self::parse(&text, path)
    }

    /// The same from its text; `path` is for errors.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let desc: Self = serde_json::from_str(text)
            .map_err(|e| ModelError::format(path, format!("is no model description: {e}")))?;
        desc.check()
            .map_err(|e| ModelError::format(path, e.to_string()))?;
        Ok(desc)
    }

    /// How many stretches of time lie one below the other in the picture it takes of sound; 1 for what takes none.
    pub fn fold(&self) -> usize {
        match BackboneConfig::read(&self.architecture, &self.config) {
            Ok(BackboneConfig::HtsAt(config)) => config.fold(),
            _ => 1,
        }
    }

    /// Checks that it can be built and is what it says.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn check(&self) -> Result<(), ModelError> {
        let spec = self.spec()?;
        if self
            .layers
            .as_ref()
            .is_some_and(|layers| *layers != spec.layers)
        {
            return Err(ModelError::Config(format!(
                "{}: the layers listed are not those of the configuration",
                self.name
            )));
        }
        self.prep()?;
        if self.classes.is_some() {
            self.class_names()?;
        }
        match &self.hearing {
            Some(_) => self.listening()?.check(),
            None => Ok(()),
        }
    }

    /// What its classifier tells apart, in the order of its outputs.
    ///
    /// # Errors
    /// It has no classifier, names no list, or one of another length.
    pub fn class_names(&self) -> Result<Labels, ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("{}: {what}", self.name)));
        let count = self.backbone()?.num_classes();
        let Some(list) = self.classes.as_deref() else {
            return refuse("says nothing of the classes of its classifier".into());
        };
        match class_names(list) {
            Some(names) if names.len() == count => Ok(names),
            Some(names) => refuse(format!(
                "{list} has {} classes, its classifier {count}",
                names.len()
            )),
            None => refuse(format!(
                "unknown classes {list:?}; known are {}",
                CLASS_LISTS.join(", ")
            )),
        }
    }

    /// The same backbone as its classifier wants it fed.
    pub fn classifying(&self) -> Self {
        Self {
            prep: self.classifier_prep.clone().or_else(|| self.prep.clone()),
            classifier_prep: None,
            ..self.clone()
        }
    }

    /// The same backbone where it listens: its input is sound made into a picture by [`Self::hearing`].
    ///
    /// # Errors
    /// The description says nothing of sound.
    pub fn listening(&self) -> Result<Self, ModelError> {
        let hearing = self.hearing.clone().ok_or_else(|| {
            ModelError::Config(format!("{}: says nothing of how it listens", self.name))
        })?;
        Ok(Self {
            prep: Some(Prep::Fbank(hearing)),
            hearing: None,
            classes: None,
            layers: None,
            ..self.clone()
        })
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// An unknown architecture, or numbers that do not fit each other.
    pub fn backbone(&self) -> Result<BackboneConfig, ModelError> {
        let read = || {
            let config = BackboneConfig::read(&self.architecture, &self.config)?;
            match &self.prep {
                Some(Prep::Fbank(prep)) => config.hearing(prep),
                _ => Ok(config),
            }
        };
        read().map_err(|error| match error {
            ModelError::Config(what) => ModelError::Config(format!("{}: {what}", self.name)),
            other => other,
        })
    }

    /// What the backbone will be.
    ///
    /// # Errors
    /// Those of [`Self::backbone`].
    pub fn spec(&self) -> Result<BackboneSpec, ModelError> {
        Ok(self.backbone()?.spec(&self.name))
    }

    /// How its input is made.
    ///
    /// # Errors
    /// The preparation does not fit the architecture.
    pub fn prep(&self) -> Result<Prep, ModelError> {
        let refuse = |what: &str| Err(ModelError::Config(format!("{}: {what}", self.name)));
        let backbone = self.backbone()?;
        match (&backbone, backbone.picture(), &self.prep) {
            (_, Some((height, width)), None) => Ok(Prep::Image(ImagePrep::imagenet(height, width))),
            (_, Some(size), Some(Prep::Image(prep))) => match (prep.height, prep.width) == size {
                true => Ok(Prep::Image(prep.clone())),
                false => refuse("the prepared picture has not the model's size"),
            },
            (BackboneConfig::HtsAt(config), _, None) => Ok(Prep::Logmel(config.sound_prep())),
            (BackboneConfig::HtsAt(config), _, Some(Prep::Logmel(prep))) => {
                match prep.mel_bins == config.mel_bins && prep.is_sane() {
                    true => Ok(Prep::Logmel(prep.clone())),
                    false => refuse("the prepared sound has not the model's mel bands"),
                }
            }
            (BackboneConfig::Vit(_), _, Some(Prep::Fbank(prep))) => Ok(Prep::Fbank(prep.clone())),
            (_, Some(size), Some(Prep::Fbank(prep))) => match (prep.rows, prep.mel_bins) == size {
                true => Ok(Prep::Fbank(prep.clone())),
                false => refuse("the picture made of sound has not the model's size"),
            },
            (_, Some(_), _) => refuse("the model takes pictures; it listens through `fbank`"),
            (_, None, _) => refuse("hts_at takes sound, not pictures"),
        }
    }

    /// The backbone with the weights of a checkpoint, ready for inference, in f32 and without its classifier.
    ///
    /// # Errors
    /// Those of [`Self::load_as`].
    pub fn load(&self, weights: &Path, device: &Device) -> Result<Box<dyn Backbone>, ModelError> {
        self.load_as(weights, device, LoadAs::default())
    }

    /// The same, as `how` says.
    ///
    /// # Errors
    /// The description cannot be built, the device does not compute so, the checkpoint cannot be read, or they do not fit: then
    /// one error lists every name.
    pub fn load_as(
        &self,
        weights: &Path,
        device: &Device,
        how: LoadAs,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        // Refuse what cannot be built before reading what may be a gigabyte.
        self.backbone()?;
        how.precision.half_on(device)?;
        self.load_state(read_checkpoint(weights)?, weights, device, how)
    }

    /// The same from a checkpoint already read; `path` is for errors.
    pub(crate) fn load_state(
        &self,
        state: StateDict,
        path: &Path,
        device: &Device,
        how: LoadAs,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        let half = how.precision.half_on(device)?;
        let backbone = match how.classifier {
            true => self.backbone()?,
            false => self.backbone()?.without_classifier(),
        };
        backbone.load(&self.name, state, path, device, half)
    }

    /// This backbone, and the same one as `ear` describes how it listens: one copy of the weights serves both.
    pub(crate) fn load_shared(
        &self,
        ear: &Self,
        state: StateDict,
        path: &Path,
        device: &Device,
        how: LoadAs,
    ) -> Result<[Box<dyn Backbone>; 2], ModelError> {
        let half = how.precision.half_on(device)?;
        let eye = match how.classifier {
            true => self.backbone()?,
            false => self.backbone()?.without_classifier(),
        };
        let ear = ear.spec()?;
        eye.load_shared(&self.name, ear, state, path, device, half)
    }

    /// Whether it is fed here as its own classifier was in training, so that the classifier can be asked too.
    pub(crate) fn classifies_as_fed(&self) -> bool {
        let same = |own: &Prep| self.prep().is_ok_and(|prep| prep == *own);
        self.classes.is_some() && self.classifier_prep.as_ref().is_none_or(same)
    }

    /// Whether a checkpoint holds its classifier.
    pub(crate) fn has_classifier(&self, state: &StateDict) -> Result<bool, ModelError> {
        let names = self.backbone()?.names();
        Ok(names.has_classifier(state))
    }
}

/// How a backbone is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadAs {
    /// With its own classifier, for [`Backbone::classify`]; a checkpoint without one does not fit then.
    pub classifier: bool,
    /// In which numbers.
    pub precision: Precision,
}
