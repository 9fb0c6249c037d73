//! Options of `mettle analyze`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mettle_core::base::{Task, TimeSpan};
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::exchange::parts::PartFormat;
use mettle_core::gpu::DeviceChoice;
use mettle_core::tools::Shard;

use super::values::{mask_size, model, span};
use crate::cli::thresholds::ThresholdArgs;

/// Options of `analyze`.
#[derive(Args, Clone, Debug)]
pub struct AnalyzeArgs {
    /// Files to analyse, or folders of them; with --shard also lists of them: text, a path a line, named *.txt.
    #[arg(required = true, value_name = "CLIP")]
    pub clips: Vec<PathBuf>,
    /// Of a folder, also what lies in folders inside it.
    #[arg(short, long)]
    pub recursive: bool,
    /// What to ask: which events are both heard and seen (localize), what is heard and what is seen (parse), where the
    /// picture sounds (segment), or all that the model has a head for.
    #[arg(long, value_enum, default_value = "localize")]
    pub task: Asked,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// A trained head in place of the model's own, by its folder, or its name or the beginning of it; may be given once a task.
    #[arg(long, value_name = "DIR|ID")]
    pub head: Vec<String>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
    /// Write one file for each clip into this folder, named after the clip: where that name is another clip's already, with
    /// the beginning of the clip's content hash.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The kind of file. Given without --out, it is written to stdout in place of the table.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Analyse the I-th of N parts of the clips, and write it as tables into --out: each of N workers takes every N-th clip of
    /// the sorted list. A part that is there and whole is not made again.
    #[arg(long, value_name = "I/N", requires = "out")]
    pub shard: Option<Shard>,
    /// In tables, also keep the meta-tokens of each second, for search by example.
    #[arg(long)]
    pub embeddings: bool,
    /// Compute on so many threads; all there are if not given.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Scores go through the temperatures that were fitted with their heads, which make them mean what they say, before any
    /// threshold; `mettle models calibration` shows them.
    #[arg(long)]
    pub calibrated: bool,
    /// From which score on what counts.
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// Also write a film strip (PNG) and the clip with labels and masks drawn in (MP4, the sound copied) into the folder.
    #[arg(long, requires = "out")]
    pub pictures: bool,
    /// Draw only this stretch of the clip into the MP4, in seconds, such as 10-40.
    #[arg(long, value_name = "FROM-TO", requires = "pictures", value_parser = span)]
    pub span: Option<TimeSpan>,
    /// Also write a picture (PNG, 0 and 255) for the mask of each second into the folder, named as in AVSBench:
    /// CLIP/CLIP_1.png is the first second.
    #[arg(long, requires = "out")]
    pub masks: bool,
    /// Width and height of masks in files, such as 224x224 to compare with AVSBench; the clip's if not given.
    #[arg(long, value_name = "WxH", value_parser = mask_size)]
    pub mask_size: Option<(u32, u32)>,
    /// No table and no progress bar.
    #[arg(short, long)]
    pub quiet: bool,
}

impl AnalyzeArgs {
    /// The form of tables, where tables are asked for.
    pub fn of_parts(&self) -> Option<PartFormat> {
        match (self.format, self.shard) {
            (Some(Format::Jsonl), _) => Some(PartFormat::Jsonl),
            (Some(Format::Parquet), _) | (None, Some(_)) => Some(PartFormat::Parquet),
            _ => None,
        }
    }
}

/// What `analyze` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Asked {
    /// Which events are both heard and seen.
    Localize,
    /// What is heard and what is seen.
    Parse,
    /// Where the picture sounds.
    Segment,
    /// All that the model has a head for.
    All,
}

impl Asked {
    /// The one task; `None` for all.
    pub fn one(self) -> Option<Task> {
        match self {
            Self::Localize => Some(Task::Localize),
            Self::Parse => Some(Task::Parse),
            Self::Segment => Some(Task::Segment),
            Self::All => None,
        }
    }

    /// The tasks; for all, those in `known`.
    pub fn tasks(self, known: impl Fn(Task) -> bool) -> Vec<Task> {
        match self.one() {
            Some(task) => vec![task],
            None => Task::ALL.into_iter().filter(|task| known(*task)).collect(),
        }
    }
}

/// Kinds of file that `analyze` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Everything, schema `mettle.analysis/1`.
    Json,
    /// One line a second.
    Csv,
    /// Tables of many clips, a JSON object a line.
    Jsonl,
    /// Tables of many clips, as Apache Parquet.
    Parquet,
}

impl Format {
    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }
}
