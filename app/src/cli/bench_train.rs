//! `mettle bench train`: what a training step costs at the paper's size, beside another program's if asked.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::gpu::Prober;
use mettle_core::tools::TrainCost;
use mettle_core::train::Learns;
use serde::Serialize;
use serde_json::Value;

use super::args::TrainCostArgs;
use super::memory::{Memory, processor, resident_mib};
use super::{Failure, output};

/// Everything measured, a clip of ten seconds being a sample.
#[derive(Clone, Debug, Serialize)]
struct Report {
    machine: String,
    device: String,
    batch: usize,
    trainable: Vec<(Task, usize)>,
    rows: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ratios: Vec<Ratio>,
    epochs: Vec<Epochs>,
}

/// How much of the peer's time one way to train takes.
#[derive(Clone, Debug, Serialize)]
struct Ratio {
    ours: String,
    theirs: String,
    ratio: f64,
}

/// Names of ways to train that are held against each other.
const IN_LOOP: &str = "ours, backbones in the loop";
const PEER: &str = "the peer, backbones in the loop";
const PEER_CACHED: &str = "the peer, from features";

/// One way to train.
#[derive(Clone, Debug, Serialize)]
struct Row {
    name: String,
    /// Milliseconds a sample, the middle step.
    ms: f64,
    /// The most memory beyond what was held before, a sample, in GB, where the system says.
    gb: Option<f64>,
}

/// Whole epochs.
#[derive(Clone, Debug, Serialize)]
struct Epochs {
    task: Task,
    clips: usize,
    epochs: usize,
    /// Seconds of the first: it finds its kernels, and what does not learn is computed in it.
    first: f64,
    /// Seconds of one, the middle one after the first.
    seconds: f64,
    /// Memory held after the second, and after the last.
    mib: Option<[u64; 2]>,
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
    let cost = TrainCost::open(args.device, &Prober::this_program())?;
    let mut report = Report {
        machine: processor(),
        device: cost.device().name.clone(),
        batch: args.batch.max(1),
        trainable: vec![],
        rows: vec![],
        ratios: vec![],
        epochs: vec![],
    };
    for task in args.task.tasks(|_| true) {
        match args.epochs {
            Some(_) => epochs(args, task, &cost, folder, &mut report)?,
            None => steps(args, task, &cost, folder, &mut report)?,
        }
    }
    if let Some(peer) = &args.peer {
        let steps = args.steps.max(1);
        let row = theirs(peer, PEER, (report.batch, steps), &[])?;
        report.rows.push(row);
        let row = theirs(peer, PEER_CACHED, (report.batch, steps), &["--no-backbone"])?;
        report.rows.push(row);
        report.ratios = ratios(&report.rows);
    }
    Ok(report)
}

/// How much of a head learns.
fn learns(args: &TrainCostArgs) -> Learns {
    match args.decision {
        true => Learns::Decision,
        false => Learns::Everything,
    }
}

/// What is trained from the cache.
fn cached(task: Task) -> String {
    format!("ours, {}, from the cache", task.name())
}

/// Ours against the peer's, of the head for events, which is what a peer trains.
fn ratios(rows: &[Row]) -> Vec<Ratio> {
    let ms = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.ms);
    let own = cached(Task::Localize);
    let pairs = [(&*own, PEER), (IN_LOOP, PEER), (&*own, PEER_CACHED)];
    let ratio = |(ours, theirs): (&str, &str)| {
        let ratio = ms(ours)? / ms(theirs)?;
        let (ours, theirs) = (ours.to_owned(), theirs.to_owned());
        Some(Ratio {
            ours,
            theirs,
            ratio,
        })
    };
    pairs.into_iter().filter_map(ratio).collect()
}

/// Steps of one task's head; of events, what they cost in other ways too.
fn steps(
    args: &TrainCostArgs,
    task: Task,
    cost: &TrainCost,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let (batch, steps) = (report.batch, args.steps.max(1));
    let mut ours = cost.steps(task, ([batch, batch], learns(args)), folder)?;
    report.trainable.push((task, ours.parameters()));
    let mut row = |name: &str, times: Vec<Duration>, memory: (Option<u64>, Option<u64>)| {
        let gb = memory.1.zip(memory.0);
        let gb =
            gb.map(|(most, before)| most.saturating_sub(before) as f64 / 1024.0 / batch as f64);
        let ms = middle(times).as_secs_f64() * 1e3 / batch as f64;
        let name = name.to_owned();
        report.rows.push(Row { name, ms, gb });
        ms
    };
    let memory = Memory::watch();
    // The first finds its kernels, and makes room for Adam's numbers.
    ours.from_cache()?;
    let times: Result<Vec<_>, _> = (0..steps).map(|_| ours.from_cache()).collect();
    let cached = row(&cached(task), times?, memory.stop());
    if task != Task::Localize {
        return Ok(());
    }
    let memory = Memory::watch();
    ours.backbones()?;
    let time = ours.backbones()?;
    let both = row("both backbones alone", vec![time], memory.stop());
    let memory = Memory::watch();
    ours.textbook()?;
    let times: Result<Vec<_>, _> = (0..steps).map(|_| ours.textbook()).collect();
    let book = row("textbook form, from features", times?, memory.stop());
    let sums = [
        (IN_LOOP, cached),
        ("textbook form, backbones in the loop", book),
    ];
    report.rows.extend(sums.map(|(name, head)| Row {
        name: name.to_owned(),
        ms: head + both,
        gb: None,
    }));
    Ok(())
}

/// Epochs of one task's head.
fn epochs(
    args: &TrainCostArgs,
    task: Task,
    cost: &TrainCost,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let clips = args.clips.max(1);
    let count = args.epochs.unwrap_or_default().max(3);
    let mut ours = cost.steps(task, ([clips, report.batch], learns(args)), folder)?;
    report.trainable.push((task, ours.parameters()));
    let first = ours.epoch()?.as_secs_f64();
    let mut times = vec![ours.epoch()?];
    let settled = resident_mib();
    for _ in 2..count {
        times.push(ours.epoch()?);
    }
    report.epochs.push(Epochs {
        task,
        clips,
        epochs: count,
        first,
        seconds: middle(times).as_secs_f64(),
        mib: settled.zip(resident_mib()).map(|(from, to)| [from, to]),
    });
    Ok(())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Another program that measures itself and prints `ms_per_sample` and `peak_gb_per_sample` as JSON.
fn theirs(
    command: &str,
    name: &str,
    (batch, steps): (usize, usize),
    more: &[&str],
) -> Result<Row, Failure> {
    let failed = |what: String| Failure::Said(format!("the peer `{command}` {what}"));
    let mut words = command.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| failed("names no program".to_owned()))?;
    let ran = Command::new(program)
        .args(words)
        .args(["--batch", &batch.to_string(), "--steps", &steps.to_string()])
        .args(["--threads", &mettle_core::tools::threads().to_string()])
        .args(more)
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
        name: name.to_owned(),
        ms: number("ms_per_sample").ok_or_else(|| failed("gives no ms_per_sample".to_owned()))?,
        gb: number("peak_gb_per_sample"),
    })
}

fn table(report: &Report) -> String {
    let trainable = report.trainable.iter();
    let trainable = trainable.map(|(task, n)| format!("{} {:.1} M", task.name(), *n as f64 / 1e6));
    let mut text = format!(
        "{}, {}; Swin-V2-L and HTS-AT, trainable: {}, {} clips of 10 s a step, noise\n",
        report.machine,
        report.device,
        trainable.collect::<Vec<_>>().join(", "),
        report.batch,
    );
    if !report.rows.is_empty() {
        text += &format!("{:38} {:>10} {:>8}\n", "", "ms a clip", "GB");
    }
    for row in &report.rows {
        let gb = row.gb.map_or("-".to_owned(), |gb| format!("{gb:.2}"));
        text += &format!("{:38} {:10.1} {gb:>8}\n", row.name, row.ms);
    }
    for Ratio {
        ours,
        theirs,
        ratio,
    } in &report.ratios
    {
        text += &format!("{ours} : {theirs} = {ratio:.3}\n");
    }
    for row in &report.epochs {
        let held = row.mib.map_or(String::new(), |[from, to]| {
            format!(
                "; {from} MiB held after the second, {to} after the last of {}",
                row.epochs
            )
        });
        text += &format!(
            "an epoch of {} clips, {}, from the cache: {:.2} s (the first {:.2} s){held}\n",
            row.clips,
            row.task.name(),
            row.seconds,
            row.first
        );
    }
    text
}
