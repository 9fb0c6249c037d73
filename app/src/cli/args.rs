//! The commands and their options, as clap parses them.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use mettle_core::base::{Time, TimeSpan};
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::gpu::DeviceChoice;
use mettle_core::project::Task;
use serde::{Deserialize, Serialize};

pub use super::models::ModelsArgs;
use super::thresholds::ThresholdArgs;

/// Finds the events in a clip that are both heard and seen, second by second.
///
/// Without a command, opens the window, on the clips given.
#[derive(Debug, Parser)]
#[command(
    name = "mettle",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  mettle                          open the window\n  mettle dog.mp4                  open the window on a clip\n  mettle analyze dog.mp4          the same job in the terminal\n\nMETTLE_LOG=debug says more on stderr; METTLE_CACHE is the folder for what is kept between runs."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Clips to open in the window.
    #[arg(value_name = "CLIP")]
    pub paths: Vec<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// What `mettle` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyse clips: a table on stdout, files into a folder.
    #[command(
        after_help = "Examples:\n  mettle analyze dog.mp4\n  mettle analyze *.mp4 --out results --format csv\n  mettle analyze dog.mp4 --format json | jq '.tracks'\n  mettle analyze dog.mp4 --task all --out results --pictures --masks\n  mettle analyze dog.mp4 --task parse --threshold-audible 0.4 --threshold-class Dog=0.7\n  mettle analyze dog.mp4 --task segment --mask-threshold 0.4 --mask-threshold-at 3=0.6\n  mettle analyze dog.mp4 --task all --out results --pictures --span 10-40\n\nExit codes: 0 all clips analysed, 1 a clip failed (the others were analysed), 2 wrong usage."
    )]
    Analyze(AnalyzeArgs),
    /// Say which devices there are, which one is used, and why not another.
    #[command(after_help = "Examples:\n  mettle doctor\n  mettle doctor --json")]
    Doctor(DoctorArgs),
    /// Write every layer's output of a backbone for inputs in a file.
    #[command(
        after_help = "Example:\n  mettle features --model swin.json --weights swin.safetensors --input in.safetensors --out out.safetensors\n\nIN holds `input`: [n, 3, h, w] normalised pictures, or [n, samples] sound at the model's rate.\nOUT holds `layer.0` … and `final`, each [n, tokens, width]."
    )]
    Features(FeaturesArgs),
    /// Write sounding scenes with their ground truth: clips drawn and synthesised from seeds.
    #[command(
        after_help = "Example:\n  mettle scenes --seed 7 --count 20 --out scenes\n\nThe same seed gives the same scenes. Localize writes AVE's layout, parse LLP's, segment AVSBench's."
    )]
    Scenes(ScenesArgs),
    /// Say what each second is heard and seen to be, by the backbones' own classifiers.
    #[command(
        after_help = "Examples:\n  mettle tag dog.mp4\n  mettle tag dog.mp4 --top 3 --visual none --json\n  mettle tag dog.mp4 --audio none --visual my/swin.json\n\nSound is told apart into AudioSet's 527 classes, each with a probability of its own; pictures into ImageNet's 1000 or 21,000,\nwhich share one. A description of one's own (see assets/models) has its weights beside it, under the same name."
    )]
    Tag(TagArgs),
    /// Measure a model on sounding scenes it has never seen.
    #[command(
        after_help = "Examples:\n  mettle eval --scenes 200\n  mettle eval --task segment --scenes 200"
    )]
    Eval(EvalArgs),
    /// Show the program on a bundled clip: in the window, or without a display in a folder.
    #[command(after_help = "Examples:\n  mettle demo\n  mettle demo --headless --out demo-result")]
    Demo(DemoArgs),
    /// Measure how fast this machine opens and analyses clips.
    #[command(
        after_help = "Examples:\n  mettle bench\n  mettle bench --json --minutes 60\n  mettle bench backbones --device cpu"
    )]
    Bench(BenchArgs),
    /// What is kept of clips analysed before, so that analysing them again takes no time.
    #[command(
        after_help = "Examples:\n  mettle cache                    what is kept, the most recently used first\n  mettle cache clear\n  mettle cache --budget 20GB      keep at most so much; what was used longest ago goes first\n  mettle cache path"
    )]
    Cache(CacheArgs),
    /// The real backbones' weights: what there is, fetching, checking, where they lie.
    #[command(
        after_help = "Examples:\n  mettle models list\n  mettle models pull swinv2_large_window12_192\n  mettle models verify\n\nNothing is downloaded but by `pull`."
    )]
    Models(ModelsArgs),
    /// Open and test one device; run by the program itself in a child process.
    #[command(hide = true)]
    ProbeDevice(ProbeArgs),
}

/// Options of `analyze`.
#[derive(Args, Clone, Debug)]
pub struct AnalyzeArgs {
    /// Files to analyse.
    #[arg(required = true, value_name = "CLIP")]
    pub clips: Vec<PathBuf>,
    /// What to ask: which events are both heard and seen (localize), what is heard and what is seen (parse), where the
    /// picture sounds (segment), or all that the model has a head for.
    #[arg(long, value_enum, default_value = "localize")]
    pub task: Asked,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in f16 (half the memory; the CPU has none), or auto: f16 where the device computes in it.
    #[arg(long, default_value = "f32", value_name = "f32|f16|auto")]
    pub precision: Precision,
    /// Write one file for each clip into this folder, named after the clip.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The kind of file. Given without --out, it is written to stdout in place of the table.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
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

/// What `analyze` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// The tasks; for all, those in `known`.
    pub fn tasks(self, known: impl Fn(Task) -> bool) -> Vec<Task> {
        match self {
            Self::Localize => vec![Task::Localize],
            Self::Parse => vec![Task::Parse],
            Self::Segment => vec![Task::Segment],
            Self::All => Task::ALL.into_iter().filter(|task| known(*task)).collect(),
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
}

/// Options of `doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The device to test: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
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
    /// Backbones in f32, in f16 (half the memory; the CPU has none), or auto: f16 where the device computes in it.
    #[arg(long, default_value = "f32", value_name = "f32|f16|auto")]
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
    /// Backbones in f32, in f16 (half the memory; the CPU has none), or auto: f16 where the device computes in it.
    #[arg(long, default_value = "f32", value_name = "f32|f16|auto")]
    pub precision: Precision,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

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
    #[arg(long, default_value = "localize", value_parser = any_task)]
    pub task: Task,
    /// How many scenes.
    #[arg(long, default_value = "200")]
    pub scenes: usize,
    /// Which of the unseen scenes.
    #[arg(long, default_value = "0")]
    pub seed: u64,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// Do the job without a window; also what happens where there is no display.
    #[arg(long)]
    pub headless: bool,
    /// The folder for the clips and, without a window, the results.
    #[arg(long, value_name = "DIR", default_value = "mettle-demo")]
    pub out: PathBuf,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

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
        after_help = "Examples:\n  mettle bench backbones --device cpu\n  mettle bench backbones vit_large_patch16_224 --json\n  mettle bench backbones --peer 'python3 tests/peers/backbones.py' --readme README.md"
    )]
    Backbones(BackbonesArgs),
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
    /// A program that runs the same backbones, to be measured in turn with this one.
    #[arg(long, value_name = "COMMAND")]
    pub peer: Option<String>,
    /// A page whose table is to be replaced.
    #[arg(long, value_name = "FILE")]
    pub readme: Option<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
}

/// Options of `cache`.
#[derive(Args, Clone, Debug)]
pub struct CacheArgs {
    /// What to do; `list` unless said otherwise.
    #[command(subcommand)]
    pub action: Option<CacheAction>,
    /// Keep at most so much from now on: bytes, or a number with KB, MB, GB or TB. 0 keeps nothing.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub budget: Option<u64>,
}

/// What `cache` can do.
#[derive(Subcommand, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheAction {
    /// Say what is kept.
    List,
    /// Remove it all.
    Clear,
    /// Say where it lies.
    Path,
}

/// Options of `probe-device`.
#[derive(Args, Clone, Debug)]
pub struct ProbeArgs {
    /// The device, as the program describes it to itself.
    pub device: String,
}

fn model(text: &str) -> Result<ModelChoice, String> {
    match text {
        "" => Err("a model is `demo` or a folder".to_owned()),
        "demo" => Ok(ModelChoice::Demo),
        folder => PathBuf::from_str(folder)
            .map(ModelChoice::Folder)
            .map_err(|error| error.to_string()),
    }
}

fn mask_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x');
    let sides = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    sides
        .filter(|(w, h): &(u32, u32)| (1..=8192).contains(w) && (1..=8192).contains(h))
        .ok_or_else(|| {
            "a size is two numbers up to 8192 with an x between, such as 224x224".to_owned()
        })
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" => 1,
        "M" | "MB" => 2,
        "G" | "GB" => 3,
        "T" | "TB" => 4,
        _ => return Err("a size is a number with KB, MB, GB or TB".to_owned()),
    };
    let number: f64 = digits
        .trim()
        .parse()
        .map_err(|_| "a size is a number, such as 20GB".to_owned())?;
    match number * 1e3_f64.powi(power) {
        bytes if (0.0..1e18).contains(&bytes) => Ok(bytes as u64),
        _ => Err("a size is between 0 and 1000000 TB".to_owned()),
    }
}

fn any_task(text: &str) -> Result<Task, String> {
    match text {
        "localize" => Ok(Task::Localize),
        "parse" => Ok(Task::Parse),
        "segment" => Ok(Task::Segment),
        _ => Err("the tasks are: localize, parse, segment".to_owned()),
    }
}

fn span(text: &str) -> Result<TimeSpan, String> {
    let ends = text.split_once('-');
    let ends =
        ends.and_then(|(from, to)| Some((from.parse::<f64>().ok()?, to.parse::<f64>().ok()?)));
    ends.filter(|(from, to)| (0.0..1e9).contains(from) && from < to && *to < 1e9)
        .map(|(from, to)| TimeSpan::new(Time::from_secs_f64(from), Time::from_secs_f64(to)))
        .ok_or_else(|| {
            "a stretch is two times in seconds with a - between, such as 10-40".to_owned()
        })
}
