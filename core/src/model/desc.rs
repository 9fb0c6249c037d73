//! What a backbone is, in a file: name, architecture, upstream's configuration, pre-processing.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::ModelError;
use super::backbones::{
    Backbone, BackboneSpec, HtsAtConfig, LayerShape, ResNextConfig, SwinV2Config, VitConfig,
};
use super::prep::{ImagePrep, Prep, SoundPrep};
use super::weights::{Names, StateDict, load_into, read_checkpoint};

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
pub struct ModelDesc {
    /// For people.
    pub name: String,
    /// `swin_v2`, `hts_at`, `vit` or `resnext`.
    pub architecture: String,
    /// Upstream's constructor arguments under upstream's names; others are ignored.
    pub config: Value,
    /// How its input is made; what the architecture's published recipe says where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prep: Option<Prep>,
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

/// A configuration of one of the architectures that can be built.
#[derive(Clone, Debug, PartialEq)]
pub enum BackboneConfig {
    /// Swin Transformer V2.
    SwinV2(SwinV2Config),
    /// HTS-AT.
    HtsAt(HtsAtConfig),
    /// Vision Transformer.
    Vit(VitConfig),
    /// ResNeXt.
    ResNext(ResNextConfig),
}

impl BackboneConfig {
    /// The configuration of `architecture` that upstream's arguments describe, checked.
    fn read(architecture: &str, config: &Value) -> Result<Self, ModelError> {
        fn parse<T: serde::de::DeserializeOwned>(config: &Value) -> Result<T, ModelError> {
            serde_json::from_value(config.clone()).map_err(|e| ModelError::Config(e.to_string()))
        }
        Ok(match architecture {
            "swin_v2" => {
                let config: SwinV2Config = parse(config)?;
                config.validate()?;
                Self::SwinV2(config)
            }
            "hts_at" => {
                let config: HtsAtConfig = parse(config)?;
                config.validate()?;
                Self::HtsAt(config)
            }
            "vit" => {
                let config: VitConfig = parse(config)?;
                config.validate()?;
                Self::Vit(config)
            }
            "resnext" => {
                let config: ResNextConfig = parse(config)?;
                config.validate()?;
                Self::ResNext(config)
            }
            other => {
                return Err(ModelError::Config(format!(
                    "unknown architecture {other:?}; known are swin_v2, hts_at, vit and resnext"
                )));
            }
        })
    }

    /// What the backbone will be.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        match self {
            Self::SwinV2(config) => config.spec(name),
            Self::HtsAt(config) => config.spec(name),
            Self::Vit(config) => config.spec(name),
            Self::ResNext(config) => config.spec(name),
        }
    }

    /// Height and width of its pictures; `None` for what takes a spectrogram.
    fn picture(&self) -> Option<Pair> {
        match self {
            Self::SwinV2(config) => Some(config.img_size),
            Self::Vit(config) => Some(config.img_size),
            Self::ResNext(config) => Some(config.img_size),
            Self::HtsAt(_) => None,
        }
    }

    /// The same without a classifier: nothing downstream uses it, and its weights may be left out.
    fn without_classifier(mut self) -> Self {
        *match &mut self {
            Self::SwinV2(config) => &mut config.num_classes,
            Self::HtsAt(config) => &mut config.num_classes,
            Self::Vit(config) => &mut config.num_classes,
            Self::ResNext(config) => &mut config.num_classes,
        } = 0;
        self
    }

    fn load(
        self,
        name: &str,
        state: StateDict,
        path: &Path,
        device: &Device,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        Ok(match self {
            Self::SwinV2(config) => {
                let model = load_into(config.init(device)?, state, Names::SwinV2, path)?;
                Box::new(model.named(name).freeze_tables())
            }
            Self::HtsAt(config) => {
                let model = load_into(config.init(device)?, state, Names::HtsAt, path)?;
                Box::new(model.named(name).freeze_tables())
            }
            Self::Vit(config) => {
                let model = load_into(config.init(device)?, state, Names::Vit, path)?;
                Box::new(model.named(name).freeze_tables())
            }
            Self::ResNext(config) => {
                let model = load_into(config.init(device)?, state, Names::ResNext, path)?;
                Box::new(model.named(name).freeze_tables())
            }
        })
    }
}

impl ModelDesc {
    /// Reads a description.
    ///
    /// # Errors
    /// The file is missing or no description, or describes what cannot be built.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|e| ModelError::io(path, e))?;
        let desc: Self = serde_json::from_str(&text)
            .map_err(|e| ModelError::format(path, format!("is no model description: {e}")))?;
        desc.check()
            .map_err(|e| ModelError::format(path, e.to_string()))?;
        Ok(desc)
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
        self.prep().map(drop)
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// An unknown architecture, or numbers that do not fit each other.
    pub fn backbone(&self) -> Result<BackboneConfig, ModelError> {
        BackboneConfig::read(&self.architecture, &self.config).map_err(|error| match error {
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
            (_, Some(_), _) => refuse("the model takes pictures, not sound"),
            (_, None, _) => refuse("hts_at takes sound, not pictures"),
        }
    }

    /// The backbone with the weights of a checkpoint, ready for inference.
    ///
    /// # Errors
    /// The description cannot be built, the checkpoint cannot be read, or they do not fit: then one error lists every name.
    pub fn load(&self, weights: &Path, device: &Device) -> Result<Box<dyn Backbone>, ModelError> {
        // Refuse what cannot be built before reading what may be a gigabyte.
        self.backbone()?;
        self.load_state(read_checkpoint(weights)?, weights, device)
    }

    /// The same from a checkpoint already read; `path` is for errors.
    pub(crate) fn load_state(
        &self,
        state: StateDict,
        path: &Path,
        device: &Device,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        let backbone = self.backbone()?.without_classifier();
        backbone.load(&self.name, state, path, device)
    }
}

impl HtsAtConfig {
    /// The spectrogram this configuration was trained on.
    pub fn sound_prep(&self) -> SoundPrep {
        SoundPrep {
            sample_rate: self.sample_rate,
            n_fft: self.n_fft,
            hop_size: self.hop_size,
            mel_bins: self.mel_bins,
            fmin: self.fmin,
            fmax: self.fmax,
        }
    }
}
