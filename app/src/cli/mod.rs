//! The command line: what `mettle` does in a terminal. Each command has its file.
//!
//! Exit codes: 0 done, 1 failed (one clear line on stderr for each thing that failed), 2 wrong usage.

mod analyze;
mod args;
mod batch;
mod bench;
mod bench_backbones;
mod bench_peer;
mod bench_table;
mod cache;
mod demo;
mod doctor;
mod driver;
mod eval;
mod features;
mod memory;
mod metrics;
mod models;
mod output;
mod pictures;
mod scenes;
mod table;
mod tag;
pub mod thresholds;

use std::process::ExitCode;

use clap::Parser;

pub use args::{Cli, Command};

/// A command failed; the lines say why and have been, or are to be, printed on stderr.
#[derive(Debug)]
pub enum Failure {
    /// To be printed.
    Said(String),
    /// Printed already, one line for each clip.
    Told,
}

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
        Err(Failure::Said(line)) => {
            eprintln!("mettle: {line}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Features(args)) => features::run(&args),
        Some(Command::Scenes(args)) => scenes::run(&args),
        Some(Command::Tag(args)) => tag::run(&args),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Metrics(args)) => metrics::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::Cache(args)) => cache::run(&args),
        Some(Command::Models(args)) => models::run(&args),
        Some(Command::ProbeDevice(args)) => doctor::probe(&args),
        None => window(crate::WindowOptions {
            paths: cli.paths,
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
