//! Makes the embedded demo anew from seeds, and prints its figures:
//!
//! ```text
//! cargo run --release -p mettle-tests --bin make-demo [-- FOLDER [FEATURES [OPTIONS]]]
//! ```
//!
//! FOLDER instead of `assets/demo`. Backbones and heads already in the folder are kept: delete those to train again. FEATURES is
//! a folder in which the frozen features of clips (6 GB) are kept from one run to the next; without it they are thrown away.
//!
//! - `--teachers=DIR`: the backbones learn real pictures, cell by cell, and sounds, too, from the two files that `tests/peers/teachers.py`
//!   writes.
//! - `--material=DIR`: the heads learn from clips made of the real sounds and photographs of a folder with a `manifest.csv`, too, and from
//!   phrases of a soundfont (`--soundfont=FILE`; FluidR3, where Debian installs it, unless another is named). What each class was
//!   learned from, and how it does on what was kept apart, goes into `model.json`.
//! - `--trunk=visual` or `audio` trains that backbone and nothing else, so that both can be trained at once. What each stage but the last
//!   leaves, `stage-1-visual.safetensors`, is kept like all else that lies in the folder: put there alone, it spares its stage.
//! - `--scores=FILE` writes what the heads say of made-up features: the golden file `tests/golden/heads/demo_scores.json`, whenever
//!   `assets/demo` is made anew; the names of the backbones that `tests/promises/files/kept_keys.rs` compares are printed.
//! - `--mgn`: parsing ends in the paper's grouping network, which the embedded model has not: for comparison, in a folder without the
//!   `parse*` files.
//! - `--exchange=none`, `sequential` or `parallel`: event localization ends as a new head would, with that choice of what modalities learn of
//!   each other: in a folder without `localize.safetensors`.
//!
//! All of it, from nothing to the embedded model, which knows some real sounds and pictures (then the files but `stage-*` go to `assets/demo`):
//!
//! ```text
//! python3 tests/peers/teachers.py DIR pictures TEACHERS/pictures.safetensors
//! python3 tests/peers/teachers.py DIR sounds TEACHERS/sounds.safetensors
//! cargo run --release -p mettle-tests --bin make-demo -- NEW FEATURES --teachers=TEACHERS --material=DIR \
//!     --scores=tests/golden/heads/demo_scores.json
//! python3 tests/peers/notice.py DIR > assets/demo/NOTICE.md
//! ```

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use mettle_core::base::Task;
use mettle_core::data::demo::make_clips;
use mettle_core::data::material::{SOUNDFONT, VALIDATION_FOLD};
use mettle_core::engine::ModelChoice;
use mettle_core::gpu::no_bf16;
use mettle_core::model::{InterModal, ModelBundle, Precision, RoundingPrice};
use mettle_core::tools::{MaterialRequest, evaluate_material};
use mettle_core::train::{
    DemoMaterial, DemoRecipe, Report, Side, evaluate_in, note_measured, note_rounded, train_demo,
    train_trunk,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo");
    let out = std::env::args_os()
        .nth(1)
        .map_or_else(|| here.into(), PathBuf::from);
    let passing = tempfile::tempdir()?;
    let features = std::env::args_os()
        .nth(2)
        .map_or_else(|| passing.path().to_owned(), PathBuf::from);
    let mut recipe = DemoRecipe::default();
    let (mut teachers, mut trunk) = (None, None);
    let (mut folder, mut soundfont) = (None, PathBuf::from(SOUNDFONT));
    let mut scores = None;
    for arg in std::env::args().skip(3) {
        match arg.split_once('=').unwrap_or((&arg, "")) {
            ("--exchange", choice) => recipe = recipe.with_exchange(exchange(choice)?),
            ("--mgn", "") => recipe = recipe.with_grouping(),
            ("--teachers", folder) => teachers = Some(PathBuf::from(folder)),
            ("--trunk", "visual") => trunk = Some(Side::Visual),
            ("--trunk", "audio") => trunk = Some(Side::Audio),
            ("--material", dir) => folder = Some(PathBuf::from(dir)),
            ("--scores", file) => scores = Some(PathBuf::from(file)),
            ("--soundfont", file) => soundfont = file.into(),
            _ => return Err(format!("{arg} is not known").into()),
        }
    }
    for side in trunk.map_or(vec![Side::Visual, Side::Audio], |side| vec![side]) {
        train_trunk(&out, &recipe, side, teachers.as_deref(), |line| {
            println!("{line}")
        })?;
    }
    if trunk.is_some() {
        return Ok(());
    }
    std::fs::create_dir_all(out.join("clips"))?;
    make_clips(&out.join("clips"))?;
    let material = folder
        .as_ref()
        .map(|dir| DemoMaterial::open(dir, Some(&soundfont)));
    let material = material.transpose()?;
    train_demo(&out, &features, &recipe, material.as_ref(), |line| {
        println!("{line}")
    })?;
    let made = ModelBundle::open(&out)?;
    let pair = made.pair(&Device::flex(), Precision::F32)?;
    let [eye, ear] = [&pair.about().visual, &pair.about().audio].map(|side| side.hash);
    println!("backbones {eye} and {ear}");
    if let Some(path) = scores {
        let scores = mettle_tests::demo_scores::scores(&made)?;
        std::fs::write(path, serde_json::to_string(&scores)? + "\n")?;
    }
    if let Some(folder) = &folder {
        measure(&out, folder, &soundfont)?;
    }
    let mut full = Vec::new();
    for task in [Task::Localize, Task::Parse, Task::Segment] {
        let report = evaluate_in(&made, task, 200, 0, Precision::F32)?;
        println!("unseen scenes: {report:#?}");
        full.push((task, report));
    }
    note_price(&out, &made, full)
}

/// Writes into the model's description what bf16 costs each task, where the processor computes in it.
fn note_price(
    out: &Path,
    made: &ModelBundle,
    full: Vec<(Task, Report)>,
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(why) = no_bf16(&Device::flex()) {
        println!("what bf16 costs is not measured: {why}");
        return Ok(());
    }
    let mut prices = Vec::new();
    for (task, full) in full {
        let rounded = evaluate_in(made, task, 200, 0, Precision::Bf16)?;
        let pairs = full.figures().into_iter().zip(rounded.figures());
        prices.extend(pairs.map(|((figure, full), (_, rounded))| RoundingPrice {
            precision: Precision::Bf16,
            figure: figure.to_owned(),
            on: "200 scenes that it has not learned from".to_owned(),
            full,
            rounded,
        }));
    }
    println!("{}", RoundingPrice::told(&prices).unwrap_or_default());
    Ok(note_rounded(out, prices)?)
}

/// Measures the model on what it has not learned from, and writes into its description how well each class is known.
fn measure(out: &Path, folder: &Path, soundfont: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let request = MaterialRequest {
        precision: Precision::F32,
        folder,
        fold: VALIDATION_FOLD,
        soundfont: Some(soundfont),
        clips: 200,
        seed: 0,
    };
    let report = evaluate_material(&ModelChoice::Folder(out.to_owned()), &request)?;
    println!("real sounds and photographs: {report:#?}");
    let classes = report.classes.iter();
    let measured = classes.map(|class| (class.class.label, class.heard, class.seen));
    note_measured(out, &measured.collect::<Vec<_>>())?;
    Ok(())
}

fn exchange(name: &str) -> Result<InterModal, String> {
    let known = InterModal::ALL.into_iter().find(|c| c.name() == name);
    known.ok_or_else(|| format!("{name} is none of none, sequential and parallel"))
}
