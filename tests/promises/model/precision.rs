//! Backbones with matrices in f16 give what they give in f32, layer by layer, where a device computes in f16; else a clear error.

use burn::tensor::Device;
use mettle_core::model::{BackboneDesc, LoadAs, Precision};
use serde_json::json;

use super::golden::{GoldenFile, distance, gpu, path};

fn half() -> LoadAs {
    LoadAs {
        precision: Precision::F16,
        ..LoadAs::default()
    }
}

pub fn desc(io: &GoldenFile, architecture: &str) -> BackboneDesc {
    let mut config = io.config.clone();
    if architecture == "resnext" {
        config["img_size"] = json!(35);
    }
    let desc = json!({"name": "small", "architecture": architecture, "config": config});
    serde_json::from_value(desc).unwrap()
}

/// How far timm's own Swin-V2 is from itself, block by block, when rounded as ours is (`golden/model/make/swin_f16.py`): the
/// fixture's attention scales, up to 100 over heads of four numbers, enlarge what rounding does. (In Swin-V2-L itself, of 24
/// blocks, the most is 4.1e-3.)
pub const SWIN_ITSELF: [f32; 8] = [
    0.0033, 0.0140, 0.0166, 0.0299, 0.0333, 0.0484, 0.0258, 0.0256,
];

/// Small backbones of every architecture with weights and inputs of references: file, weights, architecture, name of the input.
pub const BACKBONES: [[&str; 4]; 4] = [
    ["vit.io", "vit.weights.safetensors", "vit", "input"],
    [
        "resnext.io",
        "resnext.weights.safetensors",
        "resnext",
        "input",
    ],
    [
        "swinv2_a.io",
        "swinv2_a.weights.safetensors",
        "swin_v2",
        "input",
    ],
    [
        "htsat_b.io",
        "htsat_b.ckpt",
        "hts_at",
        "out.logmel_extractor",
    ],
];

/// A mantissa of eleven bits through a few blocks: 1e-2 of each layer's largest value; of the Swin fixture, what the reference
/// allows itself and half as much again, because sums run in another order.
#[test]
fn f16_is_near_f32_layer_by_layer() {
    let Some(device) = gpu() else { return };
    if Precision::Auto.on(&device).unwrap() != Precision::F16 {
        eprintln!("skipped: the adapter does not compute in f16");
        return;
    }
    for [io, weights, architecture, input] in BACKBONES {
        let io = GoldenFile::read(&format!("{io}.safetensors"));
        let desc = desc(&io, architecture);
        let run = |how: LoadAs| {
            let model = desc.load_as(&path(weights), &device, how).unwrap();
            let features = model.forward(io.tensor(input, &device));
            let layers = features.layers.into_iter().chain([features.final_norm]);
            let values = layers.map(|layer| layer.try_into_vec_as::<f32>().unwrap());
            values.collect::<Vec<_>>()
        };
        let (full, half) = (run(LoadAs::default()), run(half()));
        let off = full
            .iter()
            .zip(&half)
            .map(|(full, half)| distance(half, full));
        let off: Vec<f32> = off.collect();
        let allowed = |layer: usize| match architecture {
            "swin_v2" => 1.5 * SWIN_ITSELF[layer.min(7)],
            _ => 1e-2,
        };
        let near = off
            .iter()
            .enumerate()
            .all(|(layer, off)| *off <= allowed(layer));
        assert!(near, "{architecture}: {off:?}");
        assert!(
            off.iter().any(|off| *off > 0.0),
            "{architecture} was not in f16"
        );
    }
}

/// The CPU does not compute in f16: what is asked for by name is refused, what is left to the device is something else.
#[test]
fn the_cpu_has_no_f16() {
    let device = Device::flex();
    let io = GoldenFile::read("vit.io.safetensors");
    let weights = path("vit.weights.safetensors");
    let refused = desc(&io, "vit").load_as(&weights, &device, half());
    let error = refused.err().unwrap().to_string();
    assert!(error.contains("--precision f32"), "{error}");
    let auto = LoadAs {
        precision: Precision::Auto,
        ..LoadAs::default()
    };
    desc(&io, "vit").load_as(&weights, &device, auto).unwrap();
    assert_ne!(Precision::Auto.on(&device).ok(), Some(Precision::F16));
    assert!("f8".parse::<Precision>().is_err());
}
