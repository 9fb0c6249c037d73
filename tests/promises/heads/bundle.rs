//! A model with heads for all three tasks: kept in one folder, loaded by task, each as it was.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use mettle_core::base::{Labels, Task};
use mettle_core::model::heads::HanConfig;
use mettle_core::model::weights::save_module;
use mettle_core::model::{
    Distillation, HtsAtConfig, Manifest, ModelBundle, ParseConfig, ParseDecoder, ParseEntry,
    SegmentConfig, SegmentEntry, SwinV2Config, TaskHead, params,
};
use mettle_tests::tiny_model;

use super::noise::Noise;

fn entries(manifest: &mut Manifest) -> (ParseConfig, SegmentConfig) {
    let small = |distill: Distillation| Distillation { d: 8, ..distill };
    let parse = ParseConfig {
        distill: small(Distillation::avvp()),
        decoder: ParseDecoder::Han(HanConfig {
            width: 16,
            hidden: 16,
            ..HanConfig::default()
        }),
        motion: None,
    };
    let segment = SegmentConfig {
        distill: small(Distillation::avs_s4()),
        width: 16,
        tpavi: true,
        mask: (16, 16),
        ..SegmentConfig::default()
    };
    manifest.parse = Some(ParseEntry {
        labels: Labels::new(["Dog", "Bell"]),
        config: parse.clone(),
        weights: "parse.safetensors".into(),
        untrained: false,
        familiarity: None,
        calibration: None,
    });
    manifest.segment = Some(SegmentEntry {
        labels: Labels::new(["sounding"]),
        config: segment.clone(),
        weights: "segment.safetensors".into(),
        untrained: false,
        familiarity: None,
        calibration: None,
    });
    (parse, segment)
}

fn describe(dir: &Path, manifest: &Manifest) {
    let text = serde_json::to_string(manifest).unwrap();
    std::fs::write(dir.join("model.json"), text).unwrap();
}

#[test]
fn three_heads_in_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let tiny = tiny_model::write(dir.path());
    assert_eq!(tiny.about().tasks.len(), 1);
    assert!(tiny.load(&device).unwrap().head(Task::Parse).is_none());
    let mut manifest = tiny.manifest().clone();
    let (parse, segment) = entries(&mut manifest);
    let layers = |desc: &mettle_core::model::BackboneDesc| desc.spec().unwrap().layers;
    let visual = layers(&manifest.visual.description);
    let audio = layers(&manifest.audio.description);
    device.seed(3);
    let parse = parse
        .init(&visual, &audio, 2, &device)
        .unwrap()
        .map(&mut Noise);
    let segment = segment
        .init(&visual, &audio, &device)
        .unwrap()
        .map(&mut Noise);
    save_module(&parse, &dir.path().join("parse.safetensors")).unwrap();
    save_module(&segment, &dir.path().join("segment.safetensors")).unwrap();
    describe(dir.path(), &manifest);
    let bundle = ModelBundle::open(dir.path()).unwrap();
    let about = bundle.about();
    assert_ne!(about.sha256, tiny.about().sha256);
    assert_eq!(
        about.labels_of(Task::Parse),
        Some(&Labels::new(["Dog", "Bell"]))
    );
    assert_eq!(about.labels_of(Task::Segment).map(Labels::len), Some(1));
    let model = bundle.load(&device).unwrap();
    let features = |layers: &[mettle_core::model::LayerShape]| {
        let random = |l: &mettle_core::model::LayerShape| {
            let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
            burn::tensor::Tensor::<3>::random([2, l.tokens, l.width], normal, &device)
        };
        let layers: Vec<_> = layers.iter().map(random).collect();
        mettle_core::model::LayerFeatures {
            final_norm: layers[layers.len() - 1].clone(),
            layers,
        }
    };
    let (v, a) = (features(&visual), features(&audio));
    // Weights are kept in 16 bit.
    let Some(TaskHead::Parse(loaded)) = model.head(Task::Parse) else {
        panic!("no parsing head")
    };
    let before = parse.forward(&v, &a, None, 1).unwrap().audible;
    let after = loaded.forward(&v, &a, None, 1).unwrap().audible;
    assert!(before.all_close(after, None, Some(2e-2)));
    let Some(TaskHead::Segment(loaded)) = model.head(Task::Segment) else {
        panic!("no segmentation head")
    };
    let before = segment.forward(&v, &a, 1).unwrap().probabilities();
    let after = loaded.forward(&v, &a, 1).unwrap().probabilities();
    assert!(before.all_close(after, None, Some(2e-2)));
}

/// The full-size heads of the paper fit the full-size backbones, and hold what the arithmetic says.
#[test]
fn full_size_heads_fit_full_size_backbones() {
    let device = Device::flex();
    let visual = SwinV2Config::large_192().spec("").layers;
    let audio = HtsAtConfig::audioset().spec("").layers;
    let parse = ParseConfig::default();
    let head = parse.init(&visual, &audio, 25, &device).unwrap();
    let counted = params::heads::parse_head(&parse, &visual, &audio, 25);
    assert_eq!(head.num_params() as u64, counted);
    let segment = SegmentConfig::default();
    let head = segment.init(&visual, &audio, &device).unwrap();
    let counted = params::heads::segment_head(&segment, &visual, &audio);
    assert_eq!(head.num_params() as u64, counted);
    assert_eq!(head.mask(), (224, 224));
}
