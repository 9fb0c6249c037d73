//! Options of the small commands: `doctor`, `features`, `tag`.

use std::path::PathBuf;

use clap::Args;
use mettle_core::engine::Precision;
use mettle_core::gpu::DeviceChoice;

/// Options of `doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Say also what graphics drivers print while they are looked for.
    #[arg(long)]
    pub verbose: bool,
    /// The device to test: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// Options of `metrics`.
#[derive(Args, Clone, Debug)]
pub struct MetricsArgs {
    /// What a model said and what is true, in JSON.
    #[arg(value_name = "FILE.json")]
    pub file: PathBuf,
}

/// Options of `features`.
#[derive(Args, Clone, Debug)]
pub struct FeaturesArgs {
    /// What the backbone is: name, architecture, configuration.
    #[arg(long, value_name = "DESC.json")]
    pub model: PathBuf,
    /// Its checkpoint: safetensors, .pth or .ckpt, under upstream's key names.
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// A safetensors file with a tensor `input`.
    #[arg(long, value_name = "IN.safetensors")]
    pub input: PathBuf,
    /// The file to write.
    #[arg(long, value_name = "OUT.safetensors")]
    pub out: PathBuf,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
}

/// Options of `tag`.
#[derive(Args, Clone, Debug)]
pub struct TagArgs {
    /// The file to tag.
    #[arg(value_name = "CLIP")]
    pub clip: PathBuf,
    /// How many tags a second, of sound and of picture each.
    #[arg(long, default_value = "5", value_name = "K", value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// Who listens: a model of `mettle models list`, a description in a .json file, or `none`. Without it, htsat_audioset.
    #[arg(long, value_name = "MODEL")]
    pub audio: Option<String>,
    /// Who looks: the same. Without it, swinv2_large_window12_192.
    #[arg(long, value_name = "MODEL")]
    pub visual: Option<String>,
    /// A folder to look for weights in before the usual ones.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
