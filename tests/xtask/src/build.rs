//! Building and running. One profile and one choice of packages everywhere, so that nothing is built twice.

use std::path::PathBuf;
use std::process::Command;

/// Build the program, then `mettle demo`.
pub fn demo(args: &[String]) -> Result<(), String> {
    build_program()?;
    let program = target_dir()
        .join("release")
        .join(format!("mettle{}", std::env::consts::EXE_SUFFIX));
    say(&format!("{} demo {}", program.display(), args.join(" ")));
    run(Command::new(program).arg("demo").args(args))
}

/// Build the program, which some tests drive, then run every test.
pub fn test(args: &[String]) -> Result<(), String> {
    build_program()?;
    cargo(&["test", "--release", "--workspace"], args)
}

/// Formatting, lints and documentation.
pub fn check() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(
        &[
            "clippy",
            "--release",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )?;
    cargo(&["doc", "--release", "--workspace", "--no-deps"], &[])
}

pub fn build_program() -> Result<(), String> {
    // The whole workspace, though one program is wanted: features then unify the same way as for the tests.
    cargo(&["build", "--release", "--workspace", "--bins"], &[])
}

fn cargo(words: &[&str], more: &[String]) -> Result<(), String> {
    say(&format!("cargo {} {}", words.join(" "), more.join(" ")));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo)
        .args(words)
        .args(more)
        .env("CARGO_TARGET_DIR", target_dir()))
}

/// `target`, unless the environment says otherwise. A continuous-integration run keeps it in the home directory, so
/// that a fresh clone does not compile the dependencies again.
pub fn target_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("CARGO_TARGET_DIR") {
        return dir.into();
    }
    match std::env::home_dir() {
        Some(home) if std::env::var_os("CI").is_some() => home.join(".cache/mettle-studio/target"),
        _ => PathBuf::from("target"),
    }
}

pub fn say(what: &str) {
    eprintln!("xtask: {}", what.trim_end());
}

pub fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|e| format!("could not start {program}: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{program} ended with {status}"))
    }
}
