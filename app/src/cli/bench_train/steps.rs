//! Steps of our own, in every way.

use std::path::Path;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::engine::EngineError;
use mettle_core::tools::{CostSteps, TrainCost};
use mettle_core::train::Learns;

use super::Failure;
use super::report::{Report, Row, Trained, Way};
use crate::cli::args::TrainCostArgs;
use crate::cli::memory::Memory;

/// Clips at least: the features of a single one would stay in memory from step to step.
const FEWEST: usize = 3;

/// How much of a head learns.
pub fn learns(args: &TrainCostArgs) -> Learns {
    match args.decision {
        true => Learns::Decision,
        false => Learns::Everything,
    }
}

/// Steps of one task's head: from the cache in batches of every size, in all other ways in those of the first.
pub fn steps(
    args: &TrainCostArgs,
    task: Task,
    cost: &TrainCost,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let others = args.batch.iter().skip(1).map(|other| (*other).max(1));
    for batch in others {
        let mut ours = cost.steps(task, ([batch.max(FEWEST), batch], learns(args)), folder)?;
        report.rows.push(cached(args, &mut ours, (task, batch))?);
    }
    let batch = report.batch;
    let mut ours = cost.steps(task, ([batch.max(FEWEST), batch], learns(args)), folder)?;
    report.tasks.push(Trained {
        task,
        seconds: ours.seconds(),
        trainable: ours.parameters(),
    });
    let cached = cached(args, &mut ours, (task, batch))?;
    report.rows.push(cached);
    if args.decision {
        return Ok(());
    }
    let alone = backbones(&mut ours, (task, batch))?;
    let book = textbook(args, &mut ours, (task, batch))?;
    // One follows the other, and the memory of the first is free by then.
    let both = |way, head: &Row| Row {
        way,
        ms: head.ms + alone.ms,
        gb: head.gb.zip(alone.gb).map(|(one, other)| one.max(other)),
        ..*head
    };
    let sums = [both(Way::InLoop, &cached), both(Way::TextbookInLoop, &book)];
    report.rows.extend([alone, sums[0], book, sums[1]]);
    Ok(())
}

fn cached(
    args: &TrainCostArgs,
    ours: &mut CostSteps<'_>,
    (task, batch): (Task, usize),
) -> Result<Row, Failure> {
    let what = (task, Way::Cached, batch);
    counted(ours, what, args.steps, CostSteps::from_cache)
}

fn backbones(ours: &mut CostSteps<'_>, (task, batch): (Task, usize)) -> Result<Row, Failure> {
    ours.backbones()?;
    ours.settle();
    let memory = Memory::watch();
    let time = ours.backbones()?;
    Ok(row((task, Way::Backbones, batch), vec![time], memory))
}

fn textbook(
    args: &TrainCostArgs,
    ours: &mut CostSteps<'_>,
    (task, batch): (Task, usize),
) -> Result<Row, Failure> {
    ours.open_textbook()?;
    let what = (task, Way::Textbook, batch);
    counted(ours, what, args.steps, CostSteps::textbook)
}

/// The first step does not count: it finds its kernels, and makes room for Adam's numbers; but its memory does.
fn counted<'a>(
    ours: &mut CostSteps<'a>,
    what: (Task, Way, usize),
    steps: usize,
    step: fn(&mut CostSteps<'a>) -> Result<Duration, EngineError>,
) -> Result<Row, Failure> {
    ours.settle();
    let memory = Memory::watch();
    step(ours)?;
    let times: Result<Vec<_>, _> = (0..steps.max(1)).map(|_| step(ours)).collect();
    Ok(row(what, times?, memory))
}

fn row((task, way, batch): (Task, Way, usize), times: Vec<Duration>, memory: Memory) -> Row {
    let (before, most) = memory.stop();
    let mib = most.zip(before);
    let gb = mib.map(|(most, before)| most.saturating_sub(before) as f64 * GB / batch as f64);
    Row {
        task,
        way,
        batch,
        ms: middle(times).as_secs_f64() * 1e3 / batch as f64,
        gb,
    }
}

/// A MiB in GB.
const GB: f64 = 1_048_576e-9;

/// The middle one.
pub fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
