//! `mettle analyze --task parse|segment|all`: tracks of what is heard and seen, masks that COCO's and AVSBench's tools read.

use std::path::Path;
use std::process::Command;

use mettle_core::base::{Modality, Task};
use mettle_core::exchange::json::Analysis;
use mettle_core::project::RunLengths;
use mettle_tests::program::{self, run, talking_picture};
use mettle_tests::tiny_model::{self, LABELS, SOUNDING};

fn analyze(folder: &Path, heads: &[Task]) -> Command {
    let model = folder.join("model");
    tiny_model::write_with(&model, heads);
    let mut command = program::mettle(folder);
    let clip = folder.join("clip.mp4");
    talking_picture("3.6", &clip);
    command.args([
        "analyze",
        "--device",
        "cpu",
        "--threshold",
        "0.05",
        "--model",
    ]);
    command.arg(model).arg(clip);
    command
}

fn read(path: &Path) -> Analysis {
    let text = std::fs::read_to_string(path).expect("the file was written");
    let analysis: Analysis = serde_json::from_str(&text).expect("it follows the schema");
    let again = serde_json::to_string_pretty(&analysis).expect("it can be written") + "\n";
    assert_eq!(again, text, "reading and writing changes nothing");
    analysis
}

/// The hashes of a file's sound packets, by ffmpeg.
fn sound_packets(path: &Path) -> Vec<String> {
    let said = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a", "-c", "copy", "-f", "framemd5", "-"])
        .output()
        .expect("the ffmpeg program is installed");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let hash = |line: &str| line.rsplit(',').next().unwrap_or("").trim().to_owned();
    lines.map(hash).collect()
}

#[test]
fn all_tasks_make_one_file_with_tracks_by_modality_and_masks() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut command = analyze(folder.path(), &Task::ALL);
    command.args(["--task", "all", "--masks", "--pictures", "--out"]);
    let (code, stdout, stderr) = run(command.arg(&out));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("of the picture sounds"), "{stdout}");
    let analysis = read(&out.join("clip.json"));
    assert_eq!(analysis.task, None, "all were asked");
    assert_eq!(analysis.tasks, Task::ALL);
    assert_eq!(analysis.segments.len(), 4, "3.6 s are four segments");
    for segment in &analysis.segments {
        for scores in [&segment.scores, &segment.audible, &segment.visible] {
            assert!(LABELS.iter().all(|label| scores.contains_key(*label)));
        }
    }
    for track in &analysis.tracks {
        let audio_visual = track.modality == Modality::AudioVisual;
        assert!(audio_visual || track.task == Task::Parse, "{track:?}");
        assert!(!track.events.is_empty());
    }
    let has = |task, modality| {
        let mut tracks = analysis.tracks.iter();
        tracks.any(|t| t.task == task && t.modality == modality)
    };
    assert!(has(Task::Parse, Modality::Audible) && has(Task::Parse, Modality::Visible));
    masks_fit_their_pictures(&analysis, &out);
    let source = sound_packets(&folder.path().join("clip.mp4"));
    assert!(source.len() > 100);
    assert_eq!(sound_packets(&out.join("clip.overlay.mp4")), source);
}

fn masks_fit_their_pictures(analysis: &Analysis, out: &Path) {
    assert_eq!(analysis.masks.len(), 4);
    for (place, mask) in analysis.masks.iter().enumerate() {
        assert_eq!((mask.segment, &*mask.label), (place, SOUNDING));
        assert_eq!(
            mask.segmentation.size,
            [108, 192],
            "stretched over the clip's picture"
        );
        let runs = RunLengths::from_text(&mask.segmentation.counts, 192, 108).expect("run lengths");
        assert_eq!(runs.area(), mask.area);
        let file = out.join(format!("clip/clip_{}.png", place + 1));
        let picture = image::open(file).expect("a picture");
        assert_eq!(picture.color(), image::ColorType::L8);
        let inside: Vec<bool> = picture.to_luma8().pixels().map(|p| p.0 == [255]).collect();
        let outside = picture.to_luma8().pixels().filter(|p| p.0 == [0]).count();
        assert_eq!(inside, runs.mask(), "second {place}");
        assert_eq!(
            outside as u64 + mask.area,
            192 * 108,
            "nothing but 0 and 255"
        );
    }
}

#[test]
fn masks_can_have_avsbenchs_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut command = analyze(folder.path(), &[Task::Segment]);
    command.args([
        "--task",
        "segment",
        "--masks",
        "--mask-size",
        "224x224",
        "--out",
    ]);
    let (code, _, stderr) = run(command.arg(&out));
    assert_eq!(code, 0, "{stderr}");
    let picture = image::open(out.join("clip/clip_4.png")).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (224, 224));
    assert_eq!(
        read(&out.join("clip.json")).masks[3].segmentation.size,
        [224, 224]
    );
}

#[test]
fn a_model_without_the_head_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut parse = analyze(folder.path(), &[Task::Localize]);
    let (code, _, stderr) = run(parse.args(["--task", "parse"]));
    assert_eq!(code, 1);
    assert!(stderr.contains("tiny has no parsing head"), "{stderr}");
    let mut all = analyze(folder.path(), &[Task::Localize]);
    let (code, stdout, stderr) = run(all.args(["--task", "all", "--format", "json"]));
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("no parsing head") && stderr.contains("no segmentation head"));
    let analysis: Analysis = serde_json::from_str(&stdout).expect("it follows the schema");
    assert_eq!(analysis.tasks, [Task::Localize]);
    let mut masks = analyze(folder.path(), &[Task::Localize]);
    let (code, _, stderr) = run(masks.arg("--masks").arg("--out").arg(folder.path()));
    assert_eq!(code, 1);
    assert!(stderr.contains("--task segment"), "{stderr}");
}
