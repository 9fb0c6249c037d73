//! `mettle bench train`: what a training step costs at the paper's size, beside another program's if asked.

mod peer;
mod report;
mod steps;
mod table;

use std::path::Path;

use mettle_core::base::Task;
use mettle_core::gpu::Prober;
use mettle_core::tools::TrainCost;

use self::report::{Epochs, Report, Trained};
use self::steps::{learns, middle};
use super::args::TrainCostArgs;
use super::memory::{processor, resident_mib};
use super::{Failure, output, page};

/// Measure and print.
pub fn run(args: &TrainCostArgs) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("mettle-bench-train-{}", std::process::id()));
    output::make_folder(&folder)?;
    let report = measure(args, &folder);
    // What cannot be removed is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    let report = report?;
    if let Some(page) = &args.readme {
        page::put(page, "bench train", &table::markdown(&report))?;
    }
    match args.json {
        true => output::say(&format!("{:#}\n", serde_json::json!(report))),
        false => output::say(&table::text(&report)),
    }
}

fn measure(args: &TrainCostArgs, folder: &Path) -> Result<Report, Failure> {
    let cost = TrainCost::open(args.device, &Prober::this_program())?;
    let mut report = Report {
        machine: processor(),
        device: cost.device().name.clone(),
        batch: args.batch.first().copied().unwrap_or(1).max(1),
        tasks: vec![],
        rows: vec![],
        peer: None,
        ratios: vec![],
        epochs: vec![],
    };
    for task in args.task.tasks(|_| true) {
        // First, so that a command that does not work is known at once.
        let theirs = match &args.peer {
            Some(command) => peer::rows(command, args.steps.max(1), task, &mut report)?,
            None => vec![],
        };
        match args.epochs {
            Some(_) => epochs(args, task, &cost, folder, &mut report)?,
            None => steps::steps(args, task, &cost, folder, &mut report)?,
        }
        report.rows.extend(theirs);
    }
    report.compare();
    Ok(report)
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
    report.tasks.push(Trained {
        task,
        seconds: ours.seconds(),
        trainable: ours.parameters(),
    });
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
