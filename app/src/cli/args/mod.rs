//! The commands and their options, as clap parses them.

mod analyze;
mod bench;
mod cache;
mod exchange;
mod scenes;
mod tools;
mod train;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use mettle_core::engine::Precision;
use mettle_core::gpu::DeviceChoice;

pub use super::models::ModelsArgs;
pub use analyze::{AnalyzeArgs, Asked, Format};
pub use bench::{BackbonesArgs, BenchArgs, BenchPart, CorrectionsArgs, DecodeArgs, TrainCostArgs};
pub use cache::{CacheAction, CacheArgs};
pub use exchange::{ExportArgs, ImportArgs};
pub use scenes::{EvalArgs, SceneKind, ScenesArgs};
pub use tools::{DoctorArgs, FeaturesArgs, MetricsArgs, TagArgs};
pub use train::{DatasetArg, HeadKindArg, PartArg, SelectArg, TrainArgs};

/// Finds the events in a clip that are both heard and seen, second by second.
///
/// Without a command, opens the window, on the clips given.
#[derive(Debug, Parser)]
#[command(
    name = "mettle",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  mettle                          open the window\n  mettle dog.mp4                  open the window on a clip\n  mettle --project study.sqlite   open the window on a project of its own\n  mettle analyze dog.mp4          the same job in the terminal\n\nMETTLE_LOG=debug says more on stderr; METTLE_CACHE is the folder for what is kept between runs."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Clips to open in the window.
    #[arg(value_name = "CLIP")]
    pub paths: Vec<PathBuf>,
    /// The project to work in, made where it is not there; the usual one if not given.
    #[arg(long, value_name = "FILE")]
    pub project: Option<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
}

/// What `mettle` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyse clips: a table on stdout, files into a folder.
    #[command(
        after_help = "Examples:\n  mettle analyze dog.mp4\n  mettle analyze *.mp4 --out results --format csv\n  mettle analyze FOLDER -r --format csv > all.csv\n  mettle analyze dog.mp4 --format json | jq '.tracks'\n  mettle analyze dog.mp4 --task all --out results --pictures --masks\n  mettle analyze dog.mp4 --task parse --threshold-audible 0.4 --threshold-class Dog=0.7\n  mettle analyze dog.mp4 --task segment --mask-threshold 0.4 --mask-threshold-at 3=0.6\n  mettle analyze dog.mp4 --task all --out results --pictures --span 10-40\n  mettle analyze FOLDER -r --shard 3/64 --out results    the 3rd of 64 parts, as tables\n\nExit codes: 0 all clips analysed, 1 a clip failed (the others were analysed), 2 wrong usage, 75 try again (parts: the\ndevice or the disk failed, or the program was asked to stop)."
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
        after_help = "Example:\n  mettle scenes --seed 7 --count 20 --out scenes\n\nThe same seed gives the same scenes. Localize writes AVE's layout, parse LLP's, segment AVSBench's.\nLLP labels the clips to learn from as a whole; --by-seconds labels them, too, second by second."
    )]
    Scenes(ScenesArgs),
    /// Say what each second is heard and seen to be, by the backbones' own classifiers.
    #[command(
        after_help = "Examples:\n  mettle tag dog.mp4\n  mettle tag dog.mp4 --top 3 --visual none --json\n  mettle tag dog.mp4 --audio none --visual my/swin.json\n\nSound is told apart into AudioSet's 527 classes, each with a probability of its own; pictures into ImageNet's 1000 or 21,000,\nwhich share one. A description of one's own (see assets/models) has its weights beside it, under the same name."
    )]
    Tag(TagArgs),
    /// Train a head on a data set's folder, on the frozen features of a model's backbones.
    #[command(
        after_help = "Examples:\n  mettle train --dataset ave --data AVE_Dataset --out my-head\n  mettle train --dataset ave --data AVE_Dataset --out my-head --resume     go on where it was stopped\n  mettle train --dataset llp --data LLP --model my-model --recipe dgsct --out head-llp\n  mettle train --dataset s4 --data avsbench_data --config head.json --out head-s4\n  mettle train --task localize --dataset scenes --data scenes --out head\n  mettle train --dataset project --out my-head     on the corrections in the usual project; --project FILE for another\n  mettle train --dataset ave --data AVE_Dataset --out figures --figure 3\n\nFeatures are computed once and kept (see `mettle cache`); every epoch reads them from there. Ctrl-C keeps where the training\nstands. The epoch that does best on the validation clips becomes the head.\n\nA configuration changes the paper's presets, field by field:\n  {\"training\": {\"epochs\": 20, \"optimiser\": {\"rate\": 1e-4}}, \"head\": {\"d\": 128, \"visual\": {\"tokens\": 1}}}\n\nExit codes: 0 a head was written, 1 failed, 2 wrong usage, 75 stopped: the same command with --resume goes on."
    )]
    Train(TrainArgs),
    /// Measure a model on sounding scenes it has never seen, or a head on a data set's folder.
    #[command(
        after_help = "Examples:\n  mettle eval --scenes 200\n  mettle eval --task segment --scenes 200\n  mettle eval --few-shot 8\n  mettle eval --head my-head --dataset ave --data AVE_Dataset\n  mettle eval --dataset llp --data LLP            the model's own head"
    )]
    Eval(EvalArgs),
    /// Write what is said of clips in other programs' formats.
    #[command(
        after_help = "Examples:\n  mettle export dog.mp4 --format eaf --out results\n  mettle export FOLDER -r --format jsonl --out results\n  mettle export dog.mp4 --format csv --what corrections --project study.sqlite --out results\n\nWhat is not analysed yet is analysed first. Each file is read again after it is written: what it kept and lost is said.\nFiles that are there with another content stay, unless --replace is given."
    )]
    Export(ExportArgs),
    /// Take what another program says of a clip into a project, as corrections.
    #[command(
        after_help = "Examples:\n  mettle import dog.eaf --clip dog.mp4 --dry-run     what would happen\n  mettle import dog.eaf --clip dog.mp4\n  mettle import labels.txt --clip dog.mp4 --modality audible --project study.sqlite\n\nReads ELAN, Praat, Audacity, WebVTT, SubRip, VIA 3, Label Studio, COCO, CVAT, tables and JSON lines. Corrections that say\notherwise are listed and stay, unless --replace is given. All of a file is one edit: one undo takes it back."
    )]
    Import(ImportArgs),
    /// Compute a task's published metrics on numbers made elsewhere.
    #[command(
        after_help = "Example:\n  mettle metrics numbers.json\n\nWhat the file holds, by task; clips and frames a row each, `batch` may be left out:\n  {\"task\":\"localize\",\"event\":[[28 logits]],\"is_event\":[[10 logits]],\"truth\":[[10 classes, 28 = background]],\"batch\":16}\n  {\"task\":\"parse\",\"clips\":[{\"predicted\":{\"audible\":{\"3\":\"0011001100\"},\"visible\":{}},\"truth\":{\"audible\":{},\"visible\":{}}}]}\n  {\"task\":\"segment\",\"logits\":[[height x width]],\"truth\":[[0 or 1]],\"height\":224,\"width\":224,\"batch\":20}\nThe figures are printed as JSON, 0 to 1."
    )]
    Metrics(MetricsArgs),
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

/// Options of `probe-device`.
#[derive(Args, Clone, Debug)]
pub struct ProbeArgs {
    /// The device, as the program describes it to itself.
    pub device: String,
}
