//! The architectures that can be built, each with upstream's configuration.

use std::path::Path;

use burn::tensor::Device;
use serde_json::Value;

use super::ModelError;
use super::backbones::{
    Backbone, BackboneSpec, HtsAtConfig, ResNext, ResNextConfig, SwinV2Config, VitConfig,
};
use super::desc::Pair;
use super::precision::{Half, in_numbers};
use super::prep::{FbankPrep, SoundPrep};
use super::weights::{Names, StateDict, load_in_numbers, load_into};

/// A configuration of one of the architectures that can be built.
#[derive(Clone, Debug, PartialEq)]
pub enum BackboneConfig {
    /// Swin Transformer V2.
    SwinV2(SwinV2Config),
    /// HTS-AT.
    HtsAt(HtsAtConfig),
    /// Vision Transformer.
    Vit(VitConfig),
    /// ResNeXt: grouped convolutions, a token a place of the map.
    ResNext(ResNextConfig),
}

impl BackboneConfig {
    /// The configuration of `architecture` that upstream's arguments describe, checked.
    pub(super) fn read(architecture: &str, config: &Value) -> Result<Self, ModelError> {
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
    pub(super) fn picture(&self) -> Option<Pair> {
        match self {
            Self::SwinV2(config) => Some(config.img_size),
            Self::Vit(config) => Some(config.img_size),
            Self::ResNext(config) => Some(config.img_size),
            Self::HtsAt(_) => None,
        }
    }

    /// The same for sound made into pictures. Swin has one size; ViT interpolates its position embedding; ResNeXt takes any.
    pub(super) fn hearing(self, prep: &FbankPrep) -> Result<Self, ModelError> {
        if !prep.is_sane() {
            let what = "the filter bank's settings make no sense";
            return Err(ModelError::Config(what.into()));
        }
        let size = (prep.rows, prep.mel_bins);
        Ok(match self {
            Self::Vit(mut config) => {
                config.input_size = Some(size);
                config.validate()?;
                Self::Vit(config)
            }
            Self::ResNext(mut config) => {
                config.img_size = size;
                config.validate()?;
                Self::ResNext(config)
            }
            other => other,
        })
    }

    /// Whether heads read its last layer after the final norm: LAVisH reads Swin and ViT so, whether they look or listen; DG-SCT and
    /// AVMoE read HTS-AT before it.
    pub fn is_read_after_norm(&self) -> bool {
        !matches!(self, Self::HtsAt(_))
    }

    /// Classes of its classifier; 0 for none.
    pub(super) fn num_classes(&self) -> usize {
        match self {
            Self::SwinV2(config) => config.num_classes,
            Self::HtsAt(config) => config.num_classes,
            Self::Vit(config) => config.num_classes,
            Self::ResNext(config) => config.num_classes,
        }
    }

    /// The same without a classifier: nothing downstream uses it, and its weights may be left out.
    pub(super) fn without_classifier(mut self) -> Self {
        *match &mut self {
            Self::SwinV2(config) => &mut config.num_classes,
            Self::HtsAt(config) => &mut config.num_classes,
            Self::Vit(config) => &mut config.num_classes,
            Self::ResNext(config) => &mut config.num_classes,
        } = 0;
        self
    }

    /// With random weights and without a classifier, ready for inference, its matrices in 16 bit where `half`.
    ///
    /// # Errors
    /// Numbers that do not fit each other.
    pub(crate) fn random(
        self,
        name: &str,
        device: &Device,
        half: Option<Half>,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        Ok(match self.without_classifier() {
            Self::SwinV2(config) => {
                Box::new(in_numbers(config.init(device)?.named(name), half).freeze())
            }
            Self::HtsAt(config) => {
                Box::new(in_numbers(config.init(device)?.named(name), half).freeze())
            }
            Self::Vit(config) => {
                Box::new(in_numbers(config.init(device)?.named(name), half).freeze())
            }
            Self::ResNext(config) => Box::new(frozen(config.init(device)?.named(name), half)),
        })
    }

    /// Matrix operations for one input, without the classifier.
    pub fn operations(&self) -> u64 {
        match self {
            Self::SwinV2(config) => config.operations(),
            Self::HtsAt(config) => config.operations(),
            Self::Vit(config) => config.operations(),
            Self::ResNext(config) => config.operations(),
        }
    }

    /// The backbone with the weights of a checkpoint, its matrices in 16 bit where `half`; `path` is for errors.
    pub(super) fn load(
        self,
        name: &str,
        state: StateDict,
        path: &Path,
        device: &Device,
        half: Option<Half>,
    ) -> Result<Box<dyn Backbone>, ModelError> {
        let names = self.names();
        Ok(match self {
            Self::SwinV2(config) => {
                let model = load_in_numbers(config.init(device)?, state, names, path, half)?;
                Box::new(model.named(name).freeze())
            }
            Self::HtsAt(config) => {
                let model = load_in_numbers(config.init(device)?, state, names, path, half)?;
                Box::new(model.named(name).freeze())
            }
            Self::Vit(config) => {
                let model = load_in_numbers(config.init(device)?, state, names, path, half)?;
                Box::new(model.named(name).freeze())
            }
            Self::ResNext(config) => Box::new(resnext(config, name, state, path, device, half)?),
        })
    }

    /// The same, and again as `ear` says it will be where it listens, both on one copy of the weights.
    pub(super) fn load_shared(
        self,
        name: &str,
        ear: BackboneSpec,
        state: StateDict,
        path: &Path,
        device: &Device,
        half: Option<Half>,
    ) -> Result<[Box<dyn Backbone>; 2], ModelError> {
        let names = self.names();
        match self {
            Self::SwinV2(config) => {
                let model = load_in_numbers(config.init(device)?, state, names, path, half)?;
                let eye = model.named(name).freeze();
                let ear = eye.clone().described(ear);
                Ok([Box::new(eye), Box::new(ear)])
            }
            Self::Vit(config) => {
                let model = load_in_numbers(config.init(device)?, state, names, path, half)?;
                let (eye, ear) = model.named(name).freeze_pair(ear);
                Ok([Box::new(eye), Box::new(ear)])
            }
            Self::ResNext(config) => {
                let eye = resnext(config, name, state, path, device, half)?;
                let ear = eye.clone().described(ear);
                Ok([Box::new(eye), Box::new(ear)])
            }
            Self::HtsAt(_) => Err(ModelError::Config("hts_at only listens".into())),
        }
    }

    /// Whose names its checkpoints use.
    pub(super) fn names(&self) -> Names {
        match self {
            Self::SwinV2(_) => Names::SwinV2,
            Self::HtsAt(_) => Names::HtsAt,
            Self::Vit(_) => Names::Vit,
            Self::ResNext(_) => Names::ResNext,
        }
    }
}

fn resnext(
    config: ResNextConfig,
    name: &str,
    state: StateDict,
    path: &Path,
    device: &Device,
    half: Option<Half>,
) -> Result<ResNext, ModelError> {
    let model = load_into(config.init(device)?, state, Names::ResNext, path)?;
    Ok(frozen(model.named(name), half))
}

/// A ResNeXt's convolutions take over its norms' numbers before they may be rounded.
fn frozen(model: ResNext, half: Option<Half>) -> ResNext {
    let model = model.freeze_in(half);
    // What is in the CPU's kernels has been rounded there.
    in_numbers(model, half.filter(|half| *half == Half::F16))
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
