//! `mettle eval --dataset`: a trained head, or the model's own, on a data set's folder, in the columns of the paper's tables.

use std::path::Path;
use std::time::Duration;

use mettle_core::base::CancelToken;
use mettle_core::data::Part;
use mettle_core::engine::Precision;
use mettle_core::features::FeatureCache;
use mettle_core::gpu::Prober;
use mettle_core::model::HeadFile;
use mettle_core::tools::{HeadReport, MeasureRequest, OnClips, measure_head};
use serde_json::{Map, Value, json};

use super::args::{DatasetArg, EvalArgs};
use super::memory::Memory;
use super::train::Teller;
use super::{Failure, output, stopping};

/// Measure and print.
pub fn run(args: &EvalArgs, dataset: DatasetArg, data: &Path) -> Result<(), Failure> {
    stopping::listen();
    let of = &args.of_head;
    let part = of.part.part();
    let task = match &of.head {
        Some(head) => Some(HeadFile::open(head)?.task()),
        // The others teach one task alone.
        None => (dataset == DatasetArg::Scenes).then_some(args.task),
    };
    let request = MeasureRequest {
        head: of.head.clone(),
        on: OnClips {
            dataset: dataset.kind(data, task)?,
            data: data.to_owned(),
            part,
            model: args.model.clone(),
            device: of.device,
            precision: Precision::F32,
            cache: FeatureCache::of_user(),
        },
    };
    let stop = CancelToken::default();
    let mut teller = Teller::new(args.json);
    let memory = Memory::watch();
    let report = measure_head(&request, &Prober::this_program(), &stop, &mut |news| {
        if stopping::asked() {
            stop.cancel();
        }
        teller.hear(news);
    });
    teller.end();
    let (_, most) = memory.stop();
    let Some(report) = report? else {
        return Err(Failure::Again(
            "stopped; features that were computed are kept".to_owned(),
        ));
    };
    match args.json {
        true => output::say(&format!("{:#}\n", as_json(&report, part, most))),
        false => output::say(&table(&report, part, most)),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn table(report: &HeadReport, part: Part, memory: Option<u64>) -> String {
    let total = report.frozen + report.trainable;
    let share = 100.0 * report.trainable as f64 / total.max(1) as f64;
    let mut text = format!(
        "{} on {} {} clips, inputs by {}\n",
        report.head.name,
        report.clips,
        part.name(),
        report.recipe
    );
    for (name, x) in report.figures.iter().flat_map(|figures| figures.named()) {
        text += &format!("  {name:24} {:6.1} %\n", x * 100.0);
    }
    text += &format!(
        "  {:24} {:6.2} M, {share:.1} % of {:.1} M\n  {:24} {:6.1} ms (backbones {:.1}, head {:.1})\n",
        "trainable",
        report.trainable as f64 / 1e6,
        total as f64 / 1e6,
        "a clip",
        millis(report.backbone_time + report.head_time),
        millis(report.backbone_time),
        millis(report.head_time),
    );
    if let Some(fitted) = report.head.fitted() {
        let [before, after] = fitted.errors().map(|error| error * 100.0);
        let name = "scores off by";
        text += &format!("  {name:24} {before:6.1} %");
        if fitted.changes() {
            text += &format!(", {after:.1} % with its temperatures (validation clips)");
        }
        text += "\n";
        if let Some(warning) = fitted.warning() {
            text += &format!("  {warning}\n");
        }
    }
    match memory {
        Some(mib) => text + &format!("  {:24} {:6.2} GB\n", "memory at most", mib as f64 / 1024.0),
        None => text,
    }
}

fn as_json(report: &HeadReport, part: Part, memory: Option<u64>) -> Value {
    let figures = report.figures.iter().flat_map(|figures| figures.named());
    let figures: Map<String, Value> = figures.map(|(name, x)| (name, json!(x))).collect();
    json!({
        "head": report.head.id,
        "name": report.head.name,
        "task": report.head.task(),
        "part": part.name(),
        "clips": report.clips,
        "recipe": report.recipe.name(),
        "device": report.device.name,
        "figures": figures,
        "trainable": report.trainable,
        "total": report.frozen + report.trainable,
        "backbones_ms": millis(report.backbone_time),
        "head_ms": millis(report.head_time),
        "memory_mib": memory,
        "calibration": report.head.calibration,
    })
}
