//! The embedded model knows what it says it knows: instruments that FluidR3's samples play, under drawings it has never met.

use std::path::Path;

use mettle_core::base::{Modality, Task};
use mettle_core::data::scenes::{Scene, SceneOptions, Split, write_clip};
use mettle_core::exchange::json::Analysis;
use mettle_core::model::{LearnedFrom, ModelBundle};
use mettle_tests::program::{ffmpeg, mettle, run};

/// The renders in `golden/renders`, and what plays in each.
const RENDERS: [(&str, &str); 5] = [
    ("violin", "Violin, fiddle"),
    ("flute", "Flute"),
    ("acoustic-guitar", "Acoustic guitar"),
    ("banjo", "Banjo"),
    ("accordion", "Accordion"),
];
/// Seconds of each.
const SECONDS: usize = 5;

/// A film of a drawing under a render, and the class that is drawn.
fn film(at: usize, render: &str, folder: &Path) -> &'static str {
    let options = SceneOptions {
        split: Split::Test,
        ..SceneOptions::default()
    };
    let scene = Scene::close_up(7_000 + at as u64, &options);
    let silent = folder.join("drawn.mp4");
    write_clip(&scene, &silent).expect("it is written");
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/renders/{render}.ogg"));
    let (silent, sound) = (silent.display().to_string(), sound.display().to_string());
    let inputs = ["-i", &silent, "-i", &sound, "-map", "0:v", "-map", "1:a"];
    let more = ["-t", "5", "-c:v", "copy", "-c:a", "aac"];
    ffmpeg(
        &[&inputs[..], &more].concat(),
        &folder.join(format!("{render}.mp4")),
    );
    let (class, _) = scene.drawings()[0];
    mettle_core::data::scenes::CATEGORIES[class].label
}

/// How many seconds of a film have a class in a modality, as it is shown.
fn shown(said: &Analysis, label: &str, modality: Modality) -> usize {
    let tracks = said.tracks.iter().filter(|t| t.task == Task::Parse);
    let tracks = tracks.filter(|t| t.label == label && t.modality == modality);
    let seconds = tracks.flat_map(|t| &t.events).map(|e| e.end_s - e.start_s);
    seconds.sum::<f64>().round() as usize
}

/// Whatever the model says that it learned from recordings or from sampled instruments, it hears where such an instrument plays, and
/// it sees the drawing above it. A model that says so of none of them is not asked.
#[test]
fn it_hears_the_instruments_that_it_says_it_knows() {
    let about = ModelBundle::demo().expect("it is there").about();
    let heard = |label: &str| {
        about
            .known
            .iter()
            .find(|c| c.label == label)
            .map(|c| c.heard.from)
    };
    let says = |label: &str| matches!(heard(label), Some(LearnedFrom::Real | LearnedFrom::Sampled));
    let claimed: Vec<_> = RENDERS
        .into_iter()
        .filter(|(_, label)| says(label))
        .collect();
    if claimed.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = mettle(folder.path());
    command.args([
        "analyze", "--device", "cpu", "--quiet", "--task", "parse", "--out",
    ]);
    command.arg(folder.path());
    let mut drawn = vec![];
    for (at, (render, _)) in claimed.iter().enumerate() {
        drawn.push(film(at, render, folder.path()));
        command.arg(folder.path().join(format!("{render}.mp4")));
    }
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let (mut heard, mut seen) = (0, 0);
    for ((render, played), drawn) in claimed.iter().zip(drawn) {
        let text = std::fs::read(folder.path().join(format!("{render}.json")));
        let said = serde_json::from_slice(&text.expect("it was written"));
        let said: Analysis = said.expect("it follows the schema");
        let right = shown(&said, played, Modality::Audible);
        let there = shown(&said, drawn, Modality::Visible);
        println!("{played}: heard {right}, {drawn}: seen {there} of {SECONDS} seconds");
        heard += right;
        seen += there;
    }
    // Three of five: a melody is short, and instruments are alike.
    let (all, least) = (claimed.len() * SECONDS, claimed.len() * SECONDS * 3 / 5);
    assert!(
        heard >= least && seen >= least,
        "{heard} and {seen} of {all}"
    );
}

/// Where the model says anything of what it learned from, it says it of every class, and nothing that was measured is missing.
#[test]
fn what_it_learned_from_is_said_of_every_class() {
    let about = ModelBundle::demo().expect("it is there").about();
    for label in about.labels.iter().filter(|_| !about.known.is_empty()) {
        let class = about.known.iter().find(|class| class.label == **label);
        let class = class.expect("every class is there");
        for known in [class.heard, class.seen] {
            let real = known.from == LearnedFrom::Real;
            assert!(!real || known.measured.is_some(), "{label}");
        }
    }
}

/// In its words about itself, what it finds less than half of (F1) on what it never learned from stands apart.
#[test]
fn what_it_hardly_knows_is_said_apart() {
    let bundle = ModelBundle::demo().expect("it is there");
    let told = &bundle.manifest().about;
    let part = |from: &str| {
        let rest = told.split(from).nth(1).expect("it says so");
        let (well, hardly) = rest.split_once('.').map_or((rest, ""), |(known, _)| {
            known.split_once("; hardly: ").unwrap_or((known, ""))
        });
        (well.to_owned(), hardly.to_owned())
    };
    let sides = [part("It hears, for real: "), part("It sees, for real: ")];
    for class in &bundle.manifest().known {
        for (known, (well, hardly)) in [&class.heard, &class.seen].into_iter().zip(&sides) {
            let Some(hits) = known.measured else {
                continue;
            };
            let place = if hits.f1() < 0.5 { hardly } else { well };
            assert!(place.contains(&class.label), "{}: {told}", class.label);
        }
    }
}
