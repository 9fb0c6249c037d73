//! Two programs at once share the cache, and the second analysis says what the first one said.

use std::path::Path;
use std::process::{Command, Stdio};

use mettle_core::exchange::json::Analysis;
use mettle_tests::program::{self, run, talking_picture};
use mettle_tests::tiny_model;

fn analyze(folder: &Path, out: &str) -> Command {
    let mut command = program::mettle(folder);
    command.args(["analyze", "--quiet", "--device", "cpu", "--model"]);
    command.arg(folder.join("tiny-model"));
    command.arg("--out").arg(folder.join(out));
    command.arg(folder.join("clip.mp4")).stderr(Stdio::null());
    command
}

fn scores(folder: &Path, out: &str) -> Vec<f32> {
    let text = std::fs::read_to_string(folder.join(out).join("clip.json")).expect("written");
    let analysis: Analysis = serde_json::from_str(&text).expect("it follows the schema");
    let rows = analysis.segments.iter().map(|s| &s.scores);
    rows.flat_map(|row| row.values().copied()).collect()
}

#[test]
fn two_processes_at_once_and_one_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    talking_picture("20", &folder.join("clip.mp4"));
    tiny_model::write(&folder.join("tiny-model"));
    let start = |out| analyze(folder, out).spawn().expect("it starts");
    let running = [start("a"), start("b")];
    for mut process in running {
        assert!(process.wait().expect("it ends").success());
    }
    let listing = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(program::mettle(folder).arg("cache").args(arguments));
        assert_eq!(code, 0, "{stderr}");
        stdout
    };
    let listed = listing(&[]);
    assert_eq!(
        listed.matches("clip.mp4").count(),
        2,
        "one file a backbone: {listed}"
    );
    assert_eq!(listed.matches("20 segments").count(), 2, "{listed}");
    let place = std::path::PathBuf::from(listing(&["path"]).trim());
    let endings = std::fs::read_dir(&place).expect("there").flatten();
    let half_written = endings.filter(|f| f.path().extension().is_some_and(|e| e == "partial"));
    assert_eq!(half_written.count(), 0);
    assert!(analyze(folder, "c").status().expect("it runs").success());
    let kept = scores(folder, "c");
    assert_eq!(kept.len(), 20 * tiny_model::LABELS.len());
    for computed in [scores(folder, "a"), scores(folder, "b")] {
        let apart = computed.iter().zip(&kept).map(|(a, b)| (a - b).abs());
        // Batches are cut by the clock: f32 rounding, which may tip a number to the next one of 16 bit.
        assert!(
            apart.fold(0.0, f32::max) < 1e-4,
            "{computed:?} is not {kept:?}"
        );
    }
    assert!(listing(&["--budget", "1.5 KB"]).contains("in 0 files, of at most 1.50 kB"));
    assert_eq!(listing(&["clear"]), "");
    let refused = run(program::mettle(folder).args(["cache", "--budget", "much"]));
    assert_eq!(refused.0, 2);
}
