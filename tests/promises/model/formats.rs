//! Checkpoints in the layouts users have, each written by the library that writes the real one, load and give what they should.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::model::weights::{Names, StateDict, load_into, read_checkpoint};
use mettle_core::model::{HtsAtConfig, ModelError, ResNextConfig, SwinV2Config, VitConfig};

use super::golden::{GoldenFile, assert_close, path};

fn values(tensor: Tensor<3>) -> Vec<f32> {
    tensor.try_into_vec_as().unwrap()
}

/// timm 0.6 merges at the end of a stage and calls the classifier `head`; Microsoft's .pth has the same under `model`.
#[test]
fn swin_of_timm_0_6_and_of_microsoft() {
    let device = Device::flex();
    let io = GoldenFile::read("swin_old.io.safetensors");
    let config: SwinV2Config = serde_json::from_value(io.config.clone()).unwrap();
    for (file, before) in [
        ("swin_timm06.safetensors", ""),
        ("swin_microsoft.pth", "model."),
    ] {
        let state = read_checkpoint(&path(file)).unwrap();
        assert!(state.contains_key(&format!("{before}layers.0.downsample.reduction.weight")));
        let model = config.init(&device).unwrap();
        let model = load_into(model, state, Names::SwinV2, &path(file)).unwrap();
        let features = model.forward(io.tensor("input", &device));
        let logits = model.logits(&features).unwrap();
        assert_close(file, logits, io.get("out.logits"), 3e-4);
        assert_close(file, features.final_norm, io.get("out.norm"), 3e-4);
    }
}

fn htsat(file: &str) -> Result<Vec<f32>, ModelError> {
    let device = Device::flex();
    let io = GoldenFile::read("htsat_b.io.safetensors");
    let config = HtsAtConfig {
        num_classes: 0,
        ..serde_json::from_value(io.config.clone()).unwrap()
    };
    let state = read_checkpoint(&path(file))?;
    let model = load_into(config.init(&device)?, state, Names::HtsAt, &path(file))?;
    let input = io.tensor("out.logmel_extractor", &device);
    Ok(values(model.forward(input).final_norm))
}

/// CLAP of transformers, whose audio tower is HTS-AT under other names, beside a text tower and projections: safetensors and
/// PyTorch's .bin.
#[test]
fn the_audio_tower_of_clap() {
    let expected = htsat("htsat_b.ckpt").unwrap();
    for file in ["clap.safetensors", "clap.bin"] {
        let state = read_checkpoint(&path(file)).unwrap();
        assert!(state.contains_key("text_model.pooler.dense.weight"));
        assert_eq!(htsat(file).unwrap(), expected, "{file}");
    }
}

/// The tower by itself, as transformers' ClapAudioModel and laion-clap's own checkpoints have it.
#[test]
fn the_audio_tower_by_itself() {
    let io = GoldenFile::read("htsat_b.io.safetensors");
    let config = HtsAtConfig {
        num_classes: 0,
        ..serde_json::from_value(io.config).unwrap()
    };
    let moved = |file: &str, from: &str, to: &str| -> StateDict {
        let state = read_checkpoint(&path(file)).unwrap();
        let own = state.into_iter().filter_map(|(key, tensor)| {
            let rest = key.strip_prefix(from)?;
            Some((format!("{to}{rest}"), tensor))
        });
        own.collect()
    };
    for state in [
        moved("clap.bin", "audio_model.", ""),
        moved(
            "htsat_b.ckpt",
            "state_dict.sed_model.",
            "module.audio_branch.",
        ),
    ] {
        let model = config.init(&Device::flex()).unwrap();
        load_into(model, state, Names::HtsAt, Path::new("tower")).unwrap();
    }
}

/// A tower that lacks its keys matrix: all three parts are in the report, under the names of the file's model.
#[test]
fn queries_without_keys_are_reported() {
    let io = GoldenFile::read("htsat_b.io.safetensors");
    let config = HtsAtConfig {
        num_classes: 0,
        ..serde_json::from_value(io.config).unwrap()
    };
    let mut state = read_checkpoint(&path("clap.safetensors")).unwrap();
    let name = "audio_model.audio_encoder.layers.0.blocks.0.attention.self.key.weight";
    state.remove(name).unwrap();
    let model = config.init(&Device::flex()).unwrap();
    let Err(ModelError::Keys(report)) = load_into(model, state, Names::HtsAt, Path::new("c"))
    else {
        panic!("loaded");
    };
    let before = "audio_model.audio_encoder.layers.0.blocks.0.attention.self";
    let names = |names: &[(String, Vec<usize>)]| -> Vec<String> {
        names.iter().map(|(name, _)| name.clone()).collect()
    };
    let missing = names(&report.missing);
    assert_eq!(missing, [format!("{before}.{{query,key,value}}.weight")]);
    let left = ["query", "value"].map(|part| format!("{before}.{part}.weight"));
    assert_eq!(names(&report.unexpected), left);
}

/// torchvision's file of 2019 is in PyTorch's format of before 1.6.
#[test]
fn resnext_of_torchvision() {
    let device = Device::flex();
    let io = GoldenFile::read("resnext.io.safetensors");
    let config = ResNextConfig {
        img_size: (35, 35),
        ..serde_json::from_value(io.config.clone()).unwrap()
    };
    let [theirs, timms] = ["resnext_torchvision.pth", "resnext.weights.safetensors"].map(|file| {
        let state = read_checkpoint(&path(file)).unwrap();
        let model = config.init(&device).unwrap();
        let model = load_into(model, state, Names::ResNext, &path(file)).unwrap();
        let features = model.forward(io.tensor("input", &device));
        let logits = model.logits(&features).unwrap();
        assert_close(file, logits, io.get("out.logits"), 1e-5);
        values(features.final_norm)
    });
    assert_eq!(theirs, timms);
}

/// A ViT given pictures of another size, as LAVISH gives it spectrograms: more tokens than it was trained on, and fewer.
#[test]
fn vit_positions_are_interpolated_along_the_tokens() {
    let device = Device::flex();
    let io = GoldenFile::read("vit_positions.io.safetensors");
    for size in [(50, 64), (16, 40)] {
        let config = VitConfig {
            input_size: Some(size),
            ..serde_json::from_value(io.config.clone()).unwrap()
        };
        let file = path("vit.weights.safetensors");
        let state = read_checkpoint(&file).unwrap();
        let model = load_into(config.init(&device).unwrap(), state, Names::Vit, &file).unwrap();
        let name = format!("{}x{}", size.0, size.1);
        let features = model.forward(io.tensor(&format!("input.{name}"), &device));
        assert_close(
            &name,
            features.final_norm,
            io.get(&format!("out.{name}")),
            5e-6,
        );
    }
}

/// Classifiers are loaded when they are asked for and missed when they are not there.
#[test]
fn classifiers_are_loaded_on_request() {
    let device = Device::flex();
    let io = GoldenFile::read("vit.io.safetensors");
    let config: VitConfig = serde_json::from_value(io.config.clone()).unwrap();
    let mut state = read_checkpoint(&path("vit.weights.safetensors")).unwrap();
    state.remove("head.bias").unwrap();
    let model = config.init(&device).unwrap();
    let Err(ModelError::Keys(report)) = load_into(model, state.clone(), Names::Vit, Path::new("v"))
    else {
        panic!("loaded");
    };
    assert_eq!(report.missing, [("head.bias".to_owned(), vec![5])]);
    let without = VitConfig {
        num_classes: 0,
        ..config
    };
    let model = without.init(&device).unwrap();
    let model = load_into(model, state, Names::Vit, Path::new("v")).unwrap();
    let features = model.forward(io.tensor("input", &device));
    assert!(model.logits(&features).is_none());
}
