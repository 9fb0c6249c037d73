//! While a head learns from corrections, other clips that were analysed are replayed: never one of which something was said, held out
//! or not, and none where nothing is to be kept.

use std::path::Path;
use std::sync::Arc;

use mettle_core::engine::{Engine, FineTune};
use mettle_core::media::Clip;
use mettle_core::model::HeadFile;
use mettle_tests::program::{alone, talking_picture};
use mettle_tests::tiny_model;

use super::fine_tuning::{clip, engine, lesson, run, train, trained};

/// How many clips a training says it replayed.
fn replayed(engine: &Engine, folder: &Path, spec: FineTune) -> u64 {
    let said = run(engine, train(spec));
    let head = folder
        .join("heads")
        .join(trained(&said).head.id.to_string());
    let data = HeadFile::open(&head)
        .expect("a head")
        .data
        .expect("its data");
    data["replayed"].as_u64().expect("it says how many")
}

/// In a process of its own: training draws random numbers.
#[test]
fn clips_that_nobody_spoke_of_are_replayed() {
    alone("engine::replayed::nobody_spoke_of");
}

#[test]
#[ignore = "run by the one above"]
fn nobody_spoke_of() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = at("model");
    std::fs::create_dir_all(&model).unwrap();
    tiny_model::write(&model);
    let engine = engine(folder.path());
    let clips: Vec<Arc<Clip>> = [("one.mp4", "3"), ("two.mp4", "2"), ("three.mp4", "4")]
        .into_iter()
        .map(|(name, seconds)| {
            talking_picture(seconds, &at(name));
            clip(&engine, &at(name))
        })
        .collect();
    let of = |clip: &Arc<Clip>, keeps: bool| {
        let mut spec = lesson(&model, clip, &tiny_model::LABELS);
        spec.config.epochs = 2;
        spec.config.replay = 4;
        spec.config.loss.replay = 1.0;
        spec.pseudo_labels = keeps;
        spec
    };
    let count = |spec| replayed(&engine, folder.path(), spec);
    assert_eq!(count(of(&clips[0], true)), 0, "no other one was analysed");
    assert_eq!(count(of(&clips[1], true)), 1, "the first one was");
    assert_eq!(count(of(&clips[2], true)), 2);
    assert_eq!(count(of(&clips[2], false)), 0, "it is to forget");
    let mut both = of(&clips[2], true);
    let mut held_out = of(&clips[0], true).clips.remove(0);
    held_out.held_out = true;
    both.clips.push(held_out);
    assert_eq!(count(both), 1, "not the one that is held out");
}
