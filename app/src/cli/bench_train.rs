//! `mettle bench train`: what a training step costs at the paper's size, beside another program's if asked.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::gpu::Prober;
use mettle_core::tools::{CostSteps, TrainCost};
use mettle_core::train::Learns;
use serde::{Deserialize, Serialize};

use super::args::TrainCostArgs;
use super::memory::{Memory, processor, resident_mib};
use super::{Failure, bench_train_table, output, page};

/// Everything measured, a clip of ten seconds being a sample.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The processor's name.
    pub machine: String,
    /// The device in use.
    pub device: String,
    /// Clips a step.
    pub batch: usize,
    /// Numbers that learn, of each task's head.
    pub trainable: Vec<(Task, usize)>,
    /// One entry a way to train.
    pub rows: Vec<Row>,
    /// What the peer says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Ours against the peer's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<Ratio>,
    /// One entry a task.
    pub epochs: Vec<Epochs>,
}

/// How much of the peer's time one way to train takes.
#[derive(Clone, Debug, Serialize)]
pub struct Ratio {
    /// The way here.
    pub ours: String,
    /// The peer's.
    pub theirs: String,
    /// Ours over theirs.
    pub ratio: f64,
}

/// Clips at least: the features of a single one would stay in memory from step to step.
const FEWEST: usize = 3;

/// Names of ways to train that are held against each other.
const IN_LOOP: &str = "ours, backbones in the loop";
const PEER: &str = "the peer, backbones in the loop";
const PEER_CACHED: &str = "the peer, from features";

/// One way to train.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// For people.
    pub name: String,
    /// Milliseconds a sample, the middle step.
    pub ms: f64,
    /// The most memory beyond what was held before, a sample, in GB, where the system says.
    pub gb: Option<f64>,
}

/// Whole epochs.
#[derive(Clone, Debug, Serialize)]
pub struct Epochs {
    /// Whose head learns.
    pub task: Task,
    /// Clips an epoch.
    pub clips: usize,
    /// How many.
    pub epochs: usize,
    /// Seconds of the first: it finds its kernels, and what does not learn is computed in it.
    pub first: f64,
    /// Seconds of one, the middle one after the first.
    pub seconds: f64,
    /// Memory held after the second, and after the last.
    pub mib: Option<[u64; 2]>,
}

/// Measure and print.
pub fn run(args: &TrainCostArgs) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("mettle-bench-train-{}", std::process::id()));
    output::make_folder(&folder)?;
    let report = measure(args, &folder);
    // What cannot be removed is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    let report = report?;
    if let Some(page) = &args.readme {
        page::put(page, "bench train", &bench_train_table::markdown(&report))?;
    }
    match args.json {
        true => output::say(&format!("{:#}\n", serde_json::json!(report))),
        false => output::say(&bench_train_table::text(&report)),
    }
}

fn measure(args: &TrainCostArgs, folder: &Path) -> Result<Report, Failure> {
    let cost = TrainCost::open(args.device, &Prober::this_program())?;
    let mut report = Report {
        machine: processor(),
        device: cost.device().name.clone(),
        batch: args.batch.first().copied().unwrap_or(1).max(1),
        trainable: vec![],
        rows: vec![],
        peer: None,
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
        for (name, more) in [(PEER, None), (PEER_CACHED, Some("--no-backbone"))] {
            let figures = theirs(peer, (report.batch, steps), more)?;
            report.rows.push(figures.row(name));
            report.peer = figures.peer;
        }
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

/// What is trained from the cache; of a batch that nothing else is measured in, its size.
fn cached(task: Task, other: Option<usize>) -> String {
    let size = other.map_or(String::new(), |batch| format!(", {batch} a step"));
    format!("ours, {}, from the cache{size}", task.name())
}

/// Ours against the peer's, of the head for events, which is what a peer trains.
fn ratios(rows: &[Row]) -> Vec<Ratio> {
    let ms = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.ms);
    let cached = cached(Task::Localize, None);
    let own = rows.iter().map(|row| &*row.name);
    let own = own.filter(|name| name.starts_with(&cached));
    let pairs = own.flat_map(|own| [(own, PEER), (own, PEER_CACHED)]);
    let pairs = pairs.chain([(IN_LOOP, PEER)]);
    let ratio = |(ours, theirs): (&str, &str)| {
        let ratio = ms(ours)? / ms(theirs)?;
        let (ours, theirs) = (ours.to_owned(), theirs.to_owned());
        Some(Ratio {
            ours,
            theirs,
            ratio,
        })
    };
    pairs.filter_map(ratio).collect()
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
    let watched = |ours: &mut CostSteps<'_>, batch| -> Result<Row, Failure> {
        let memory = Memory::watch();
        // The first finds its kernels, and makes room for Adam's numbers.
        ours.from_cache()?;
        let times: Result<Vec<_>, _> = (0..steps).map(|_| ours.from_cache()).collect();
        Ok(row(&cached(task, None), times?, memory.stop(), batch))
    };
    for other in args.batch.iter().skip(1).map(|other| (*other).max(1)) {
        let mut ours = cost.steps(task, ([other.max(FEWEST), other], learns(args)), folder)?;
        let row = watched(&mut ours, other)?;
        let name = cached(task, Some(other));
        report.rows.push(Row { name, ..row });
    }
    let mut ours = cost.steps(task, ([batch.max(FEWEST), batch], learns(args)), folder)?;
    report.trainable.push((task, ours.parameters()));
    let mut from_cache = watched(&mut ours, batch)?;
    if args.batch.len() > 1 {
        // What larger batches gave back may still be held by this process, and hides what this one takes.
        from_cache.gb = None;
    }
    let cached = from_cache.ms;
    report.rows.push(from_cache);
    if task != Task::Localize {
        return Ok(());
    }
    let memory = Memory::watch();
    ours.backbones()?;
    let time = ours.backbones()?;
    let alone = row("both backbones alone", vec![time], memory.stop(), batch);
    let memory = Memory::watch();
    ours.textbook()?;
    let times: Result<Vec<_>, _> = (0..steps).map(|_| ours.textbook()).collect();
    let book = row("textbook form, from features", times?, memory.stop(), batch);
    let sums = [
        (IN_LOOP, cached),
        ("textbook form, backbones in the loop", book.ms),
    ];
    let sums = sums.map(|(name, head)| Row {
        name: name.to_owned(),
        ms: head + alone.ms,
        gb: None,
    });
    report.rows.extend([alone, book].into_iter().chain(sums));
    Ok(())
}

/// Of steps, and of the memory before and at most.
fn row(
    name: &str,
    times: Vec<Duration>,
    (before, most): (Option<u64>, Option<u64>),
    batch: usize,
) -> Row {
    let gb = most.zip(before);
    let gb = gb.map(|(most, before)| most.saturating_sub(before) as f64 / 1024.0 / batch as f64);
    Row {
        name: name.to_owned(),
        ms: middle(times).as_secs_f64() * 1e3 / batch as f64,
        gb,
    }
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

/// What another program says of itself.
#[derive(Deserialize)]
struct Figures {
    ms_per_sample: f64,
    peak_gb_per_sample: Option<f64>,
    peer: Option<String>,
}

impl Figures {
    fn row(&self, name: &str) -> Row {
        Row {
            name: name.to_owned(),
            ms: self.ms_per_sample,
            gb: self.peak_gb_per_sample,
        }
    }
}

/// Another program that measures itself and prints [`Figures`] as JSON, last.
fn theirs(
    command: &str,
    (batch, steps): (usize, usize),
    more: Option<&str>,
) -> Result<Figures, Failure> {
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
    serde_json::from_str(last).map_err(|e| {
        let wrong = String::from_utf8_lossy(&ran.stderr);
        let why = wrong.lines().last().unwrap_or(last);
        failed(format!("gives no figures ({e}): {why}"))
    })
}
