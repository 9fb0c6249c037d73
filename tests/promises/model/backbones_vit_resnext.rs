//! Every block of ViT and ResNeXt, and their classifiers, give what timm gives, on the CPU and through the GPU path.

use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::model::weights::{Names, load_into, read_checkpoint};
use mettle_core::model::{LayerFeatures, ResNext, ResNextConfig, Vit, VitConfig};

use super::golden::{Golden, GoldenFile, assert_close, distance, gpu, path};

/// Tighter than the 1.3e-5 by which a wrong epsilon shows, as the reference's own f32 noise (5.6e-7) allows.
const VIT: f32 = 5e-6;
/// The reference's own f32 noise is 7.1e-7.
const RESNEXT: f32 = 1e-5;
/// wgpu's exponentials and roots are approximate.
const GPU: f32 = 1e-3;

fn vit(io: &GoldenFile, device: &Device) -> Vit {
    let config: VitConfig = serde_json::from_value(io.config.clone()).unwrap();
    let weights = path("vit.weights.safetensors");
    let state = read_checkpoint(&weights).unwrap();
    load_into(config.init(device).unwrap(), state, Names::Vit, &weights).unwrap()
}

fn resnext_config(io: &GoldenFile) -> ResNextConfig {
    ResNextConfig {
        img_size: (35, 35),
        ..serde_json::from_value(io.config.clone()).unwrap()
    }
}

fn resnext(io: &GoldenFile, device: &Device) -> ResNext {
    let weights = path("resnext.weights.safetensors");
    let state = read_checkpoint(&weights).unwrap();
    let model = resnext_config(io).init(device).unwrap();
    load_into(model, state, Names::ResNext, &weights).unwrap()
}

fn check_vit(io: &GoldenFile, model: &Vit, input: Tensor<4>, tolerance: f32) {
    let features = model.forward(input);
    let logits = model.logits(&features).unwrap();
    assert_close("logits", logits, io.get("out.logits"), tolerance);
    assert_eq!(features.layers.len(), 3);
    for (index, layer) in features.layers.into_iter().enumerate() {
        let name = format!("out.blocks.{index}");
        assert_close(&name, layer, io.get(&name), tolerance);
    }
    assert_close("norm", features.final_norm, io.get("out.norm"), tolerance);
}

fn check_resnext(io: &GoldenFile, model: &ResNext, input: Tensor<4>, tolerance: f32) {
    let features = model.forward(input);
    let logits = model.logits(&features).unwrap();
    assert_close("logits", logits, io.get("out.logits"), tolerance);
    let names = ["1.0", "1.1", "2.0", "3.0", "3.1", "4.0"];
    assert_eq!(features.layers.len(), names.len());
    for (name, layer) in names.iter().zip(features.layers) {
        let expected = places_first(io.get(&format!("out.layer{name}")));
        assert_close(name, layer, &expected, tolerance);
    }
    let last = places_first(io.get("out.layer4.0"));
    assert_close("last", features.final_norm, &last, tolerance);
}

/// `[1, c, h, w]` as `[1, h * w, c]`.
fn places_first(golden: &Golden) -> Golden {
    let (channels, places) = (golden.shape[1], golden.shape[2] * golden.shape[3]);
    let place = |p: usize| (0..channels).map(move |c| golden.values[c * places + p]);
    Golden {
        shape: vec![1, places, channels],
        values: (0..places).flat_map(place).collect(),
    }
}

#[test]
fn vit_is_timms() {
    let (io, device) = (GoldenFile::read("vit.io.safetensors"), Device::flex());
    let model = vit(&io, &device);
    check_vit(&io, &model, io.tensor("input", &device), VIT);
    let frozen = model.freeze();
    check_vit(&io, &frozen, io.tensor("input", &device), VIT);
}

#[test]
fn resnext_is_timms() {
    let (io, device) = (GoldenFile::read("resnext.io.safetensors"), Device::flex());
    let model = resnext(&io, &device);
    check_resnext(&io, &model, io.tensor("input", &device), RESNEXT);
    // The norms worked into the convolutions.
    let frozen = model.freeze();
    check_resnext(&io, &frozen, io.tensor("input", &device), RESNEXT);
}

/// The layers a description promises are those that come out.
#[test]
fn layers_are_as_promised() {
    let device = Device::flex();
    let promised = |layers: &[mettle_core::model::LayerShape], features: LayerFeatures| {
        assert_eq!(layers.len(), features.layers.len());
        for (shape, layer) in layers.iter().zip(features.layers) {
            assert_eq!(layer.dims(), [1, shape.tokens, shape.width]);
        }
    };
    let io = GoldenFile::read("resnext.io.safetensors");
    let layers = resnext_config(&io).spec("").layers;
    assert_eq!((layers[0].grid, layers[0].prefix()), ((9, 9), 0));
    promised(
        &layers,
        resnext(&io, &device).forward(io.tensor("input", &device)),
    );
    let io = GoldenFile::read("vit.io.safetensors");
    let config: VitConfig = serde_json::from_value(io.config.clone()).unwrap();
    let layers = config.spec("").layers;
    assert_eq!((layers[0].grid, layers[0].prefix()), ((2, 2), 1));
    let first = io.tensor::<4>("input", &device).narrow(0, 0, 1);
    promised(&layers, vit(&io, &device).forward(first));
}

#[test]
fn both_are_timms_on_the_gpu_path() {
    let Some(device) = gpu() else { return };
    let io = GoldenFile::read("vit.io.safetensors");
    let model = vit(&io, &device).freeze();
    check_vit(&io, &model, io.tensor("input", &device), GPU);
    let io = GoldenFile::read("resnext.io.safetensors");
    let model = resnext(&io, &device).freeze();
    check_resnext(&io, &model, io.tensor("input", &device), GPU);
}

/// A picture of another size: the position embedding is interpolated along the tokens, before training as after.
#[test]
fn vit_takes_other_sizes() {
    let device = Device::flex();
    let io = GoldenFile::read("vit.io.safetensors");
    let config = VitConfig {
        input_size: Some((50, 64)),
        ..serde_json::from_value(io.config.clone()).unwrap()
    };
    let state = read_checkpoint(&path("vit.weights.safetensors")).unwrap();
    let model = config.init(&device).unwrap();
    let model = load_into(model, state, Names::Vit, &path("vit.weights.safetensors")).unwrap();
    let input = Tensor::<4>::random([1, 3, 50, 64], Distribution::Default, &device);
    let live = model.forward(input.clone()).final_norm;
    // Three rows and four columns of whole patches, and the class token.
    assert_eq!(live.dims(), [1, 13, 32]);
    let frozen = model.freeze().forward(input).final_norm;
    let [live, frozen] = [live, frozen].map(|x| x.try_into_vec_as::<f32>().unwrap());
    assert!(distance(&frozen, &live) < 1e-6);
}

/// Configurations that cannot be built are refused in words.
#[test]
fn nonsense_is_refused() {
    let refused = |result: Result<(), mettle_core::model::ModelError>, why: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    let base = VitConfig::default;
    let wrong = VitConfig {
        num_heads: 7,
        ..base()
    };
    refused(wrong.validate(), "7 heads");
    let wrong = VitConfig {
        patch_size: 13,
        ..base()
    };
    refused(wrong.validate(), "patches of 13");
    let wrong = VitConfig {
        class_token: false,
        ..base()
    };
    refused(wrong.validate(), "class token");
    let base = ResNextConfig::default;
    let wrong = ResNextConfig {
        layers: vec![1, 2],
        ..base()
    };
    refused(wrong.validate(), "four stages");
    let wrong = ResNextConfig {
        base_width: 0,
        ..base()
    };
    refused(wrong.validate(), "groups");
}
