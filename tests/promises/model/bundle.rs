//! A model's folder: written, opened, described and loaded; what is wrong with it is said.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::model::weights::save_module;
use mettle_core::model::{
    BackboneDesc, HtsAtConfig, ModelBundle, Precision, SwinV2Config, run_features,
};
use mettle_tests::tiny_model;
use serde_json::json;

use super::golden::{GoldenFile, assert_close, path};

#[test]
fn what_is_saved_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let saved = tiny_model::write(dir.path());
    let opened = ModelBundle::open(dir.path()).unwrap();
    assert_eq!(opened.about(), saved.about());
    assert_eq!(opened.about().labels.len(), 3);
    let device = Device::flex();
    let model = opened.load(&device).unwrap();
    let (about, pair) = (model.pair.about(), model.pair.backbones().unwrap());
    let head = model.localize.as_ref().unwrap();
    let frame = mettle_core::media::RgbFrame {
        width: 5,
        height: 4,
        data: (0..60).map(|i| i * 4).collect(),
    };
    let picture = about.image_prep.frame(&frame);
    let picture = burn::tensor::TensorData::new(picture, [1, 3, 32, 32]);
    let visual = pair.visual.forward(Tensor::from_data(picture, &device));
    let sound = about.sound_prep.second(&[0.1; 8000], about.sound_tile);
    let sound = burn::tensor::TensorData::new(sound, [1, 1, 101, 32]);
    let audio = pair.audio.forward(Tensor::from_data(sound, &device));
    // What was said beforehand of a second's features.
    let layers = visual.layers.iter().chain(&audio.layers);
    let layers = layers.chain([&visual.final_norm, &audio.final_norm]);
    let numbers: usize = layers.map(|l| l.dims().iter().product::<usize>()).sum();
    assert_eq!(opened.about().needs.features, numbers as u64);
    let out = head.forward(&visual, &audio, 1);
    assert_eq!(out.event.dims(), [1, 3]);
    // Weights are kept in 16 bit; a second save of the loaded ones would lose nothing more.
    let again = opened.load(&device).unwrap().localize.unwrap();
    let same = again.forward(&visual, &audio, 1).event;
    assert!(same.all_close(out.event, Some(0.0), Some(0.0)));
}

/// The name of a model is its content: any changed weight is another model.
/// Twenty times, because what could differ is the order of a hash map.
#[test]
fn the_same_weights_are_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let config = SwinV2Config {
        img_size: (32, 32),
        num_classes: 0,
        embed_dim: 8,
        depths: vec![1, 1],
        num_heads: vec![1, 2],
        window_size: 4,
        ..SwinV2Config::default()
    };
    let swin = config.init(&Device::flex()).unwrap();
    let bytes = |n: usize| {
        let path = dir.path().join(format!("{n}.safetensors"));
        save_module(&swin, &path).unwrap();
        std::fs::read(path).unwrap()
    };
    let first = bytes(0);
    assert!((1..20).all(|n| bytes(n) == first));
}

#[test]
fn the_hash_covers_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let before = tiny_model::write(dir.path()).about().sha256;
    for name in [
        "visual.safetensors",
        "audio.safetensors",
        "localization.safetensors",
    ] {
        let file = dir.path().join(name);
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        assert_ne!(
            ModelBundle::open(dir.path()).unwrap().about().sha256,
            before,
            "{name}"
        );
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, &bytes).unwrap();
    }
    assert_eq!(
        ModelBundle::open(dir.path()).unwrap().about().sha256,
        before
    );
}

#[track_caller]
fn refused(dir: &Path, change: impl Fn(&mut serde_json::Value), why: &str) {
    tiny_model::write(dir);
    let file = dir.join("model.json");
    let mut text: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut text);
    std::fs::write(&file, text.to_string()).unwrap();
    let opened = ModelBundle::open(dir).and_then(|bundle| bundle.load(&Device::flex()).map(drop));
    let error = opened.unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn what_is_wrong_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(
        ModelBundle::open(&dir.join("none"))
            .unwrap_err()
            .to_string()
            .contains("model.json")
    );
    refused(
        dir,
        |m| m["schema"] = json!("mettle.model/9"),
        "mettle.model/9",
    );
    refused(
        dir,
        |m| m["visual"]["weights"] = json!("../visual.safetensors"),
        "same folder",
    );
    refused(
        dir,
        |m| m["visual"]["weights"] = json!("nothing"),
        "nothing",
    );
    refused(dir, |m| m["audio"]["tile"] = json!(0), "tile");
    refused(dir, |m| m["audio"] = m["visual"].clone(), "sound");
    refused(
        dir,
        |m| m["localize"]["labels"] = json!(["one"]),
        "do not fit the model",
    );
    let architecture = |name: &'static str| {
        move |m: &mut serde_json::Value| m["visual"]["description"]["architecture"] = json!(name)
    };
    refused(dir, architecture("vit"), "invalid type");
    refused(dir, architecture("perceptron"), "unknown architecture");
    refused(
        dir,
        |m| m["visual"]["description"]["config"]["num_heads"] = json!([3, 2]),
        "heads",
    );
    refused(
        dir,
        |m| m["visual"]["description"]["config"]["depths"] = json!("two"),
        "visual",
    );
}

/// The embedded model is a bundle like any other, loads, and says what it is.
#[test]
fn the_demo_is_embedded() {
    let demo = ModelBundle::demo().unwrap();
    let about = demo.about();
    assert!(!about.about.is_empty() && !about.labels.is_empty());
    let model = demo.load(&Device::flex()).unwrap();
    assert!(model.localize.is_some());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/demo");
    let folder = ModelBundle::open(&folder).unwrap();
    assert_eq!(folder.about(), about);
}

/// The released models' descriptions can be built and list the layers they will have.
#[test]
fn shipped_descriptions_are_right() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    let swin = BackboneDesc::read(&assets.join("swinv2_large_window12_192.json")).unwrap();
    let htsat = BackboneDesc::read(&assets.join("htsat_audioset.json")).unwrap();
    use mettle_core::model::BackboneConfig;
    assert_eq!(
        swin.backbone().unwrap(),
        BackboneConfig::SwinV2(SwinV2Config::large_192())
    );
    assert_eq!(
        htsat.backbone().unwrap(),
        BackboneConfig::HtsAt(HtsAtConfig::audioset())
    );
    let (swin, htsat) = (swin.layers.unwrap(), htsat.layers.unwrap());
    assert_eq!((swin.len(), htsat.len()), (24, 12));
    // The sums over blocks that the published parameter counts come from.
    assert_eq!(swin.iter().map(|l| l.tokens).sum::<usize>(), 8_424);
    assert_eq!(swin.iter().map(|l| l.width).sum::<usize>(), 18_048);
    assert_eq!(htsat.iter().map(|l| l.tokens).sum::<usize>(), 11_904);
    assert_eq!(htsat.iter().map(|l| l.width).sum::<usize>(), 4_416);
}

/// Every description there is can be built, and names the classes of its classifier and where it is published.
#[test]
fn every_shipped_description_is_whole() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    for file in std::fs::read_dir(assets).unwrap() {
        let desc = BackboneDesc::read(&file.unwrap().path()).unwrap();
        // CLAP's tower alone has no classifier.
        let named = desc.class_names().map(|names| !names.is_empty());
        assert_eq!(named.is_ok_and(|there| there), desc.name != "HTS-AT CLAP");
        assert_eq!(
            desc.classifying().check().map_err(|e| e.to_string()),
            Ok(())
        );
    }
    let shared = |file: &str| {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
        let desc = BackboneDesc::read(&assets.join(file)).unwrap();
        desc.listening().unwrap().spec().unwrap().layers[0]
    };
    // The paper's shared setting: Swin sees sound as a picture of its own size, ViT as 6 by 8 patches and the class token.
    assert_eq!(shared("swinv2_large_window12_192.json").grid, (48, 48));
    let vit = shared("vit_large_patch16_224.json");
    assert_eq!((vit.tokens, vit.grid, vit.prefix()), (49, (6, 8), 1));
}

/// `mettle features`: files in, files out, for pictures and for sound.
#[test]
fn features_go_from_file_to_file() {
    let dir = tempfile::tempdir().unwrap();
    for (io, weights, architecture) in [
        (
            "swinv2_a.io.safetensors",
            "swinv2_a.weights.safetensors",
            "swin_v2",
        ),
        ("htsat_b.io.safetensors", "htsat_b.ckpt", "hts_at"),
    ] {
        let golden = GoldenFile::read(io);
        let desc = json!({"name": "small", "architecture": architecture, "config": golden.config});
        let (file, out) = (
            dir.path().join("desc.json"),
            dir.path().join("out.safetensors"),
        );
        std::fs::write(&file, desc.to_string()).unwrap();
        let device = Device::flex();
        let done = run_features(
            &file,
            &path(weights),
            &path(io),
            &out,
            &device,
            Precision::F32,
        )
        .unwrap();
        assert_eq!(done.inputs, 2);
        let state = mettle_core::model::weights::read_checkpoint(&out).unwrap();
        assert_eq!(state.len(), done.layers.len() + 1);
        for (index, layer) in done.layers.iter().enumerate() {
            let found = &state[&format!("layer.{index}")];
            assert_eq!(found.shape, [2, layer.tokens, layer.width]);
            let block = index - done.layers.iter().filter(|l| l.stage < layer.stage).count();
            let expected = golden.get(&format!("out.layers.{}.blocks.{block}", layer.stage));
            let data = burn::tensor::TensorData::new(found.to_f32().unwrap(), found.shape.clone());
            assert_close(
                "layer",
                Tensor::<3>::from_data(data, &device),
                expected,
                3e-4,
            );
        }
        assert!(state.contains_key("final"));
    }
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let golden = GoldenFile::read("swinv2_a.io.safetensors");
    let desc = json!({"name": "small", "architecture": "swin_v2", "config": golden.config});
    let file = dir.path().join("desc.json");
    std::fs::write(&file, desc.to_string()).unwrap();
    let run = |input: &str| {
        let (weights, out) = (path("swinv2_a.weights.safetensors"), dir.path().join("out"));
        run_features(
            &file,
            &weights,
            &path(input),
            &out,
            &Device::flex(),
            Precision::F32,
        )
        .unwrap_err()
        .to_string()
    };
    assert!(run("htsat_a.io.safetensors").contains("the model takes pictures [n, 3, 64, 64]"));
    assert!(run("frontend_image.safetensors").contains("no tensor named input"));
}
