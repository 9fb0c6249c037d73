//! In which numbers a backbone's matrices are kept and multiplied.
//!
//! In 16 bit, matrices of linear layers and convolutions take half the memory, and their products run in 16 bit where the device is
//! faster at that: f16 on graphics cards, bf16 on processors. Norms, position biases, softmax and the sums from block to block stay
//! in f32. Features are f32 either way.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, FloatDType, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::gpu::{no_bf16, no_f16};

/// What the user asks for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bit.
    #[default]
    F32,
    /// 16 bit with f16's five bits of exponent, or an error where the device does not compute in it.
    F16,
    /// 16 bit with f32's eight bits of exponent, or an error where the device does not compute in it.
    Bf16,
    /// The 16 bit that the device computes in, else 32.
    Auto,
}

/// Numbers of 16 bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// Ten bits of fraction.
    F16,
    /// Seven bits of fraction.
    Bf16,
}

/// A word that names no precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a precision is f32, f16, bf16 or auto")]
pub struct UnknownPrecision;

impl std::str::FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        match text {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
            "bf16" => Ok(Self::Bf16),
            "auto" => Ok(Self::Auto),
            _ => Err(UnknownPrecision),
        }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Auto => "auto",
        })
    }
}

impl Precision {
    /// The 16 bit it comes to on a device, if any.
    ///
    /// # Errors
    /// One is asked for that the device does not compute in.
    pub(crate) fn half_on(self, device: &Device) -> Result<Option<Half>, ModelError> {
        let (f16, bf16) = (no_f16(device), no_bf16(device));
        let (half, reason) = match self {
            Self::F32 => return Ok(None),
            Self::Auto if f16.is_none() => (Half::F16, None),
            Self::Auto if bf16.is_none() => (Half::Bf16, None),
            Self::Auto => return Ok(None),
            Self::F16 => (Half::F16, f16),
            Self::Bf16 => (Half::Bf16, bf16),
        };
        match reason {
            None => Ok(Some(half)),
            Some(reason) => Err(ModelError::Config(format!(
                "{reason}: use --precision f32, or auto"
            ))),
        }
    }

    /// What it comes to on a device.
    ///
    /// # Errors
    /// One is asked for that the device does not compute in.
    pub fn on(self, device: &Device) -> Result<Self, ModelError> {
        self.half_on(device).map(Self::of)
    }

    /// What was come to.
    pub(crate) fn of(half: Option<Half>) -> Self {
        match half {
            None => Self::F32,
            Some(Half::F16) => Self::F16,
            Some(Half::Bf16) => Self::Bf16,
        }
    }
}

impl Half {
    /// As a tensor's numbers.
    pub fn float(self) -> FloatDType {
        match self {
            Self::F16 => FloatDType::F16,
            Self::Bf16 => FloatDType::BF16,
        }
    }
}

/// What stays in f32: the first convolution, whose input is the picture; classifiers; what position biases came from.
const STAYS: [&str; 5] = ["patch_embed", "tscam_conv", "head", "fc", "cpb_mlp"];

/// Whether a parameter is kept in 16 bit: `path` is field names, and the type that holds each.
pub(super) fn is_halved(path: &[(String, String)]) -> bool {
    let matrix = path.last().is_some_and(|(name, holder)| {
        name == "weight" && ["Struct:Linear", "Struct:Conv2d"].contains(&holder.as_str())
    });
    matrix && !path.iter().any(|(name, _)| STAYS.contains(&name.as_str()))
}

/// A module whose matrices are in 16 bit where `half`. While it is made both copies are held: what can be loaded so should be.
pub(super) fn in_numbers<M: Module>(module: M, half: Option<Half>) -> M {
    match half {
        None => module,
        Some(half) => module.map(&mut Halve(half, Vec::new())),
    }
}

/// Field names, and the type that holds each.
struct Halve(Half, Vec<(String, String)>);

impl ModuleMapper for Halve {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.1.push((name.to_owned(), container_type.to_owned()));
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.1.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match is_halved(&self.1) {
            true => Param::from_tensor(param.val().cast(self.0.float())),
            false => param,
        }
    }
}
