//! The CPU's kernels say the same with every kind of instructions that this processor has, and which they use is the user's to
//! choose.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use mettle_core::model::BackboneDesc;
use mettle_core::tools::{vectors, vectors_there};
use mettle_tests::program::{alone_with, mettle, run, together_with};
use serde_json::{Value, json};

use super::golden::{GoldenFile, distance, path};
use super::precision::BACKBONES;

/// The variable that names them.
const KIND: &str = "METTLE_SIMD";
/// Where the ignored test writes.
const FOLDER: &str = "METTLE_TEST_FOLDER";
/// Sums of some hundred terms in another order, through a few blocks; the Swin fixture's attention scales enlarge it.
const TOLERANCE: f32 = 5e-5;

fn file(folder: &Path, architecture: &str) -> PathBuf {
    folder.join(format!("{architecture}.f32"))
}

/// Every layer's features, written by a process of its own: a process uses one kind as long as it runs.
#[test]
#[ignore = "run by the test below"]
fn features_of_small_backbones() {
    let folder = std::env::var_os(FOLDER).expect("a folder is named");
    // What was asked for is what is used.
    assert_eq!(std::env::var(KIND).ok().as_deref(), Some(vectors()));
    let device = Device::flex();
    for [io, weights, architecture, input] in BACKBONES {
        let io = GoldenFile::read(&format!("{io}.safetensors"));
        let mut config = io.config.clone();
        if architecture == "resnext" {
            config["img_size"] = json!(35);
        }
        let desc = json!({"name": "small", "architecture": architecture, "config": config});
        let desc: BackboneDesc = serde_json::from_value(desc).unwrap();
        let model = desc
            .load_as(&path(weights), &device, Default::default())
            .unwrap();
        let features = model.forward(io.tensor(input, &device));
        let layers = features.layers.into_iter().chain([features.final_norm]);
        let values: Vec<f32> = layers
            .flat_map(|layer| layer.try_into_vec_as::<f32>().unwrap())
            .collect();
        let bytes = bytemuck::cast_slice::<f32, u8>(&values);
        std::fs::write(file(folder.as_ref(), architecture), bytes).unwrap();
    }
}

#[test]
fn every_kind_says_what_the_plain_one_says() {
    let test = "model::vectors::features_of_small_backbones";
    let said_by = |kind: &str| {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().to_str().unwrap();
        alone_with(test, &[(KIND, kind), (FOLDER, named)]);
        BACKBONES.map(|[_, _, architecture, _]| {
            let bytes = std::fs::read(file(folder.path(), architecture)).unwrap();
            bytemuck::pod_collect_to_vec::<u8, f32>(&bytes)
        })
    };
    let plain = said_by("plain");
    for kind in vectors_there() {
        for ([.., architecture, _], (found, plain)) in
            BACKBONES.iter().zip(said_by(kind).iter().zip(&plain))
        {
            assert!(!plain.is_empty() && plain.len() == found.len());
            let apart = distance(found, plain);
            assert!(apart < TOLERANCE, "{kind}, {architecture}: {apart:e}");
        }
    }
}

/// Sizes that fill no vector and sizes that do, whole blocks and single steps, and the reading of kept features.
#[test]
fn every_kind_says_what_burn_says() {
    for kind in vectors_there() {
        let passed = together_with(
            &["model::kernels::", "features::half_reading::"],
            &[(KIND, kind)],
        );
        assert!(passed >= 7, "{kind}: only {passed} tests ran");
    }
}

#[test]
fn what_is_used_is_shown_and_what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = mettle(folder.path());
    doctor.args(["doctor", "--json"]).env(KIND, "plain");
    let (_, said, complaint) = run(&mut doctor);
    let report: Value = serde_json::from_str(&said).expect(&complaint);
    assert_eq!(report["kernels"]["in_use"], "plain");
    assert_eq!(report["kernels"]["there"], json!(vectors_there()));
    let mut wrong = mettle(folder.path());
    wrong.args(["cache"]).env(KIND, "mmx");
    let (code, _, complaint) = run(&mut wrong);
    assert_eq!(code, 2);
    assert!(
        complaint.contains("mmx") && complaint.contains("plain"),
        "{complaint}"
    );
}
