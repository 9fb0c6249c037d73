//! Options of `mettle bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::gpu::DeviceChoice;

use super::analyze::Asked;
use super::values::model;

/// Options of `bench`.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    /// Something else to measure.
    #[command(subcommand)]
    pub part: Option<BenchPart>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Length of the long clip whose memory is watched; 0 leaves it out.
    #[arg(long, default_value = "10")]
    pub minutes: u32,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// What `bench` can measure beside opening clips.
#[derive(Clone, Debug, Subcommand)]
pub enum BenchPart {
    /// Measure backbones of full size with random weights: time, operations a second, the device's ceiling, memory.
    #[command(
        after_help = "Examples:\n  mettle bench backbones --device cpu\n  mettle bench backbones vit_large_patch16_224 --json\n  mettle bench backbones --peer 'python3 tests/peers/backbones.py openvino' --peer 'python3 tests/peers/backbones.py torch' --readme README.md"
    )]
    Backbones(BackbonesArgs),
    /// Measure a training step at the paper's size on noise: from cached features, with the backbones in the loop, and with the
    /// textbook form of distillation.
    #[command(
        after_help = "Examples:\n  mettle bench train --device cpu\n  mettle bench train --batch 16 --task parse --json\n  mettle bench train --epochs 100 --clips 20 --batch 16     does memory grow?\n  mettle bench train --epochs 5 --clips 20 --batch 4 --task localize --decision     as corrections are learned\n  mettle bench train --device cpu --peer 'peer/bin/python tests/peers/train_step.py'     PyTorch beside it; ratios and both memories\n  mettle bench train --device cpu --batch 1,16 --steps 2 --peer … --readme README.md"
    )]
    Train(TrainCostArgs),
    /// Measure how long a person waits for a correction to be learned: from the correction to a new head and its timeline, with clips
    /// that were analysed before.
    #[command(after_help = "Example:\n  mettle bench corrections --device cpu")]
    Corrections(CorrectionsArgs),
    /// Measure decoding alone: a picture of the middle of each second of a clip, and its sound.
    #[command(after_help = "Example:\n  mettle bench decode dog.mp4")]
    Decode(DecodeArgs),
}

/// Options of `bench decode`.
#[derive(Args, Clone, Debug)]
pub struct DecodeArgs {
    /// The clip.
    #[arg(value_name = "CLIP")]
    pub clip: PathBuf,
    /// How often, after once that does not count.
    #[arg(long, default_value = "5")]
    pub rounds: usize,
    /// Samples of sound a second.
    #[arg(long, default_value = "32000", value_name = "HZ")]
    pub rate: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `bench corrections`.
#[derive(Args, Clone, Debug)]
pub struct CorrectionsArgs {
    /// Corrected clips of ten seconds.
    #[arg(long, default_value = "20")]
    pub clips: usize,
    /// Corrections, one after the other.
    #[arg(long, default_value = "3")]
    pub rounds: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// Options of `bench train`.
#[derive(Args, Clone, Debug)]
pub struct TrainCostArgs {
    /// Clips a step; of several numbers, 1,16, the first is measured in every way, the others from the cache alone.
    #[arg(long, default_value = "1", value_delimiter = ',')]
    pub batch: Vec<usize>,
    /// Steps, after one that does not count.
    #[arg(long, default_value = "5")]
    pub steps: usize,
    /// Whose head learns: localize, parse, segment or all.
    #[arg(long, value_enum, default_value = "all")]
    pub task: Asked,
    /// Whole epochs in place of steps: how long one takes, and whether memory grows from the first to the last.
    #[arg(long, value_name = "N", conflicts_with = "peer")]
    pub epochs: Option<usize>,
    /// Clips of an epoch.
    #[arg(long, default_value = "20", requires = "epochs")]
    pub clips: usize,
    /// Only what is behind the distillers learns, as in a training on corrections: what these make of a clip is computed once, in the
    /// first step or epoch.
    #[arg(long, conflicts_with = "peer")]
    pub decision: bool,
    /// A program that measures the same step by itself, with its backbones in the loop, and again with --no-backbone: it is given
    /// --task, --batch, --steps and --threads, and prints JSON last.
    #[arg(long, value_name = "COMMAND")]
    pub peer: Option<String>,
    /// A page whose table is to be replaced.
    #[arg(long, value_name = "FILE")]
    pub readme: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// Options of `bench backbones`.
#[derive(Args, Clone, Debug)]
pub struct BackbonesArgs {
    /// The backbones, by their descriptions' names; all where none is named.
    pub names: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Inputs a pass.
    #[arg(long, default_value = "10")]
    pub batch: usize,
    /// Passes, after one that does not count.
    #[arg(long, default_value = "5")]
    pub rounds: usize,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
    /// A program that runs the same backbones, to be measured in turn with this one; may be given several times.
    #[arg(long, value_name = "COMMAND")]
    pub peer: Vec<String>,
    /// A page whose table is to be replaced.
    #[arg(long, value_name = "FILE")]
    pub readme: Option<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}
