//! Another program that makes the same steps and measures itself.

use std::process::Command;

use mettle_core::base::Task;
use serde::Deserialize;

use super::Failure;
use super::report::{Report, Row, Way};

/// What another program says of itself.
#[derive(Deserialize)]
struct Figures {
    ms_per_sample: f64,
    peak_gb_per_sample: Option<f64>,
    peer: Option<String>,
}

/// Has a program measure one task's steps, with its backbones in the loop and from features.
pub fn rows(
    command: &str,
    steps: usize,
    task: Task,
    report: &mut Report,
) -> Result<Vec<Row>, Failure> {
    let ways = [(Way::PeerInLoop, None), (Way::Peer, Some("--no-backbone"))];
    let mut rows = vec![];
    for (way, more) in ways {
        let figures = theirs(command, (task, report.batch, steps), more)?;
        report.peer = figures.peer;
        rows.push(Row {
            task,
            way,
            batch: report.batch,
            ms: figures.ms_per_sample,
            gb: figures.peak_gb_per_sample,
        });
    }
    Ok(rows)
}

/// As the program takes it.
fn name(task: Task) -> &'static str {
    match task {
        Task::Localize => "localize",
        Task::Parse => "parse",
        Task::Segment => "segment",
    }
}

/// It prints [`Figures`] as JSON, last.
fn theirs(
    command: &str,
    (task, batch, steps): (Task, usize, usize),
    more: Option<&str>,
) -> Result<Figures, Failure> {
    let failed = |what: String| Failure::Said(format!("the peer `{command}` {what}"));
    let mut words = command.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| failed("names no program".to_owned()))?;
    let ran = Command::new(program)
        .args(words)
        .args(["--task", name(task)])
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
