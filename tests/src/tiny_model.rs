//! A model so small that a second takes milliseconds: real architecture, random weights from a seed, recognises nothing.

use std::path::Path;

use burn::tensor::Device;
use mettle_core::base::Labels;
use mettle_core::model::{
    AvelConfig, BackboneEntry, Distillation, HtsAtConfig, LocalizeEntry, Manifest, ModelBundle,
    SCHEMA, SwinV2Config,
};
use serde_json::{Value, json};

/// What the model pretends to know.
pub const LABELS: [&str; 3] = ["Bark", "Church bell", "Baby cry, infant cry"];

fn entry(name: &str, architecture: &str, config: Value) -> BackboneEntry {
    let description = json!({"name": name, "architecture": architecture, "config": config});
    BackboneEntry {
        description: serde_json::from_value(description).expect("a description"),
        weights: format!("{name}.safetensors"),
        tile: (architecture == "hts_at").then_some(1),
    }
}

/// Write it into a folder.
///
/// # Panics
/// When the folder cannot be written.
pub fn write(folder: &Path) -> ModelBundle {
    write_seeded(folder, 1)
}

/// The same with other random weights.
///
/// # Panics
/// When the folder cannot be written.
pub fn write_seeded(folder: &Path, seed: u64) -> ModelBundle {
    let swin = SwinV2Config {
        img_size: (32, 32),
        num_classes: 0,
        embed_dim: 8,
        depths: vec![1, 1],
        num_heads: vec![1, 2],
        window_size: 4,
        ..SwinV2Config::default()
    };
    let htsat = HtsAtConfig {
        spec_size: 64,
        num_classes: 0,
        embed_dim: 8,
        depths: vec![1, 1],
        num_heads: vec![1, 2],
        window_size: 4,
        sample_rate: 8000,
        n_fft: 256,
        hop_size: 80,
        mel_bins: 32,
        fmax: 3500.0,
        ..HtsAtConfig::default()
    };
    let config = AvelConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    };
    let manifest = Manifest {
        schema: SCHEMA.into(),
        name: "tiny".into(),
        about: "Random weights: it recognises nothing.".into(),
        visual: entry("visual", "swin_v2", json!(swin)),
        audio: entry("audio", "hts_at", json!(htsat)),
        localize: Some(LocalizeEntry {
            labels: Labels::new(LABELS),
            config: config.clone(),
            weights: "localize.safetensors".into(),
            familiarity: None,
        }),
        parse: None,
        segment: None,
    };
    let device = Device::flex();
    device.seed(seed);
    let visual = swin.init(&device).expect("a backbone");
    let audio = htsat.init(&device).expect("a backbone");
    let layers = (&visual.spec().layers, &audio.spec().layers);
    let head = config
        .init(layers.0, layers.1, LABELS.len(), &device)
        .expect("a head");
    ModelBundle::save(folder, &manifest, &visual, &audio, Some(&head)).expect("it is written")
}
