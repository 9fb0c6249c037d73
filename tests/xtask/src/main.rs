//! The task runner behind `cargo xtask demo` and `cargo xtask test`. It has no dependencies, so that it builds on a
//! bare machine, and installs what the system lacks after saying what it will run.

mod bare;
mod build;
mod detect;
mod libclang;
mod package;
mod scale;
mod system;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [ARGS]   install what the system lacks, build, and show Mettle Studio on a bundled clip
                          (with no display: the same job without a window; ARGS go to `mettle demo`)
cargo xtask test [ARGS]   install what the system lacks, build, and run every test (ARGS go to the test runner)
cargo xtask check         formatting, lints and documentation, as strict as a reviewer
cargo xtask scale         many clips in parts on Snakemake and Ray with workers killed at random, DuckDB over the parts, and their
                          figures (makes a Python environment in the target folder; about a quarter of an hour)
cargo xtask package       the program as one file that is unpacked and runs, nothing installed, in target/package (--of PROGRAM: one that
                          is built already)
cargo xtask setup         only install what the system lacks
cargo xtask bare [--cold] the first command on a minimal Debian system made for it: the set-up, a crate that binds every
                          library, the program already built here (--cold: the whole demo, built from nothing)";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match task.as_str() {
        "demo" => system::install_missing(system::DEMO).and_then(|()| build::demo(&rest)),
        "test" => system::install_missing(system::TEST).and_then(|()| build::test(&rest)),
        "check" => system::install_missing(system::TEST).and_then(|()| build::check()),
        "bare" => bare::bare(&rest),
        "package" => package::package(&rest),
        "scale" => scale::scale(&rest),
        "setup" => system::install_missing(system::TEST),
        _ => Err(format!("unknown task `{task}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
