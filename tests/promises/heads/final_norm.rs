//! New heads read a backbone of pictures after its final norm, HTS-AT before it; heads that were saved otherwise stay as they are.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::base::Task;
use mettle_core::model::{
    AvelConfig, BackboneConfig, Distillation, HtsAtConfig, LayerFeatures, ModelBundle,
    ResNextConfig, SwinV2Config, VitConfig,
};
use mettle_core::train::DemoRecipe;
use mettle_tests::demo_scores::{GOLDEN, scores};
use serde_json::json;

use super::features::{layers, pooled};
use crate::model::golden::distance;

/// Features whose last layer and whose normed last layer are told apart: either may be spoiled.
fn spoiled(features: &LayerFeatures, last: bool, normed: bool) -> LayerFeatures {
    let mut features = features.clone();
    let wrong = |x: &Tensor<3>| x.clone() * -3.0 + 1.0;
    if last {
        let end = features.layers.len() - 1;
        features.layers[end] = wrong(&features.layers[end]);
    }
    if normed {
        features.final_norm = wrong(&features.final_norm);
    }
    features
}

/// Of a localization head: whether it reads the last layer of pictures, and of sound, after the final norm.
fn reads_normed(config: &AvelConfig) -> [bool; 2] {
    let device = Device::flex();
    device.seed(9);
    let head = config.init(&layers(), &layers(), 4, &device).unwrap();
    let (v, a) = (pooled(3, &device), pooled(3, &device));
    let said = |v: &LayerFeatures, a: &LayerFeatures| -> Vec<f32> {
        let (v, a) = head.meta_features(v, a);
        Tensor::cat(vec![v, a], 1).try_into_vec_as().unwrap()
    };
    let before = said(&v, &a);
    let changes = |v: &LayerFeatures, a: &LayerFeatures| said(v, a) != before;
    let visual = [(true, false), (false, true)].map(|(l, n)| changes(&spoiled(&v, l, n), &a));
    let audio = [(true, false), (false, true)].map(|(l, n)| changes(&v, &spoiled(&a, l, n)));
    // One or the other, never both.
    [visual, audio].map(|[last, normed]| {
        assert_ne!(last, normed, "{config:?}");
        normed
    })
}

fn small(distill: Distillation) -> AvelConfig {
    AvelConfig {
        distill: Distillation { d: 16, ..distill },
        ..AvelConfig::default()
    }
}

#[test]
fn new_heads_read_pictures_after_the_norm() {
    assert_eq!(reads_normed(&small(Distillation::avel())), [true, false]);
    for task in [Task::Localize, Task::Parse, Task::Segment] {
        let distill = Distillation::of(task);
        let norms = |d: &Distillation| [d.visual.final_norm, d.audio.final_norm];
        assert_eq!(norms(&distill), [true, false], "{task:?}");
        let ears = [
            (BackboneConfig::HtsAt(HtsAtConfig::audioset()), false),
            (BackboneConfig::SwinV2(SwinV2Config::large_192()), true),
            (BackboneConfig::Vit(VitConfig::large_16()), true),
            (BackboneConfig::ResNext(ResNextConfig::default()), true),
        ];
        for (ear, normed) in ears {
            for shared in [false, true] {
                let on = distill.clone().on(&ear, shared);
                assert_eq!(norms(&on), [true, normed], "{task:?} {ear:?}");
            }
        }
    }
    // A Swin that also listens: both after the norm, one visual meta-token.
    let swin = BackboneConfig::SwinV2(SwinV2Config::large_192());
    let shared = small(Distillation::avel().on(&swin, true));
    assert_eq!(reads_normed(&shared), [true, true]);
    assert_eq!(shared.distill.visual.tokens, 1);
}

/// Saved before the field was there, or with it: the setting is the head's own.
#[test]
fn stored_heads_read_as_they_did() {
    let stored = |lcd: serde_json::Value| -> AvelConfig {
        let stored = json!({"d": 16, "granularity": "block", "visual": lcd, "audio": {}});
        serde_json::from_value(stored).unwrap()
    };
    assert_eq!(reads_normed(&stored(json!({}))), [false, false]);
    let unnormed = stored(json!({"final_norm": false}));
    assert_eq!(reads_normed(&unnormed), [false, false]);
    let normed = stored(json!({"final_norm": true}));
    assert_eq!(reads_normed(&normed), [true, false]);
}

/// The demo's heads score as they did when they were made: `make-demo` wrote the file with `--scores`.
#[test]
fn shipped_heads_score_as_before() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    let text = std::fs::read_to_string(golden).unwrap();
    let before: BTreeMap<String, Vec<f32>> = serde_json::from_str(&text).unwrap();
    let found = scores(&ModelBundle::demo().unwrap()).unwrap();
    assert!(before.keys().eq(found.keys()));
    for (task, scores) in &found {
        // The order of sums differs from processor to processor.
        let off = distance(scores, &before[task]);
        println!("{task}: {off:e}");
        assert!(off < 1e-5, "{task}: {off:e}");
    }
}

/// What is trained anew for the demo is what its weights were trained for.
#[test]
fn the_demos_recipe_is_what_is_shipped() {
    let bundle = ModelBundle::demo().unwrap();
    let (manifest, recipe) = (bundle.manifest(), DemoRecipe::default());
    assert_eq!(manifest.localize.as_ref().unwrap().config, recipe.localize);
    assert_eq!(manifest.parse.as_ref().unwrap().config, recipe.parse);
    assert_eq!(manifest.segment.as_ref().unwrap().config, recipe.segment);
}
