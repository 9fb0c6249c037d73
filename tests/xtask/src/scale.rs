//! Many clips on engines that people run: Snakemake, Ray and DuckDB from their packages, in an environment of their own.

use std::process::Command;

use crate::build::{build_program, run, say, target_dir};

const PACKAGES: [&str; 5] = [
    "snakemake",
    "snakemake-executor-plugin-slurm",
    "ray",
    "duckdb",
    "pyarrow",
];

/// Build the program, make the environment if it is not there, and run `tests/scale/run.py` in it.
pub fn scale(args: &[String]) -> Result<(), String> {
    build_program()?;
    let here = std::env::current_dir().map_err(|e| format!("the current folder: {e}"))?;
    let target = here.join(target_dir());
    let work = target.join("scale");
    let python = work.join("venv/bin/python");
    if !python.exists() {
        say(&format!(
            "python3 -m venv {0}; {0}/bin/pip install {1}",
            work.join("venv").display(),
            PACKAGES.join(" ")
        ));
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(work.join("venv")))?;
        let mut install = Command::new(&python);
        run(install
            .args(["-m", "pip", "install", "--quiet"])
            .args(PACKAGES))?;
    }
    let program = |name: &str| {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        target.join("release").join(name)
    };
    run(Command::new(python)
        .arg("tests/scale/run.py")
        .args([program("mettle"), program("make-parts"), work])
        .args(args))
}
