//! The scores of heads from tags can be made to mean what they say: by clips of which it is known, or by a file.

use std::path::Path;

use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::base::Task;
use mettle_core::model::{
    Assembly, LayerFeatures, ModelBundle, Scale, TagClasses, TaskHead, assemble,
};
use mettle_tests::program::{mettle, run};
use serde_json::{Value, json};

use super::tag_heads::{ear, eye, parts};

/// Seconds whose truth is as likely as σ(0.5 · logit + 1) says.
fn likely() -> Vec<(f32, bool)> {
    let mut said = vec![];
    for step in -16..=8 {
        let logit = step as f32 * 0.5;
        let p = 1.0 / (1.0 + (-logit).exp());
        let yes = (400.0 / (1.0 + (-(0.5 * logit + 1.0)).exp())).round() as usize;
        said.extend((0..400).map(|at| (p, at < yes)));
    }
    said
}

#[test]
fn a_scale_is_found_again() {
    let scale = Scale::fit(&likely()).unwrap();
    assert!((scale.slope - 0.5).abs() < 0.02, "{scale:?}");
    assert!((scale.offset - 1.0).abs() < 0.05, "{scale:?}");
    // An AudioSet score of a tenth is one half here, where half of what has it is the class.
    assert!(
        (scale.of(0.119_203) - 0.5).abs() < 0.02,
        "{}",
        scale.of(0.119_203)
    );
}

#[test]
fn what_says_nothing_gives_no_scale() {
    let wrong: Vec<_> = likely().into_iter().map(|(p, truth)| (p, !truth)).collect();
    assert_eq!(Scale::fit(&wrong), None, "higher scores are not truer");
    let rare = [
        (0.9, true),
        (0.8, true),
        (0.1, false),
        (0.2, false),
        (0.3, false),
    ];
    assert_eq!(Scale::fit(&rare), None, "two seconds say nothing");
    // Without any overlap the slope stays a number.
    let apart: Vec<_> = (0..40).map(|at| (at as f32 / 40.0, at >= 20)).collect();
    let apart = Scale::fit(&apart).unwrap();
    assert!(
        apart.of(0.9) > 0.9 && apart.of(0.1) < 0.1 && apart.slope < 100.0,
        "{apart:?}"
    );
}

fn rows(file: &Path, rows: &Value) -> TagClasses {
    std::fs::write(file, rows.to_string()).unwrap();
    TagClasses::ours()
        .unwrap()
        .and(TagClasses::read(file).unwrap())
}

#[test]
fn a_files_scale_is_used_and_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let bark = json!({"heard": ["Bark"], "seen": ["beagle"], "heard_scale": {"slope": 2.0, "offset": 1.5}});
    let classes = rows(&dir.path().join("own.json"), &json!({ "Dog": bark }));
    let scaled = Assembly {
        tags: Some(classes),
        ..parts(eye(dir.path()), ear(dir.path()))
    };
    let plain_rows = json!({"Dog": {"heard": ["Bark"], "seen": ["beagle"]}});
    let plain = Assembly {
        tags: Some(rows(&dir.path().join("plain.json"), &plain_rows)),
        ..scaled.clone()
    };
    let device = Device::flex();
    let (mut said, mut audio) = (vec![], None);
    for (name, parts) in [("scaled", scaled), ("plain", plain)] {
        let made = dir.path().join(name);
        let about = assemble(&made, &parts).unwrap().about().about;
        assert_eq!(
            about.contains("fitted to clips"),
            name == "scaled",
            "{about}"
        );
        let bundle = ModelBundle::open(&made).unwrap();
        let model = bundle.load(&device).unwrap();
        let Some(TaskHead::Tags(head)) = model.head(Task::Parse) else {
            panic!("a head from tags");
        };
        let pair = model.pair.backbones().unwrap();
        let last = *pair.audio.spec().layers.last().unwrap();
        let audio = audio.get_or_insert_with(|| LayerFeatures {
            layers: Vec::new(),
            final_norm: Tensor::random(
                [2, last.tokens, last.width],
                Distribution::Normal(0.0, 3.0),
                &device,
            ),
        });
        let heard = head.heard(pair, audio).unwrap();
        let heard = heard.into_data().try_to_vec::<f32>().unwrap();
        let labels = bundle.head(Task::Parse).unwrap().labels.clone();
        said.push((labels, heard));
    }
    let [(labels, scaled), (_, plain)] = <[_; 2]>::try_from(said).unwrap();
    let scale = Scale {
        slope: 2.0,
        offset: 1.5,
    };
    for (at, (now, before)) in scaled.iter().zip(&plain).enumerate() {
        let wanted = match &*labels[at % labels.len()] {
            "Dog" => scale.of(*before),
            _ => *before,
        };
        assert!((now - wanted).abs() < 1e-3, "{at}: {before} became {now}");
    }
}

/// From clips to a file, from the file to a model; and what cannot be fitted is said.
#[test]
fn the_terminal_fits_them_to_clips() {
    let dir = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| {
        let mut command = mettle(&dir.path().join("cache"));
        command.current_dir(dir.path());
        run(command.args(arguments))
    };
    assemble(
        &dir.path().join("made"),
        &parts(eye(dir.path()), ear(dir.path())),
    )
    .unwrap();
    // The last of ten clips is held out, and said by seconds.
    let scenes = ["scenes", "--task", "parse", "--out", "data", "--seed", "4"];
    let size = ["--count", "10", "--size", "96x54"];
    assert_eq!(at(&[&scenes[..], &size].concat()).0, 0);
    let calibrate = |layout: &str| {
        let words = [
            "models",
            "calibrate",
            "made",
            "--device",
            "cpu",
            "--out",
            "fitted.json",
            "--dataset",
        ];
        at(&[&words[..], &[layout, "--data", "data", "--part", "test"]].concat())
    };
    let (code, said, error) = calibrate("scenes");
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("one clip: scales for"), "{said}");
    let text = std::fs::read_to_string(dir.path().join("fitted.json")).unwrap();
    let fitted: Value = serde_json::from_str(&text).unwrap();
    let fitted = fitted.as_object().unwrap();
    assert!(fitted.values().all(|row| row["heard"].is_array()), "{text}");
    let names: Vec<&str> = fitted.keys().map(String::as_str).collect();
    std::fs::write(dir.path().join("labels.txt"), names.join("\n")).unwrap();
    let words = [
        "models",
        "assemble",
        "better",
        "--heads",
        "tags",
        "--labels",
        "labels.txt",
    ];
    let more = [
        "--tag-classes",
        "fitted.json",
        "--visual",
        "Eye.json",
        "--audio",
        "Ear.json",
    ];
    for file in [eye(dir.path()), ear(dir.path())] {
        let name = format!("{}.json", file.description.name);
        let text = serde_json::to_string(&file.description).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let (code, said, error) = at(&[&words[..], &more].concat());
    assert_eq!(code, 0, "{error}");
    let any = fitted
        .values()
        .any(|row| !row["heard_scale"].is_null() || !row["seen_scale"].is_null());
    assert_eq!(said.contains("fitted to clips"), any, "{said}");
    let (code, _, error) = calibrate("ave");
    assert!(code != 0 && error.contains("ave"), "{error}");
}
