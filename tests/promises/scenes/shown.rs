//! What is measured is what is shown: `mettle analyze` on scenes written as files says what `mettle eval` counts of them.

use std::path::Path;

use mettle_core::base::{BACKGROUND, Modality, Task};
use mettle_core::data::scenes::{CATEGORIES, Scene, SceneTask, write_clip};
use mettle_core::exchange::json::{Analysis, Rule};
use mettle_core::train::unseen_clips;
use mettle_tests::program::{mettle, run};
use serde_json::Value;

const SCENES: usize = 12;
const SEED: u64 = 3;

/// What `analyze` says of each scene, in order.
fn analysed(task: SceneTask, word: &str, folder: &Path) -> Vec<(Scene, Analysis)> {
    let scenes = unseen_clips(task, SCENES, SEED);
    let mut command = mettle(folder);
    command.args([
        "analyze", "--device", "cpu", "--quiet", "--task", word, "--out",
    ]);
    command.arg(folder);
    for (i, scene) in scenes.iter().enumerate() {
        let file = folder.join(format!("{i}.mp4"));
        write_clip(scene, &file).expect("it is written");
        command.arg(file);
    }
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let read = |(i, scene): (usize, Scene)| {
        let text = std::fs::read(folder.join(format!("{i}.json"))).expect("it was written");
        let said = serde_json::from_slice(&text).expect("it follows the schema");
        (scene, said)
    };
    scenes.into_iter().enumerate().map(read).collect()
}

fn measured(word: &str, folder: &Path) -> Value {
    let mut command = mettle(folder);
    let (scenes, seed) = (SCENES.to_string(), SEED.to_string());
    command.args(["eval", "--json", "--task", word, "--scenes", &scenes]);
    let (code, stdout, stderr) = run(command.args(["--seed", &seed]));
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).expect("figures")
}

/// Of 120 seconds; what the files' compression changes is left room for.
#[test]
fn events_are_as_right_as_eval_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut right, mut all) = (0, 0);
    for (scene, said) in analysed(SceneTask::Localize, "localize", folder.path()) {
        assert_eq!(said.rule, Rule::Datasets);
        let truth = scene.truth().labels;
        assert_eq!(said.segments.len(), truth.len());
        for (second, class) in said.segments.iter().zip(truth) {
            let class = CATEGORIES.get(class).map_or(BACKGROUND, |c| c.label);
            right += usize::from(second.label == class);
            all += 1;
            let happens = second.event.expect("it is said") > said.threshold;
            assert_eq!(second.label != BACKGROUND, happens, "{second:?}");
            let most = second.scores.values().fold(0.0, |a: f32, b| a.max(*b));
            assert!(!happens || second.scores[&second.label] == most);
        }
    }
    let eval = &measured("localize", folder.path())["segment_accuracy"];
    let counted = (eval.as_f64().expect("a share") * all as f64).round() as usize;
    println!("{right} and {counted} of {all}");
    assert!(
        right.abs_diff(counted) <= 2,
        "{right} and {counted} of {all}"
    );
}

/// Each of the probabilities of being heard and of being seen is held against one half.
#[test]
fn parsing_says_every_probability_of_one_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, said) = analysed(SceneTask::Parse, "parse", folder.path()).remove(0);
    let mut some = 0;
    for second in &said.segments {
        let middle = (second.start_s + second.end_s) / 2.0;
        for (modality, of) in [
            (Modality::Audible, &second.audible),
            (Modality::Visible, &second.visible),
        ] {
            for (label, score) in of {
                let tracks = said.tracks.iter().filter(|t| t.task == Task::Parse);
                let tracks = tracks.filter(|t| t.label == *label && t.modality == modality);
                let shown = tracks.flat_map(|t| &t.events);
                let shown = shown
                    .filter(|e| e.start_s < middle && middle < e.end_s)
                    .count();
                assert_eq!(shown == 1, *score >= 0.5, "{label} {score}");
                some += shown;
            }
        }
    }
    assert!(some > 0, "something is heard or seen");
}
