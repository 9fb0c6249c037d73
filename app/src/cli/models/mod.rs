//! `mettle models`: the real backbones' weights. What there is, fetching it, checking it, where it lies.

mod assemble;
mod calibrate;
mod calibration;
mod list;
mod params;
mod pull;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Failure;

/// Options of `models`.
#[derive(Args, Clone, Debug)]
pub struct ModelsArgs {
    /// What to do.
    #[command(subcommand)]
    pub task: ModelsTask,
}

/// What `models` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum ModelsTask {
    /// Say which models there are: what for, size, licence, source, and whether their weights are here.
    #[command(after_help = "Examples:\n  mettle models list\n  mettle models list --json")]
    List(ListArgs),
    /// Download a model's weights; goes on where an earlier download broke off.
    #[command(
        after_help = "Examples:\n  mettle models pull swinv2_large_window12_192\n  mettle models pull swin                          a part of the name is enough\n  HF_ENDPOINT=https://hub.example.org mettle models pull swin\n\nHTTPS_PROXY, HTTP_PROXY and NO_PROXY say which proxy is used; HF_TOKEN is shown to the hub where a model asks for it."
    )]
    Pull(PullArgs),
    /// Check the weights that are here: against their SHA-256, and whether they hold the model.
    #[command(after_help = "Examples:\n  mettle models verify\n  mettle models verify swin")]
    Verify(VerifyArgs),
    /// Say where weights are looked for, and which are found.
    #[command(after_help = "Example:\n  mettle models path --weights /data/weights")]
    Path(PathArgs),
    /// Make a model for `analyze` and the window of backbones that are here, with a trained model's heads, heads from tags, or untrained ones.
    #[command(
        after_help = "Examples:\n  mettle models assemble my-model --heads trained-model\n  mettle models assemble my-model --heads tags\n  mettle models assemble my-model --untrained all\n  mettle models assemble my-model --visual vit --audio vit --untrained localize\n  mettle models assemble my-model --visual swin --visual-weights swinv2.pth --audio htsat --audio-weights HTSAT.ckpt --untrained all\n  mettle analyze dog.mp4 --model my-model --task all\n\nAn untrained head has the paper's shape and random weights: good for trying speed and memory and as a start for training;\nwhat it says means nothing, and every output says so."
    )]
    Assemble(assemble::AssembleArgs),
    /// Say how far a head's scores are from what they say, and from which threshold on a wished share of what is said is right.
    #[command(
        after_help = "Examples:\n  mettle models calibration my-head\n  mettle models calibration my-head --precision 0.95 --calibrated --json\n\nOf the validation clips, as counted when the head was trained; without weighing scores by familiarity."
    )]
    Calibration(calibration::CalibrationArgs),
    /// Fit the scores of heads from tags to clips that are labelled: the classifiers' scores were never meant as probabilities of your classes.
    #[command(
        after_help = "Examples:\n  mettle models calibrate my-model --dataset llp --data LLP --out fitted.json\n  mettle models assemble fitted --heads tags --tag-classes fitted.json --labels classes.txt\n\nThe file has the tags of each class, and beside them a slope and an offset for its logit (Platt's scaling), which one may also write by hand."
    )]
    Calibrate(calibrate::CalibrateArgs),
    /// Count the parameters of the full-size models, beside the paper's.
    #[command(after_help = "Example:\n  mettle models params")]
    Params(ParamsArgs),
}

/// Options of `models list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// Look into this folder first.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `models pull`.
#[derive(Args, Clone, Debug)]
pub struct PullArgs {
    /// Which models; a part of a name is enough where only one has it.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Which of the model's files, where it is published more than once; `list` shows them.
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Put the weights into this folder. Without it, into the user's data folder.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
    /// The hub to ask: HF_ENDPOINT, or https://huggingface.co without it.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Fetch again what is here already.
    #[arg(long)]
    pub again: bool,
    /// No progress bar.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `models verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// Which models; all that are here without it.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Look into this folder first.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
    /// No progress bar.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `models path`.
#[derive(Args, Clone, Debug)]
pub struct PathArgs {
    /// Look into this folder first.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
}

/// Options of `models params`.
#[derive(Args, Clone, Debug)]
pub struct ParamsArgs {
    /// Which models; all without it.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Do what is asked.
pub fn run(args: &ModelsArgs) -> Result<(), Failure> {
    match &args.task {
        ModelsTask::List(args) => list::run(args),
        ModelsTask::Pull(args) => pull::run(args),
        ModelsTask::Verify(args) => verify::run(args),
        ModelsTask::Path(args) => list::path(args),
        ModelsTask::Assemble(args) => assemble::run(args),
        ModelsTask::Calibration(args) => calibration::run(args),
        ModelsTask::Calibrate(args) => calibrate::run(args),
        ModelsTask::Params(args) => params::run(args),
    }
}

/// A bar that counts bytes.
fn bar(title: &str, quiet: bool) -> indicatif::ProgressBar {
    if quiet {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(0);
    let template = "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}";
    // The template is a constant; were it wrong, the plain bar would do.
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(title.to_owned());
    bar
}
