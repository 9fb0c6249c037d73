//! Thresholds in the terminal: of everything, of what is heard or seen, of a class, of masks by clip and by second; and how long
//! the labelled clip is.

use std::path::Path;

use mettle_core::base::{Modality, Task, Time, TimeSpan};
use mettle_core::exchange::json::Analysis;
use mettle_core::media::{Clip, SoundLayout, SoundReader};
use mettle_core::project::{Change, Edit, RunLengths, Store};
use mettle_tests::program::{self, ffmpeg, run, talking_picture};
use mettle_tests::tiny_model::{self, LABELS};

/// What `analyze` says in JSON of a clip of 3.6 s, with these arguments.
fn said(folder: &Path, arguments: &[&str]) -> Analysis {
    let (code, stdout, stderr) = tried(folder, arguments);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).expect("it follows the schema")
}

fn tried(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let (model, clip) = (folder.join("model"), folder.join("clip.mp4"));
    if !clip.exists() {
        tiny_model::write_with(&model, &Task::ALL);
        talking_picture("3.6", &clip);
    }
    let mut command = program::mettle(folder);
    command.args(["analyze", "--device", "cpu", "--format", "json", "--model"]);
    run(command.arg(model).arg(clip).args(arguments))
}

/// How many seconds a class has in a modality.
fn seconds(analysis: &Analysis, label: &str, modality: Modality) -> f64 {
    let mut tracks = analysis.tracks.iter();
    let track = tracks.find(|t| t.label == label && t.modality == modality);
    let events = track.map_or(&[][..], |t| &t.events);
    events.iter().map(|e| e.end_s - e.start_s).sum()
}

#[test]
fn classes_and_modalities_have_thresholds_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let all = said(folder, &["--task", "parse", "--threshold", "0"]);
    assert_eq!(seconds(&all, LABELS[0], Modality::Audible), 3.6);
    let arguments = ["--threshold", "0", "--threshold-audible", "1"];
    let seen = said(folder, &[&["--task", "parse"], &arguments[..]].concat());
    assert_eq!(seconds(&seen, LABELS[0], Modality::Audible), 0.0);
    assert_eq!(seconds(&seen, LABELS[0], Modality::Visible), 3.6);
    assert_eq!(seen.thresholds.audible, Some(1.0));
    // Typed in another case; it comes before that of the modality.
    let class = format!("{}=0", LABELS[1].to_uppercase());
    let own = [
        "--task",
        "parse",
        "--threshold",
        "1",
        "--threshold-visible",
        "1",
    ];
    let own = said(folder, &[&own[..], &["--threshold-class", &class]].concat());
    assert_eq!(seconds(&own, LABELS[1], Modality::Visible), 3.6);
    assert_eq!(seconds(&own, LABELS[0], Modality::Visible), 0.0);
    assert_eq!(own.thresholds.classes[LABELS[1]], 0.0);
    assert!(own.thresholds.masks.is_none(), "no masks were asked for");
}

#[test]
fn masks_have_thresholds_by_clip_and_by_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let out = folder.join("out");
    let out_text = out.display().to_string();
    let arguments = [
        "--task",
        "segment",
        "--mask-threshold",
        "0",
        "--mask-threshold-at",
        "2=1",
    ];
    let files = [
        "--mask-threshold-at",
        "3=0.25",
        "--masks",
        "--out",
        &out_text,
    ];
    let (code, _, stderr) = tried(folder, &[&arguments[..], &files].concat());
    assert_eq!(code, 0, "{stderr}");
    let text = std::fs::read_to_string(out.join("clip.json")).expect("the file was written");
    let analysis: Analysis = serde_json::from_str(&text).expect("it follows the schema");
    let masks = analysis
        .thresholds
        .masks
        .as_ref()
        .expect("they are recorded");
    let own: Vec<_> = masks
        .seconds
        .iter()
        .map(|(s, value)| (*s, *value))
        .collect();
    assert_eq!((masks.clip, own), (0.0, vec![(2, 1.0), (3, 0.25)]));
    let areas: Vec<u64> = analysis.masks.iter().map(|mask| mask.area).collect();
    assert_eq!(
        (areas[0], areas[2]),
        (192 * 108, 0),
        "all of it, and nothing"
    );
    assert_eq!(analysis.masks[3].threshold, 0.25);
    let segment = |second: f64| {
        let tracks = analysis.tracks.iter().filter(|t| t.task == Task::Segment);
        let mut events = tracks.flat_map(|t| &t.events);
        events.any(|e| e.start_s <= second && second < e.end_s)
    };
    assert!(
        segment(1.5) && !segment(2.5),
        "events go by the same thresholds"
    );
    for mask in &analysis.masks {
        let file = out.join(format!("clip/clip_{}.png", mask.segment + 1));
        let picture = image::open(file).expect("a picture").to_luma8();
        let inside = picture.pixels().filter(|p| p.0 == [255]).count() as u64;
        assert_eq!(inside, mask.area, "second {}", mask.segment);
        let runs = RunLengths::from_text(&mask.segmentation.counts, 192, 108).expect("run lengths");
        assert_eq!(runs.area(), mask.area);
    }
}

#[test]
fn the_terminal_can_use_what_was_set_in_the_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let before = said(folder, &["--task", "segment", "--mask-threshold", "kept"]);
    assert_eq!(before.masks[1].threshold, 0.5, "nothing was set");
    let clip = Clip::open(&folder.join("clip.mp4")).expect("opens");
    let own = Change::MaskThresholdOf {
        span: TimeSpan::of_second(1),
        value: Some(0.75),
    };
    let file = folder.join("data/corrections.sqlite");
    let mut store = Store::open(&file).expect("opens");
    for change in [Change::MaskThreshold(0.125), own] {
        let edit = Edit::of_clip(clip.id, change);
        store.edit(&edit, false).expect("keeps");
    }
    let after = said(folder, &["--task", "segment", "--mask-threshold", "kept"]);
    let used: Vec<f32> = after.masks.iter().map(|mask| mask.threshold).collect();
    assert_eq!(used, [0.125, 0.75, 0.125, 0.125]);
}

#[test]
fn wrong_thresholds_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, code, words) in [
        (["--threshold-audible", "0.4"], 1, "--task parse"),
        (["--threshold-class", "Unicorn=0.4"], 1, LABELS[0]),
        (["--threshold-class", "Unicorn"], 2, "Dog=0.7"),
        (["--mask-threshold-at", "0.6"], 2, "3=0.6"),
        (["--mask-threshold", "half"], 2, "from 0 to 1"),
        (["--threshold", "1.5"], 2, "from 0 to 1"),
    ] {
        let (got, _, stderr) = tried(folder.path(), &arguments);
        assert_eq!(got, code, "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
}

/// 33 s of pictures and of a tone whose pitch tells the time.
fn long_clip(file: &Path) {
    let pictures = "testsrc2=size=96x64:rate=4:duration=33";
    let sweep = "aevalsrc=exprs='0.5*sin(2*PI*(200+10*t)*t)':d=33:s=16000";
    let inputs = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sweep];
    let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
    ffmpeg(&[&inputs[..], &codecs].concat(), file);
}

/// Its sound from `from` on for a second, at 8 kHz.
fn sound(file: &Path, from: f64) -> Vec<f32> {
    let mut reader = SoundReader::open(file, 8_000, SoundLayout::Mono).expect("opens");
    reader.seek(Time::from_secs_f64(from));
    let mut samples = Vec::new();
    reader.read(&mut samples, 8_000);
    samples
}

#[test]
fn the_labelled_clip_is_as_long_as_the_clip_or_the_stretch_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (model, clip) = (folder.path().join("model"), folder.path().join("long.mp4"));
    tiny_model::write_with(&model, &[Task::Segment]);
    long_clip(&clip);
    let source = Clip::open(&clip).expect("opens");
    for (place, span, expected) in [
        (0, None, TimeSpan::new(Time::ZERO, source.duration)),
        (
            1,
            Some("28-32"),
            TimeSpan::new(Time::from_secs_f64(28.0), Time::from_secs_f64(32.0)),
        ),
    ] {
        let out = folder.path().join(format!("out{place}"));
        let mut command = program::mettle(folder.path());
        command.args(["analyze", "--quiet", "--device", "cpu", "--task", "segment"]);
        command.arg("--model").arg(&model).arg(&clip);
        command.args(["--pictures", "--out"]).arg(&out);
        if let Some(span) = span {
            command.args(["--span", span]);
        }
        let (code, _, stderr) = run(&mut command);
        assert_eq!(code, 0, "{stderr}");
        let overlay = out.join("long.overlay.mp4");
        let written = Clip::open(&overlay).expect("opens");
        // A picture is 0.25 s long, a packet of sound 0.064 s.
        let off = (written.duration - expected.duration()).as_secs_f64().abs();
        assert!(
            off <= 0.26,
            "{span:?}: {} s",
            written.duration.as_secs_f64()
        );
        let last = written.video.expect("pictures").end;
        let off = (last - expected.duration()).as_secs_f64().abs();
        assert!(off <= 0.26, "{span:?}: pictures until {last}");
        let at = expected.duration().as_secs_f64() - 2.0;
        let theirs = sound(&clip, expected.start.as_secs_f64() + at);
        let ours = sound(&overlay, at);
        let (mut both, mut one, mut two) = (0.0, 0.0, 0.0);
        for (a, b) in theirs.iter().zip(&ours) {
            (both, one, two) = (both + a * b, one + a * a, two + b * b);
        }
        // A sample off at 8 kHz would turn the tone of about 800 Hz by a tenth: the packets are the source's own, on their times.
        assert!(
            both / (one * two).sqrt() > 0.98,
            "{span:?}: {both} {one} {two}"
        );
    }
    let mut command = program::mettle(folder.path());
    command.args([
        "analyze",
        "--quiet",
        "--task",
        "segment",
        "--pictures",
        "--span",
        "40-50",
    ]);
    command.arg("--model").arg(&model).arg(&clip);
    let (code, _, stderr) = run(command.arg("--out").arg(folder.path()));
    assert_eq!(code, 1);
    assert!(stderr.contains("outside the clip"), "{stderr}");
}
