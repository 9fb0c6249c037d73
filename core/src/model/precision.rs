//! In which numbers a backbone's matrices are kept and multiplied.
//!
//! In f16, matrices of linear layers and convolutions take half the memory, and their products run in f16 where the device is
//! faster at that; norms, position biases, softmax and the sums from block to block stay in f32. Features are f32 either way.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, FloatDType, Tensor};
use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::gpu::no_f16;

/// What the user asks for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bit.
    #[default]
    F32,
    /// 16 bit, or an error where the device computes in none.
    F16,
    /// 16 bit where the device computes in it, else 32.
    Auto,
}

/// A word that names no precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a precision is f32, f16 or auto")]
pub struct UnknownPrecision;

impl std::str::FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        match text {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
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
            Self::Auto => "auto",
        })
    }
}

impl Precision {
    /// Whether it comes to 16 bit on a device.
    ///
    /// # Errors
    /// 16 bit is asked for and the device has none.
    pub fn is_half_on(self, device: &Device) -> Result<bool, ModelError> {
        match (self, no_f16(device)) {
            (Self::F32, _) => Ok(false),
            (Self::Auto, reason) => Ok(reason.is_none()),
            (Self::F16, None) => Ok(true),
            (Self::F16, Some(reason)) => Err(ModelError::Config(format!(
                "{reason}: use --precision f32, or auto"
            ))),
        }
    }
}

/// What stays in f32: the first convolution, whose input is the picture; classifiers; what position biases came from.
const STAYS: [&str; 5] = ["patch_embed", "tscam_conv", "head", "fc", "cpb_mlp"];

/// Whether a parameter is kept in f16: `path` is field names, and the type that holds each.
pub(super) fn is_halved(path: &[(String, String)]) -> bool {
    let matrix = path.last().is_some_and(|(name, holder)| {
        name == "weight" && ["Struct:Linear", "Struct:Conv2d"].contains(&holder.as_str())
    });
    matrix && !path.iter().any(|(name, _)| STAYS.contains(&name.as_str()))
}

/// A module whose matrices are in f16. While it is made both copies are held: what can be loaded in f16 should be.
pub(super) fn halved<M: Module>(module: M) -> M {
    module.map(&mut Halve(Vec::new()))
}

/// Field names, and the type that holds each.
struct Halve(Vec<(String, String)>);

impl ModuleMapper for Halve {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.0.push((name.to_owned(), container_type.to_owned()));
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.0.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match is_halved(&self.0) {
            true => Param::from_tensor(param.val().cast(FloatDType::F16)),
            false => param,
        }
    }
}
