//! `mettle doctor` says what there is and why it is not used; every command explains itself with an example.

use mettle_tests::program::{mettle, run};
use serde_json::Value;

#[test]
fn the_report_is_json_and_every_adapter_has_a_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, stdout, stderr) = run(mettle(folder.path()).args(["doctor", "--json"]));
    assert_eq!(code, 0, "{stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let device = report
        .pointer("/devices/device/Ok/name")
        .and_then(Value::as_str);
    let device = device.expect("a device");
    let gflops = report
        .pointer("/devices/self_test/Ok/gflops")
        .and_then(Value::as_f64);
    assert!(gflops.expect("a figure") > 0.1, "{stdout}");
    let adapters = report
        .pointer("/devices/adapters")
        .and_then(Value::as_array);
    for adapter in adapters.expect("a list") {
        let in_use = adapter["in_use"] == Value::Bool(true);
        assert!(in_use || adapter["refused"].is_string(), "{adapter}");
        if adapter["kind"] == "software" {
            assert!(!in_use && device.starts_with("CPU"), "{stdout}");
        }
    }
    assert!(
        report["ffmpeg"].as_str().is_some_and(|v| v.contains('.')),
        "{stdout}"
    );
    assert!(report.pointer("/model/Ok/sha256").is_some(), "{stdout}");
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, stdout, _) = run(mettle(folder.path()).arg("--help"));
    assert_eq!(code, 0);
    let listed = stdout
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"));
    let commands: Vec<&str> = listed
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        // A line that goes on from the one above begins further in.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    for wanted in [
        "analyze", "features", "scenes", "eval", "doctor", "demo", "bench",
    ] {
        assert!(
            commands.contains(&wanted),
            "{wanted} is missing: {commands:?}"
        );
    }
    for command in commands {
        let (code, stdout, _) = run(mettle(folder.path()).args([command, "--help"]));
        assert_eq!(code, 0);
        assert!(
            stdout.contains(&format!("mettle {command}")) && stdout.contains("Example"),
            "{stdout}"
        );
    }
    let (code, stdout, _) = run(mettle(folder.path()).arg("--version"));
    assert_eq!(
        (code, stdout.trim()),
        (0, concat!("mettle ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn the_demo_does_its_job_without_a_display() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("demo");
    let mut command = mettle(folder.path());
    let (code, stdout, stderr) = run(command.args(["demo", "--device", "cpu", "--out"]).arg(&out));
    assert_eq!(code, 0, "{stderr}");
    let mut kinds: Vec<String> = std::fs::read_dir(&out)
        .expect("the folder is there")
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.split_once('.').map(|(_, kind)| kind.to_owned()))
        .collect();
    kinds.sort();
    let clips = kinds.iter().filter(|kind| *kind == "mp4").count();
    assert!(clips >= 3, "{kinds:?}");
    for kind in ["json", "strip.png", "overlay.mp4"] {
        assert_eq!(
            kinds.iter().filter(|k| *k == kind).count(),
            clips,
            "{kind}: {kinds:?}"
        );
    }
    assert!(
        stdout.matches("score").count() >= clips,
        "a table for each clip: {stdout}"
    );
}
