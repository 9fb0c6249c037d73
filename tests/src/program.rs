//! The built program, run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where the program lies: beside the folder of the running test.
///
/// # Panics
/// When it has not been built.
pub fn path() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test.parent().and_then(Path::parent);
    let name = format!("mettle{}", std::env::consts::EXE_SUFFIX);
    let program = folder.map(|folder| folder.join(name)).unwrap_or_default();
    assert!(
        program.exists(),
        "{} is not built: run `cargo xtask test`, or first `cargo build --release --workspace --bins`",
        program.display()
    );
    program
}

/// The program, computing on the CPU's threads, without a display, its cache in `cache` and what is the user's in
/// `cache/data`.
pub fn mettle(cache: &Path) -> Command {
    let mut command = Command::new(path());
    command
        .env("METTLE_CACHE", cache)
        .env("METTLE_DATA", cache.join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null());
    command
}

/// Run to the end, with the exit code and what was said.
///
/// # Panics
/// When it does not start or is killed.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let code = status.code().expect("the program is not killed");
    (code, text(stdout), text(stderr))
}

/// Make a media file with the ffmpeg program.
///
/// # Panics
/// When ffmpeg is not there or refuses.
pub fn ffmpeg(arguments: &[&str], file: &Path) {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments)
        .arg(file)
        .output()
        .expect("the ffmpeg program is installed");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "ffmpeg {arguments:?}: {said}");
}

/// Test pictures and a tone, `seconds` long.
pub fn talking_picture(seconds: &str, file: &Path) {
    let pictures = format!("testsrc2=size=192x108:rate=10:duration={seconds}");
    let tone = format!("sine=frequency=440:duration={seconds}");
    let inputs = ["-f", "lavfi", "-i", &pictures, "-f", "lavfi", "-i", &tone];
    let codecs = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
    ];
    ffmpeg(&[&inputs[..], &codecs[..]].concat(), file);
}

/// Runs one of the tests that are ignored otherwise, alone in a process of its own.
pub fn alone(test: &str) {
    alone_with(test, &[]);
}

/// The same, with variables in its environment.
///
/// # Panics
/// When it fails.
pub fn alone_with(test: &str, variables: &[(&str, &str)]) {
    let said = tests_of_this(&["--exact", test, "--ignored"], variables);
    assert!(said.contains("1 passed"), "{said}");
}

/// Runs the tests whose names contain one of these in a process of its own, with variables in its environment; gives how many
/// passed.
///
/// # Panics
/// When one fails.
pub fn together_with(tests: &[&str], variables: &[(&str, &str)]) -> usize {
    let said = tests_of_this(tests, variables);
    let passed = said.split(" passed").next().and_then(|before| {
        let number = before.rsplit(' ').next()?;
        number.parse().ok()
    });
    passed.unwrap_or_else(|| panic!("{said}"))
}

fn tests_of_this(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let this = std::env::current_exe().expect("the tests' program");
    let mut child = Command::new(this);
    let run = child
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .expect("starts");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{complaint}");
    said
}
