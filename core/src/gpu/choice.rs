//! Which device the user asks for.

use std::fmt;
use std::str::FromStr;

/// The device to compute on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceChoice {
    /// The fastest that works: CUDA if built in and present, a real GPU, else the CPU. Never a software rasteriser.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU through whichever graphics interface this system offers; a software one when there is nothing else.
    Wgpu,
    /// A GPU through Vulkan.
    Vulkan,
    /// A GPU through Metal.
    Metal,
    /// A GPU through Direct3D 12.
    Dx12,
    /// An NVIDIA GPU through CUDA.
    Cuda,
}

impl DeviceChoice {
    /// Every choice, in the order help texts list them.
    pub const ALL: [Self; 7] = [
        Self::Auto,
        Self::Cpu,
        Self::Wgpu,
        Self::Vulkan,
        Self::Metal,
        Self::Dx12,
        Self::Cuda,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Wgpu => "wgpu",
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
            Self::Dx12 => "dx12",
            Self::Cuda => "cuda",
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no device is called `{word}`; there are {}", names())]
pub struct UnknownDevice {
    /// The word.
    word: String,
}

fn names() -> String {
    DeviceChoice::ALL.map(DeviceChoice::name).join(", ")
}

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;
    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        let known = |choice: &Self| choice.name().eq_ignore_ascii_case(text);
        let mut all = Self::ALL.into_iter();
        all.find(known).ok_or_else(|| UnknownDevice {
            word: text.to_owned(),
        })
    }
}
