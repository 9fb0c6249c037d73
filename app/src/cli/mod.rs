//! The command line: what `mettle` does in a terminal. Each command has its file.
//!
//! Exit codes: 0 done, 1 failed (one clear line on stderr for each thing that failed), 2 wrong usage, 75 worth another try.

mod ablation;
mod ahead;
mod analyze;
mod args;
mod batch;
mod bench;
mod bench_backbones;
mod bench_corrections;
mod bench_decode;
mod bench_peer;
mod bench_table;
mod bench_times;
mod bench_train;
mod cache;
mod data_table;
mod demo;
mod doctor;
mod driver;
mod eval;
mod eval_head;
mod eval_material;
mod export;
mod features;
mod few_shot;
mod figure;
mod heads;
mod import;
mod listing;
mod memory;
mod metrics;
mod models;
mod one_clip;
mod output;
mod page;
mod pictures;
mod project;
mod scenes;
mod shard;
mod stopping;
mod table;
mod tag;
pub mod thresholds;
mod train;
mod train_project;

use std::process::ExitCode;

use clap::Parser;
use mettle_core::gpu::Tuning;
use mettle_core::tools::check_vectors;

pub use args::{Cli, Command};

/// A command failed; the lines say why and have been, or are to be, printed on stderr.
#[derive(Debug)]
pub enum Failure {
    /// To be printed.
    Said(String),
    /// Printed already, one line for each clip.
    Told,
    /// What was asked makes no sense; to be printed.
    Usage(String),
    /// The device or the disk failed, not what was asked; to be printed.
    Again(String),
}

/// What a scheduler is told to try again, as `sysexits.h` has it.
const TRY_AGAIN: u8 = 75;

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Said(error.to_string())
    }
}

/// Parse the command line and do what it says.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    output::start_log();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::FAILURE,
        Err(Failure::Said(line)) => ended(&line, 1),
        Err(Failure::Usage(line)) => ended(&line, 2),
        Err(Failure::Again(line)) => ended(&line, TRY_AGAIN),
    }
}

fn ended(line: &str, code: u8) -> ExitCode {
    eprintln!("mettle: {line}");
    code.into()
}

fn run(cli: Cli) -> Result<(), Failure> {
    check_vectors().map_err(|wrong| Failure::Usage(wrong.to_string()))?;
    Tuning::asked().map_err(|wrong| Failure::Usage(wrong.to_string()))?;
    match cli.command {
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Features(args)) => features::run(&args),
        Some(Command::Scenes(args)) => scenes::run(&args),
        Some(Command::Tag(args)) => tag::run(&args),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Import(args)) => import::run(&args),
        Some(Command::Metrics(args)) => metrics::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::Cache(args)) => cache::run(&args),
        Some(Command::Models(args)) => models::run(&args),
        Some(Command::ProbeDevice(args)) => doctor::probe(&args),
        None => window(crate::WindowOptions {
            paths: cli.paths,
            project: cli.project,
            device: cli.device,
            precision: cli.precision,
        }),
    }
}

fn window(options: crate::WindowOptions) -> Result<(), Failure> {
    crate::run_window(options).map_err(|error| {
        Failure::Said(format!(
            "the window cannot be opened: {error}. Without a display, use `mettle analyze CLIP`"
        ))
    })
}
