//! `mettle analyze`: a stable file, honest exit codes, and a batch that goes on after a broken clip.

use std::path::Path;
use std::process::Command;

use mettle_core::base::Task;
use mettle_core::exchange::json::{Analysis, SCHEMA};
use mettle_core::media::Clip;
use mettle_tests::program::{self, ffmpeg, run, talking_picture};
use mettle_tests::tiny_model;

/// `mettle analyze` on the CPU with a tiny model, its cache in `folder`.
fn analyze(folder: &Path) -> Command {
    let model = folder.join("tiny-model");
    tiny_model::write(&model);
    let mut command = program::mettle(folder);
    command
        .args(["analyze", "--device", "cpu", "--model"])
        .arg(model);
    command
}

fn read(path: &Path) -> Analysis {
    let text = std::fs::read_to_string(path).expect("the file was written");
    let analysis: Analysis = serde_json::from_str(&text).expect("it follows the schema");
    let again = serde_json::to_string_pretty(&analysis).expect("it can be written") + "\n";
    assert_eq!(again, text, "reading and writing changes nothing");
    analysis
}

#[test]
fn the_file_follows_the_schema_and_the_table_is_on_stdout() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    talking_picture("4.7", &clip);
    let out = folder.path().join("out");
    let mut command = analyze(folder.path());
    command.arg("--out").arg(&out).arg(&clip);
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("clip.mp4") && stdout.contains("score"),
        "{stdout}"
    );
    let analysis = read(&out.join("clip.json"));
    assert_eq!(analysis.schema, SCHEMA);
    assert_eq!(analysis.segments.len(), 5, "4.7 s are five segments");
    assert!((analysis.clip.duration_s - 4.7).abs() < 0.1);
    let video = analysis.clip.video.as_ref().expect("pictures");
    assert_eq!(
        (video.width, video.height, &*video.codec),
        (192, 108, "h264")
    );
    assert_eq!(analysis.clip.audio.as_ref().map(|a| &*a.codec), Some("aac"));
    assert!(analysis.device.starts_with("CPU"), "{}", analysis.device);
    assert_eq!(analysis.model.sha256.len(), 64);
    for segment in &analysis.segments {
        let sum: f32 = segment.scores.values().sum();
        assert!(
            (0.0..=1.0 + 1e-4).contains(&sum),
            "scores are shares of one: {sum}"
        );
        let known = segment.label == "background" || segment.scores.contains_key(&segment.label);
        assert!(known, "{}", segment.label);
    }
    let total = analysis.timing_ms.get("total").copied().unwrap_or_default();
    assert!(total > 0.0);
}

#[test]
fn a_broken_clip_fails_with_one_line_and_the_others_are_analysed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    talking_picture("2", &at("good.mp4"));
    std::fs::write(at("broken.mp4"), "Dear diary").expect("written");
    std::fs::write(at("empty.mp4"), "").expect("written");
    let mut command = analyze(folder.path());
    command.arg("--out").arg(at("out"));
    command.args([
        at("broken.mp4"),
        at("empty.mp4"),
        at("gone.mp4"),
        at("good.mp4"),
    ]);
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("good.mp4"));
    assert!(at("out/good.json").exists() && !at("out/broken.json").exists());
    let lines: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    assert_eq!(
        lines.len(),
        3,
        "one line for each clip that failed: {stderr}"
    );
    for (line, name) in lines.iter().zip(["broken.mp4", "empty.mp4", "gone.mp4"]) {
        assert!(line.contains(name), "{line}");
    }
    assert!(
        !stderr.contains("panicked") && !stderr.contains("backtrace"),
        "{stderr}"
    );
}

/// Each clip is begun while the one before it is worked on: nothing of one gets into another, also past one that is broken.
#[test]
fn clips_of_a_list_say_in_its_order_what_each_says_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let names = ["three", "one", "broken", "four", "two"];
    for (name, seconds) in [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4")] {
        talking_picture(seconds, &at(&format!("{name}.mp4")));
    }
    std::fs::write(at("broken.mp4"), "Dear diary").expect("written");
    let clips = names.map(|name| at(&format!("{name}.mp4")));
    let said = |out: &Path, name: &str| read(&out.join(format!("{name}.json"))).segments;
    let model = at("model");
    tiny_model::write_with(&model, &Task::ALL);
    let analyze = |out: &Path| {
        // Nothing kept of another run.
        let mut command = program::mettle(&out.join("cache"));
        command.args(["analyze", "--device", "cpu", "--task", "all", "--model"]);
        command.arg(&model).arg("--out").arg(out);
        command
    };
    let together = at("together");
    let (code, stdout, stderr) = run(analyze(&together).args(&clips));
    assert_eq!(code, 1, "{stderr}");
    let places = ["three", "one", "four", "two"].map(|name| stdout.find(&format!("{name}.mp4")));
    assert!(places.is_sorted() && places[0].is_some(), "{stdout}");
    for (name, clip) in names
        .iter()
        .zip(&clips)
        .filter(|(name, _)| **name != "broken")
    {
        let alone = at(&format!("{name} alone"));
        let (code, _, stderr) = run(analyze(&alone).arg(clip));
        assert_eq!(code, 0, "{stderr}");
        let (one, other) = (said(&together, name), said(&alone, name));
        assert_eq!(one.len(), other.len(), "{name}");
        // Seconds may have gone through the backbones in other company.
        for (one, other) in one.iter().zip(&other) {
            let near = |(one, other): ((&String, &f32), (&String, &f32))| {
                one.0 == other.0 && (one.1 - other.1).abs() < 1e-3
            };
            assert!(one.scores.iter().zip(&other.scores).all(near), "{name}");
        }
    }
}

#[test]
fn a_clip_with_one_modality_is_analysed_with_a_word_of_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    ffmpeg(
        &["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=2"],
        &at("silent.mp4"),
    );
    ffmpeg(&["-f", "lavfi", "-i", "sine=duration=2"], &at("blind.wav"));
    let mut command = analyze(folder.path());
    command.arg("--out").arg(at("out"));
    command.args([at("silent.mp4"), at("blind.wav")]);
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stderr.matches("both heard and seen").count(), 2, "{stderr}");
    let silent = read(&at("out/silent.json"));
    assert!(silent.clip.audio.is_none());
    let mut scores = silent.segments.iter().flat_map(|s| s.scores.values());
    assert!(scores.all(|score| *score == 0.0), "nothing is both");
    assert!(read(&at("out/blind.json")).clip.video.is_none());
    assert_eq!(read(&at("out/blind.json")).segments.len(), 2);
}

#[test]
fn clips_of_one_name_get_a_file_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("a")).expect("made");
    std::fs::create_dir(at("b")).expect("made");
    talking_picture("1", &at("a/測試 é.mp4"));
    talking_picture("2", &at("b/測試 é.mp4"));
    let mut command = analyze(folder.path());
    command.args(["-q", "--format", "csv", "--out"]);
    command
        .arg(at("out"))
        .args([at("a/測試 é.mp4"), at("b/測試 é.mp4")]);
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!(
        (code, stdout.as_str(), stderr.as_str()),
        (0, "", ""),
        "quiet is quiet"
    );
    let lines = |name: &str| {
        let text = std::fs::read_to_string(at("out").join(name)).expect("written");
        assert!(text.starts_with("clip,clip_id,start_s,end_s,label,score,"));
        text.lines().count()
    };
    let second = Clip::open(&at("b/測試 é.mp4")).expect("a clip");
    let second = format!("測試 é-{}.csv", second.id.short());
    assert_eq!((lines("測試 é.csv"), lines(&second)), (2, 3));
}

#[test]
fn wrong_usage_is_exit_2_and_what_cannot_be_had_is_exit_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    talking_picture("1", &clip);
    let with = |arguments: &[&str]| run(analyze(folder.path()).args(arguments).arg(&clip));
    assert_eq!(with(&["--device", "gpu"]).0, 2);
    assert_eq!(with(&["--threshold", "7"]).0, 2);
    assert_eq!(run(program::mettle(folder.path()).arg("analyze")).0, 2);
    let says_one_thing = |arguments: &[&str], words: &[&str]| {
        let mut command = program::mettle(folder.path());
        let (code, _, stderr) = run(command.arg("analyze").arg(&clip).args(arguments));
        assert_eq!(code, 1, "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(words.iter().all(|word| stderr.contains(word)), "{stderr}");
    };
    let nowhere = folder
        .path()
        .join("no-model")
        .to_string_lossy()
        .into_owned();
    says_one_thing(&["--device", "cpu", "--model", &nowhere], &["no-model"]);
    let model = folder
        .path()
        .join("tiny-model")
        .to_string_lossy()
        .into_owned();
    let file = clip.to_string_lossy().into_owned();
    says_one_thing(&["--model", &model, "--out", &file], &["clip.mp4", "--out"]);
    says_one_thing(
        &["--model", &model, "--device", "cuda"],
        &["cuda", "mettle doctor"],
    );
}

#[test]
fn pictures_of_the_result_are_written_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    talking_picture("3", &clip);
    let out = folder.path().join("out");
    let mut command = analyze(folder.path());
    let (code, _, stderr) = run(command.arg("--pictures").arg("--out").arg(&out).arg(&clip));
    assert_eq!(code, 0, "{stderr}");
    let strip = image::open(out.join("clip.strip.png"))
        .expect("a picture")
        .to_rgb8();
    assert!(
        strip.width() > 3 * 160 && strip.height() > 90,
        "{:?}",
        strip.dimensions()
    );
    let first: std::collections::HashSet<_> = strip.pixels().collect();
    assert!(first.len() > 50, "the frames are in it");
    let overlay = Clip::open(&out.join("clip.overlay.mp4")).expect("a clip");
    let (shown, heard) = (
        overlay.video.expect("pictures"),
        overlay.audio.expect("sound"),
    );
    assert!(shown.width == 192 && shown.height > 108, "{shown:?}");
    assert!(
        (overlay.duration.as_secs_f64() - 3.0).abs() < 0.2,
        "{heard:?}"
    );
}

/// Scores of every class in every second, in order.
fn scores(analysis: &Analysis) -> Vec<f32> {
    let rows = analysis.segments.iter().map(|s| &s.scores);
    rows.flat_map(|row| row.values().copied()).collect()
}

#[test]
fn a_gpu_says_what_the_cpu_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    talking_picture("3", &clip);
    let model = folder.path().join("tiny-model");
    tiny_model::write(&model);
    let on = |device: &str| {
        let out = folder.path().join(device);
        let mut command = program::mettle(folder.path());
        command.args(["analyze", "--quiet", "--device", device, "--model"]);
        let (code, _, stderr) = run(command.arg(&model).arg("--out").arg(&out).arg(&clip));
        (code == 0)
            .then(|| read(&out.join("clip.json")))
            .ok_or(stderr)
    };
    let cpu = on("cpu").expect("the CPU always works");
    let gpu = match on("wgpu") {
        Ok(gpu) => gpu,
        Err(why) if why.contains("this machine has no adapter") => return,
        Err(why) => panic!("{why}"),
    };
    assert!(!gpu.device.starts_with("CPU"), "{}", gpu.device);
    let (cpu, gpu) = (scores(&cpu), scores(&gpu));
    assert_eq!(cpu.len(), gpu.len());
    let worst = cpu.iter().zip(&gpu).map(|(a, b)| (a - b).abs());
    let worst = worst.fold(0.0, f32::max);
    // Each layer is within 1e-3 of the CPU's, and scores are means of shares of one.
    assert!(worst <= 1e-3, "scores differ by {worst}");
}
