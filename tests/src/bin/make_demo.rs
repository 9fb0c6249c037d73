//! Makes the embedded demo anew from seeds, and prints its figures:
//!
//! ```text
//! cargo run --release -p mettle-tests --bin make-demo [-- FOLDER [FEATURES [OPTIONS]]]
//! ```
//!
//! FOLDER instead of `assets/demo`. Backbones and heads already in the folder are kept: delete those to train again. FEATURES is
//! a folder in which the frozen features of scenes (4 GB) are kept from one run to the next; without it they are thrown away. With `--mgn` parsing ends in the
//! paper's grouping network, which the embedded model has not: for comparison, in a folder without the `parse*` files. With
//! `--exchange=none`, `sequential` or `parallel` event localization ends as a new head would, with that choice of what modalities
//! learn of each other: in a folder without `localize.safetensors`. With `--teachers=DIR` the backbones learn real pictures and
//! sounds, too, from the two files that `tests/peers/teachers.py` writes; `--trunk=visual` or `audio` trains that backbone and
//! nothing else, so that both can be trained at once.

use std::path::PathBuf;

use mettle_core::base::Task;
use mettle_core::data::demo::make_clips;
use mettle_core::model::InterModal;
use mettle_core::train::{DemoRecipe, Side, evaluate_folder, train_demo, train_trunk};

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
    for arg in std::env::args().skip(3) {
        match arg.split_once('=').unwrap_or((&arg, "")) {
            ("--exchange", choice) => recipe = recipe.with_exchange(exchange(choice)?),
            ("--mgn", "") => recipe = recipe.with_grouping(),
            ("--teachers", folder) => teachers = Some(PathBuf::from(folder)),
            ("--trunk", "visual") => trunk = Some(Side::Visual),
            ("--trunk", "audio") => trunk = Some(Side::Audio),
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
    train_demo(&out, &features, &recipe, |line| println!("{line}"))?;
    for task in [Task::Localize, Task::Parse, Task::Segment] {
        let report = evaluate_folder(&out, task, 200, 0)?;
        println!("unseen scenes: {report:#?}");
    }
    Ok(())
}

fn exchange(name: &str) -> Result<InterModal, String> {
    let known = InterModal::ALL.into_iter().find(|c| c.name() == name);
    known.ok_or_else(|| format!("{name} is none of none, sequential and parallel"))
}
