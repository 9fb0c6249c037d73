//! Every block of Swin-V2 and HTS-AT gives what timm and laion-clap give, on the CPU and through the GPU path.

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::model::weights::{Names, load_into, read_checkpoint};
use mettle_core::model::{HtsAt, HtsAtConfig, LayerFeatures, SwinV2, SwinV2Config};

use super::golden::{GoldenFile, assert_close, gpu, path};

/// As the references' own f32 noise allows, and tight enough to catch a wrong GELU or epsilon.
const SWIN: f32 = 3e-4;
const HTSAT: f32 = 5e-5;
/// wgpu's exponentials and roots are approximate.
const GPU: f32 = 1e-3;

fn swin(io: &GoldenFile, device: &Device) -> SwinV2 {
    let config: SwinV2Config = serde_json::from_value(io.config.clone()).unwrap();
    let weights = path("swinv2_a.weights.safetensors");
    let state = read_checkpoint(&weights).unwrap();
    load_into(config.init(device).unwrap(), state, Names::SwinV2, &weights).unwrap()
}

fn htsat(io: &GoldenFile, weights: &str, device: &Device) -> HtsAt {
    let config: HtsAtConfig = serde_json::from_value(io.config.clone()).unwrap();
    let weights = path(weights);
    let state = read_checkpoint(&weights).unwrap();
    load_into(config.init(device).unwrap(), state, Names::HtsAt, &weights).unwrap()
}

fn blocks(io: &GoldenFile) -> Vec<String> {
    let depths: Vec<usize> = serde_json::from_value(io.config["depths"].clone()).unwrap();
    let stages = depths.into_iter().enumerate();
    stages
        .flat_map(|(s, depth)| (0..depth).map(move |b| format!("out.layers.{s}.blocks.{b}")))
        .collect()
}

fn check(io: &GoldenFile, features: LayerFeatures, tolerance: f32) {
    let names = blocks(io);
    assert_eq!(features.layers.len(), names.len());
    for (name, layer) in names.iter().zip(features.layers) {
        assert_close(name, layer, io.get(name), tolerance);
    }
    assert_close("norm", features.final_norm, io.get("out.norm"), tolerance);
}

fn check_swin(name: &str, device: &Device, tolerance: f32) {
    let io = GoldenFile::read(name);
    let model = swin(&io, device);
    let input = || io.tensor::<4>("input", device);
    check(&io, model.forward(input()), tolerance);
    // Tables computed once give the same.
    check(&io, model.freeze().forward(input()), tolerance);
}

fn check_htsat(name: &str, weights: &str, device: &Device, tolerance: f32) {
    let io = GoldenFile::read(name);
    let model = htsat(&io, weights, device);
    // From upstream's own spectrogram, so that only the network is compared.
    let input = || io.tensor::<4>("out.logmel_extractor", device);
    let features = model.forward(input());
    let classified = model.classify(&features).unwrap();
    check(&io, features, tolerance);
    let named = |name: &str| io.get(name).clone();
    assert_close(
        "embedding",
        classified.embedding,
        &named("out.embedding"),
        tolerance,
    );
    assert_close(
        "clipwise",
        classified.clipwise,
        &named("out.clipwise_output"),
        tolerance,
    );
    assert_close(
        "framewise",
        classified.framewise,
        &named("out.framewise_output"),
        tolerance,
    );
    check(&io, model.freeze().forward(input()), tolerance);
}

#[test]
fn swin_v2_is_timms() {
    check_swin("swinv2_a.io.safetensors", &Device::flex(), SWIN);
}

#[test]
fn swin_v2_with_pretrained_windows_is_timms() {
    check_swin("swinv2_a_pw.io.safetensors", &Device::flex(), SWIN);
}

#[test]
fn htsat_is_upstreams() {
    let device = Device::flex();
    check_htsat(
        "htsat_a.io.safetensors",
        "htsat_a.weights.safetensors",
        &device,
        HTSAT,
    );
}

#[test]
fn htsat_from_a_lightning_checkpoint_is_upstreams() {
    check_htsat(
        "htsat_b.io.safetensors",
        "htsat_b.ckpt",
        &Device::flex(),
        HTSAT,
    );
}

/// From the sound itself, through our own spectrogram: its 1e-3 dB is 1e-5 of the range of a spectrogram.
#[test]
fn htsat_from_sound_is_upstreams() {
    let device = Device::flex();
    let io = GoldenFile::read("htsat_a.io.safetensors");
    let model = htsat(&io, "htsat_a.weights.safetensors", &device);
    let prep = model.config().sound_prep();
    let logmel = prep.sound(&io.get("input").values);
    let frames = logmel.len() / prep.mel_bins;
    let data = TensorData::new(logmel, [1, 1, frames, prep.mel_bins]);
    check(&io, model.forward(Tensor::from_data(data, &device)), 1e-4);
}

#[test]
fn both_are_upstreams_on_the_gpu_path() {
    let Some(device) = gpu() else { return };
    // One pass each, as in use: every shape costs a software adapter seconds of compilation.
    let io = GoldenFile::read("swinv2_a.io.safetensors");
    let model = swin(&io, &device).freeze();
    check(&io, model.forward(io.tensor("input", &device)), GPU);
    let io = GoldenFile::read("htsat_b.io.safetensors");
    let model = htsat(&io, "htsat_b.ckpt", &device).freeze();
    let input = io.tensor("out.logmel_extractor", &device);
    check(&io, model.forward(input), GPU);
}

/// Windows that do not divide the map: implementations disagree on them, so they are refused, and the message says why.
#[test]
fn windows_that_do_not_divide_are_refused() {
    let config = SwinV2Config {
        img_size: (56, 56),
        embed_dim: 12,
        depths: vec![2, 2, 2],
        num_heads: vec![2, 4, 8],
        window_size: 4,
        pretrained_window_sizes: vec![6, 6, 3],
        ..SwinV2Config::default()
    };
    let error = config.init(&Device::flex()).unwrap_err().to_string();
    assert!(error.contains("windows of 4"), "{error}");
    assert!(error.contains("14 x 14"), "{error}");
}

/// A picture of two sides, and released configurations of other windows, can be built.
#[test]
fn other_released_configurations_are_accepted() {
    for (side, window) in [(192, 12), (256, 16), (384, 24), (256, 8)] {
        let config = SwinV2Config {
            img_size: (side, side),
            window_size: window,
            ..SwinV2Config::default()
        };
        config.validate().unwrap();
    }
    let wide = SwinV2Config {
        img_size: (32, 64),
        embed_dim: 8,
        depths: vec![2, 2],
        num_heads: vec![2, 2],
        window_size: 4,
        ..SwinV2Config::default()
    };
    let device = Device::flex();
    let features = wide
        .init(&device)
        .unwrap()
        .forward(Tensor::ones([1, 3, 32, 64], &device));
    assert_eq!(features.layers[0].dims(), [1, 8 * 16, 8]);
    assert_eq!(features.final_norm.dims(), [1, 4 * 8, 16]);
}

/// Gradients reach the first and the last weight, and the position bias, of both.
#[test]
fn both_can_be_trained() {
    let device = Device::flex().autodiff();
    device.seed(7);
    let config = SwinV2Config {
        img_size: (32, 32),
        embed_dim: 8,
        depths: vec![2, 2],
        num_heads: vec![2, 2],
        window_size: 4,
        drop_path_rate: 0.1,
        ..SwinV2Config::default()
    };
    let model = config.init(&device).unwrap();
    let input = Tensor::<4>::random([2, 3, 32, 32], burn::tensor::Distribution::Default, &device);
    assert_every_gradient(&model, model.forward(input), &["attn.qkv", "logit_scale"]);
    let config = HtsAtConfig {
        spec_size: 64,
        num_classes: 0,
        embed_dim: 8,
        depths: vec![2, 2],
        num_heads: vec![2, 2],
        window_size: 4,
        mel_bins: 16,
        ..HtsAtConfig::default()
    };
    let model = config.init(&device).unwrap();
    let input = Tensor::<4>::random(
        [2, 1, 101, 16],
        burn::tensor::Distribution::Default,
        &device,
    );
    assert_every_gradient(
        &model,
        model.forward(input),
        &["attn.qkv", "relative_position_bias_table", "bn0"],
    );
}

fn assert_every_gradient<M: burn::module::Module>(
    model: &M,
    features: LayerFeatures,
    wanted: &[&str],
) {
    let loss = features.final_norm.square().sum() + features.layers[0].clone().sum();
    // The norm makes the sum of squares constant; a sum of cubes is not.
    let loss = loss + features.layers[1].clone().powf_scalar(3.0).sum();
    let grads = loss.backward();
    let mut names = Gradients {
        path: vec![],
        grads: &grads,
        with: vec![],
    };
    model.visit(&mut names);
    for name in wanted {
        let found = names.with.iter().any(|with| with.contains(name));
        assert!(found, "no gradient for {name}: {:?}", names.with);
    }
}

struct Gradients<'a> {
    path: Vec<String>,
    grads: &'a burn::tensor::Gradients,
    with: Vec<String>,
}

impl burn::module::ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
        if let Some(grad) = param.val().grad(self.grads) {
            let size: f32 = grad.abs().sum().into_scalar();
            assert!(size.is_finite());
            if size > 0.0 {
                self.with.push(self.path.join("."));
            }
        }
    }
}
