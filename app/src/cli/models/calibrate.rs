//! `mettle models calibrate`: scales for heads from tags, fitted to labelled clips.

use std::path::PathBuf;

use clap::Args;
use mettle_core::base::CancelToken;
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::features::FeatureCache;
use mettle_core::gpu::{DeviceChoice, Prober};
use mettle_core::model::Scale;
use mettle_core::tools::{OnClips, TagsReport, calibrate_tags};

use super::super::args::{DatasetArg, PartArg};
use super::super::train::Teller;
use super::super::{Failure, output, stopping};
use super::assemble::tags;

/// Options of `models calibrate`.
#[derive(Args, Clone, Debug)]
pub struct CalibrateArgs {
    /// The folder of a model whose backbones have classifiers.
    #[arg(value_name = "DIR")]
    pub model: PathBuf,
    /// How the clips are laid out: what is heard and what is seen is known by seconds.
    #[arg(long, value_enum)]
    pub dataset: DatasetArg,
    /// Their folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Which of the clips.
    #[arg(long, value_enum, default_value = "val")]
    pub part: PartArg,
    /// Which classes of AudioSet and ImageNet stand for classes of yours, as in assets/labels/tags.json.
    #[arg(long, value_name = "FILE")]
    pub tag_classes: Option<PathBuf>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Say nothing while it works.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Fit, write and say what came of it.
pub fn run(args: &CalibrateArgs) -> Result<(), Failure> {
    stopping::listen();
    let task = Some(mettle_core::base::Task::Parse);
    let on = OnClips {
        dataset: args.dataset.kind(&args.data, task)?,
        data: args.data.clone(),
        part: args.part.part(),
        model: ModelChoice::Folder(args.model.clone()),
        device: args.device,
        precision: Precision::F32,
        cache: FeatureCache::of_user(),
    };
    let classes = tags(args.tag_classes.as_deref())?;
    let stop = CancelToken::default();
    let mut teller = Teller::new(args.quiet);
    let fitted = calibrate_tags(&on, &classes, &Prober::this_program(), &stop, &mut |news| {
        if stopping::asked() {
            stop.cancel();
        }
        teller.hear(news);
    });
    teller.end();
    let Some(report) = fitted? else {
        return Err(Failure::Again(
            "stopped; features that were computed are kept".to_owned(),
        ));
    };
    std::fs::write(&args.out, &report.file)
        .map_err(|error| Failure::Said(format!("{}: {error}", args.out.display())))?;
    output::say(&told(&report, args))
}

fn told(report: &TagsReport, args: &CalibrateArgs) -> String {
    let scales = &report.scales;
    let count = |of: &[Option<Scale>]| of.iter().flatten().count();
    let clips = match report.clips {
        1 => "one clip".to_owned(),
        clips => format!("{clips} clips"),
    };
    let mut text = format!(
        "{clips}: scales for {} of {} classes heard, {} seen; the others are too rare in them, or not scored higher where they are\n",
        count(&scales.heard),
        report.labels.len(),
        count(&scales.seen),
    );
    if let Some(left_out) = scales.left_out {
        let [before, after] = left_out.errors.map(|error| error * 100.0);
        text += &format!(
            "on clips they were not fitted to, scores are off by {after:.1} % in place of {before:.1} %\n"
        );
        if !left_out.is_better() {
            text += "THAT IS NO BETTER than the scores as they are: more clips are needed\n";
        }
    }
    let file = args.out.display();
    text + &format!(
        "{file}: `mettle models assemble … --heads tags --tag-classes {file}` uses them\n"
    )
}
