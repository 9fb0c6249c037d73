//! Options of `train`, and of `eval` for a trained head.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mettle_core::base::Task;
use mettle_core::data::{DatasetKind, Part};
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::gpu::DeviceChoice;
use mettle_core::tools::DatasetRecipe;

use super::values::{model, task};
use crate::cli::Failure;

/// Options of `train`.
#[derive(Args, Clone, Debug)]
pub struct TrainArgs {
    /// What the head is to answer: localize, parse or segment. The data set says it where only one fits.
    #[arg(long, value_parser = task)]
    pub task: Option<Task>,
    /// How the data set is laid out.
    #[arg(long, value_enum)]
    pub dataset: DatasetArg,
    /// Its folder: the lists as published, and films, or frames and sound taken out of them.
    #[arg(long, value_name = "DIR", required_if_eq_any = [
        ("dataset", "ave"), ("dataset", "llp"), ("dataset", "s4"), ("dataset", "ms3"), ("dataset", "scenes"),
    ])]
    pub data: Option<PathBuf>,
    /// With `--dataset project`: the project whose corrections are learned, from the model's head or that of --from. Without it, the
    /// usual one.
    #[arg(long, value_name = "FILE")]
    pub project: Option<PathBuf>,
    /// Of a project: let the head say anything where nobody said anything. Without this it stays near what it said, in the corrected
    /// clips and in others that were analysed.
    #[arg(long)]
    pub forget: bool,
    /// Of a project: the head goes on distilling the layers as it did, and only what it makes of that learns. Several times quicker, but
    /// single seconds that are denied take more of the clip along.
    #[arg(long)]
    pub decision: bool,
    /// Which clips an epoch is chosen by. `test` is how some published figures were made: they are then no measure of anything new.
    #[arg(long, value_enum, default_value = "val", conflicts_with = "project")]
    pub select: SelectArg,
    /// The model whose backbones are read: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// The folder that becomes the head.
    #[arg(long, value_name = "HEAD_DIR")]
    pub out: PathBuf,
    /// What is to be other than the paper's preset, in JSON.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Go on with a training that was stopped.
    #[arg(long)]
    pub resume: bool,
    /// Decides random weights, the order of clips and what dropout drops.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How inputs are made of the clips: ours, or as a published training makes them.
    #[arg(long, default_value = "ours", value_name = "ours|dgsct|lavish")]
    pub recipe: DatasetRecipe,
    /// The head, or one of the paper's baselines on the same features.
    #[arg(long, value_enum, default_value = "mettle")]
    pub head_kind: HeadKindArg,
    /// Go on from this head in place of random weights.
    #[arg(long, value_name = "HEAD_DIR")]
    pub from: Option<PathBuf>,
    /// Train every row of this table of the paper's ablations, a head each in a folder inside --out, and measure it on the
    /// test clips. A row that is there is not trained again.
    #[arg(long, value_name = "5..12", value_parser = clap::value_parser!(u8).range(5..=12), conflicts_with_all = ["head_kind", "from"])]
    pub ablation: Option<u8>,
    /// Draw this figure of the paper on the test clips as PNG and SVG into --out: 3, the loss around heads with one and with four
    /// meta-tokens; 4, t-SNE of seconds with and without LCD; 5, lanes; 6, masks with and without LCD. The heads it needs are
    /// trained first, in folders inside --out; one that is there is not trained again.
    #[arg(long, value_name = "3..6", value_parser = clap::value_parser!(u8).range(3..=6), conflicts_with_all = ["head_kind", "from", "ablation"])]
    pub figure: Option<u8>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
    /// No progress bar, and nothing on stdout but the last line.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `eval` that measure a head on a data set.
#[derive(Args, Clone, Debug)]
pub struct OfHead {
    /// Measure this head, by its folder, on a data set; without it, the model's own.
    #[arg(long, value_name = "HEAD_DIR", requires = "dataset", requires = "data")]
    pub head: Option<PathBuf>,
    /// Measure on a data set instead of scenes; how it is laid out.
    #[arg(long, value_enum, requires = "data", conflicts_with_all = ["material", "few_shot"])]
    pub dataset: Option<DatasetArg>,
    /// Its folder.
    #[arg(long, value_name = "DIR", requires = "dataset")]
    pub data: Option<PathBuf>,
    /// Which of its clips.
    #[arg(long, value_enum, default_value = "test", requires = "dataset")]
    pub part: PartArg,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda. (Scenes are measured on the CPU.)
    #[arg(long, default_value = "auto", requires = "dataset")]
    pub device: DeviceChoice,
}

/// How a data set is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatasetArg {
    /// AVE.
    Ave,
    /// LLP.
    Llp,
    /// AVSBench's single-source part.
    S4,
    /// AVSBench's multi-source part.
    Ms3,
    /// Whatever `mettle scenes` wrote.
    Scenes,
    /// What a person said in the window or by `mettle import`.
    Project,
}

impl DatasetArg {
    /// The layout, of a folder and a task where these decide it.
    pub fn kind(self, data: &Path, task: Option<Task>) -> Result<DatasetKind, Failure> {
        let kind = match self {
            Self::Project => {
                return Err(Failure::Usage(
                    "a project is what is learned from; measure on a data set".to_owned(),
                ));
            }
            Self::Ave => DatasetKind::Ave,
            Self::Llp => DatasetKind::Llp,
            Self::S4 => DatasetKind::S4,
            Self::Ms3 => DatasetKind::Ms3,
            Self::Scenes => {
                let tasks = Task::ALL.into_iter();
                let mut tasks = tasks.filter(|known| task.is_none_or(|task| task == *known));
                let found = tasks.find_map(|task| DatasetKind::find(data, task));
                return found.ok_or_else(|| {
                    Failure::Said(format!(
                        "{} holds no scenes for that task: `mettle scenes --out {0}` writes some",
                        data.display()
                    ))
                });
            }
        };
        match task {
            Some(task) if task != kind.task() => Err(Failure::Usage(format!(
                "{} teaches {}, not {}",
                kind.name(),
                kind.task().name(),
                task.name()
            ))),
            _ => Ok(kind),
        }
    }
}

/// What is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HeadKindArg {
    /// Layer-centric distillation and the task's head.
    Mettle,
    /// The task's head on the last layer's mean, through a linear layer a modality.
    Linear,
    /// The task's head straight on the last layer's mean.
    Direct,
}

/// Which clips choose an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SelectArg {
    /// The validation clips.
    Val,
    /// The test clips.
    Test,
}

/// Which clips of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartArg {
    /// Those to learn from.
    Train,
    /// Those an epoch is chosen by.
    Val,
    /// Those held out.
    Test,
}

impl PartArg {
    /// As readers name it.
    pub fn part(self) -> Part {
        match self {
            Self::Train => Part::Train,
            Self::Val => Part::Val,
            Self::Test => Part::Test,
        }
    }
}
