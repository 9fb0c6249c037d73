//! Options of what draws and measures on scenes: `scenes`, `eval`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mettle_core::base::Task;
use mettle_core::engine::{ModelChoice, Precision};

use super::train::OfHead;
use super::values::{mask_size, model, task};

/// Options of `scenes`.
#[derive(Args, Clone, Debug)]
pub struct ScenesArgs {
    /// Decides everything about the scenes.
    #[arg(long, default_value = "1")]
    pub seed: u64,
    /// How many scenes.
    #[arg(long, default_value = "10")]
    pub count: usize,
    /// The folder to write into.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What the scenes are for.
    #[arg(long, value_enum, default_value = "localize")]
    pub task: SceneKind,
    /// Of parsing: say of the clips to learn from, too, what is heard and seen in which second, which LLP says of the others alone.
    #[arg(long)]
    pub by_seconds: bool,
    /// Width and height of the clips, even numbers.
    #[arg(long, value_name = "WxH", default_value = "480x270", value_parser = mask_size)]
    pub size: (u32, u32),
}

/// What scenes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SceneKind {
    /// Which class is both heard and seen, second by second.
    Localize,
    /// Which classes are heard, seen, or both.
    Parse,
    /// Which pixels sound, of one thing that sounds.
    Segment,
    /// Which pixels sound, of several things that may.
    SegmentMany,
}

/// Options of `eval`.
#[derive(Args, Clone, Debug)]
pub struct EvalArgs {
    /// What to measure: localize, parse or segment.
    #[arg(long, default_value = "localize", value_parser = task)]
    pub task: Task,
    /// Measure parsing on clips made of the real sounds and photographs of this folder, which has a manifest.csv, instead of scenes.
    #[arg(long, value_name = "DIR")]
    pub material: Option<PathBuf>,
    /// Which fold of it, 1 to 4; 4 is for choosing, and no training may see it.
    #[arg(long, default_value = "4", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub fold: u8,
    /// What plays the instruments that the folder has no recordings of; FluidR3 where Debian installs it, unless another is named.
    #[arg(long, value_name = "FILE.sf2", requires = "material")]
    pub soundfont: Option<PathBuf>,
    /// How many scenes or clips.
    #[arg(long, default_value = "200")]
    pub scenes: usize,
    /// Which of the unseen scenes.
    #[arg(long, default_value = "0")]
    pub seed: u64,
    /// Teach the demo model's head two things that it has never met from so many clips, and measure it on others, before and after;
    /// and what is left of a clip's event when three of its seconds are denied.
    #[arg(long, value_name = "CLIPS", conflicts_with_all = ["material", "head", "model"])]
    pub few_shot: Option<usize>,
    /// Other ways to learn without forgetting, a row each, on other newcomers and scenes: what of the head learns, at which rate, and what
    /// it is held to. The usual one was chosen by these.
    #[arg(long, requires = "few_shot")]
    pub search: bool,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto", conflicts_with_all = ["dataset", "few_shot"])]
    pub precision: Precision,
    /// A data set, and the head to measure on it.
    #[command(flatten)]
    pub of_head: OfHead,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
