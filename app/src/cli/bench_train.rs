//! `mettle bench train`: what a training step costs at the paper's size, beside another program's if asked.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mettle_core::gpu::Prober;
use mettle_core::tools::TrainCost;
use serde::Serialize;
use serde_json::Value;

use super::args::TrainCostArgs;
use super::memory::{Memory, processor};
use super::{Failure, output};

/// Everything measured, a clip of ten seconds being a sample.
#[derive(Clone, Debug, Serialize)]
struct Report {
    machine: String,
    device: String,
    batch: usize,
    trainable: usize,
    rows: Vec<Row>,
}

/// One way to train.
#[derive(Clone, Debug, Serialize)]
struct Row {
    name: &'static str,
    /// Milliseconds a sample, the middle step.
    ms: f64,
    /// The most memory beyond what was held before, a sample, in GB, where the system says.
    gb: Option<f64>,
}

/// Measure and print.
pub fn run(args: &TrainCostArgs) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("mettle-bench-train-{}", std::process::id()));
    output::make_folder(&folder)?;
    let report = measure(args, &folder);
    // What cannot be removed is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    let report = report?;
    match args.json {
        true => output::say(&format!("{:#}\n", serde_json::json!(report))),
        false => output::say(&table(&report)),
    }
}

fn measure(args: &TrainCostArgs, folder: &Path) -> Result<Report, Failure> {
    let (batch, steps) = (args.batch.max(1), args.steps.max(1));
    let cost = TrainCost::open(args.device, &Prober::this_program())?;
    let mut ours = cost.steps(batch, folder)?;
    let per_sample = |time: Duration| time.as_secs_f64() * 1e3 / batch as f64;
    let mut rows = vec![];
    let mut row = |name, times: Vec<Duration>, memory: (Option<u64>, Option<u64>)| {
        let gb = memory.1.zip(memory.0);
        let gb =
            gb.map(|(most, before)| most.saturating_sub(before) as f64 / 1024.0 / batch as f64);
        let ms = per_sample(middle(times));
        rows.push(Row { name, ms, gb });
        ms
    };
    let memory = Memory::watch();
    let mut times = vec![];
    for step in 0..=steps {
        let time = ours.from_cache()?;
        // The first finds its kernels, and makes room for Adam's numbers.
        if step > 0 {
            times.push(time);
        }
    }
    let cached = row("ours, from the cache", times, memory.stop());
    let memory = Memory::watch();
    ours.backbones()?;
    let time = ours.backbones()?;
    row("both backbones alone", vec![time], memory.stop());
    let memory = Memory::watch();
    ours.textbook()?;
    let times: Result<Vec<_>, _> = (0..steps).map(|_| ours.textbook()).collect();
    row("textbook form, from features", times?, memory.stop());
    let both = rows.get(1).map_or(0.0, |row| row.ms);
    let book = rows.get(2).map_or(0.0, |row| row.ms);
    rows.push(Row {
        name: "ours, backbones in the loop",
        ms: cached + both,
        gb: None,
    });
    rows.push(Row {
        name: "textbook form, backbones in the loop",
        ms: book + both,
        gb: None,
    });
    if let Some(peer) = &args.peer {
        rows.push(theirs(peer, batch, steps)?);
    }
    Ok(Report {
        machine: processor(),
        device: cost.device().name.clone(),
        batch,
        trainable: ours.parameters(),
        rows,
    })
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Another program that measures itself and prints `ms_per_sample` and `peak_gb_per_sample` as JSON.
fn theirs(command: &str, batch: usize, steps: usize) -> Result<Row, Failure> {
    let failed = |what: String| Failure::Said(format!("the peer `{command}` {what}"));
    let mut words = command.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| failed("names no program".to_owned()))?;
    let ran = Command::new(program)
        .args(words)
        .args(["--batch", &batch.to_string(), "--steps", &steps.to_string()])
        .output()
        .map_err(|e| failed(format!("cannot be started: {e}")))?;
    let said = String::from_utf8_lossy(&ran.stdout);
    let last = said.lines().last().unwrap_or_default();
    let figures: Value = serde_json::from_str(last).map_err(|_| {
        let wrong = String::from_utf8_lossy(&ran.stderr);
        failed(format!(
            "gives no figures: {}",
            wrong.lines().last().unwrap_or(last)
        ))
    })?;
    let number = |name: &str| figures.get(name).and_then(Value::as_f64);
    Ok(Row {
        name: "the peer",
        ms: number("ms_per_sample").ok_or_else(|| failed("gives no ms_per_sample".to_owned()))?,
        gb: number("peak_gb_per_sample"),
    })
}

fn table(report: &Report) -> String {
    let mut text = format!(
        "{}, {}; Swin-V2-L and HTS-AT, {:.1} M trainable numbers, {} clips of 10 s a step, noise\n{:38} {:>10} {:>8}\n",
        report.machine,
        report.device,
        report.trainable as f64 / 1e6,
        report.batch,
        "",
        "ms a clip",
        "GB"
    );
    for row in &report.rows {
        let gb = row.gb.map_or("-".to_owned(), |gb| format!("{gb:.2}"));
        text += &format!("{:38} {:10.1} {gb:>8}\n", row.name, row.ms);
    }
    text
}
