//! A model so small that a second takes milliseconds: real architecture, random weights from a seed, recognises nothing.

use std::path::Path;

use burn::tensor::Device;
use mettle_core::base::{Labels, Task};
use mettle_core::model::heads::MgnConfig;
use mettle_core::model::{
    AvelConfig, BackboneEntry, Distillation, HeadEntry, HtsAtConfig, Manifest, ModelBundle,
    ParseConfig, ParseDecoder, SCHEMA, SegmentConfig, SwinV2Config, TaskHead,
};
use serde_json::{Value, json};

/// What the model pretends to know.
pub const LABELS: [&str; 3] = ["Bark", "Church bell", "Baby cry, infant cry"];

/// What it calls a mask.
pub const SOUNDING: &str = "Sounding object";

/// The eye's configuration, without a classifier.
pub fn swin_v2() -> SwinV2Config {
    SwinV2Config {
        img_size: (32, 32),
        num_classes: 0,
        embed_dim: 8,
        depths: vec![1, 1],
        num_heads: vec![1, 2],
        window_size: 4,
        ..SwinV2Config::default()
    }
}

/// The ear's configuration, without a classifier.
pub fn hts_at() -> HtsAtConfig {
    HtsAtConfig {
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
    }
}

fn entry(name: &str, architecture: &str, config: Value) -> BackboneEntry {
    let description = json!({"name": name, "architecture": architecture, "config": config});
    BackboneEntry {
        description: serde_json::from_value(description).expect("a description"),
        weights: format!("{name}.safetensors"),
        tile: (architecture == "hts_at").then_some(1),
    }
}

/// Write it into a folder, with a head for localization.
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
    write_tasks(folder, &[Task::Localize], seed)
}

/// Write it into a folder, with heads for these tasks.
///
/// # Panics
/// When the folder cannot be written.
pub fn write_with(folder: &Path, tasks: &[Task]) -> ModelBundle {
    write_tasks(folder, tasks, 1)
}

fn write_tasks(folder: &Path, tasks: &[Task], seed: u64) -> ModelBundle {
    let (swin, htsat) = (swin_v2(), hts_at());
    let distill = |base: Distillation| Distillation { d: 16, ..base };
    let localize = AvelConfig {
        distill: distill(Distillation::avel()),
        ..AvelConfig::default()
    };
    let parse = ParseConfig {
        distill: distill(Distillation::avvp()),
        decoder: ParseDecoder::Mgn(MgnConfig {
            width: 16,
            heads: 2,
            depth: 1,
            depth_joint: 1,
            ..MgnConfig::default()
        }),
        motion: None,
    };
    let segment = SegmentConfig {
        distill: distill(Distillation::avs_s4()),
        width: 16,
        mask: (32, 32),
        ..SegmentConfig::default()
    };
    let manifest = Manifest {
        schema: SCHEMA.into(),
        name: "tiny".into(),
        about: "Random weights: it recognises nothing.".into(),
        visual: entry("visual", "swin_v2", json!(swin)),
        audio: entry("audio", "hts_at", json!(htsat)),
        localize: head(tasks, Task::Localize, &localize, &LABELS),
        parse: head(tasks, Task::Parse, &parse, &LABELS),
        segment: head(tasks, Task::Segment, &segment, &[SOUNDING]),
        tags: Vec::new(),
        known: Vec::new(),
        rounded: Vec::new(),
    };
    let device = Device::flex();
    device.seed(seed);
    let visual = swin.init(&device).expect("a backbone");
    let audio = htsat.init(&device).expect("a backbone");
    let (seeing, hearing) = (&visual.spec().layers, &audio.spec().layers);
    let classes = LABELS.len();
    let made = |task: &Task| match task {
        Task::Localize => localize
            .init(seeing, hearing, classes, &device)
            .map(TaskHead::Localize),
        Task::Parse => parse
            .init(seeing, hearing, classes, &device)
            .map(TaskHead::Parse),
        Task::Segment => segment
            .init(seeing, hearing, &device)
            .map(TaskHead::Segment),
    };
    let heads: Vec<TaskHead> = tasks.iter().map(|t| made(t).expect("a head")).collect();
    ModelBundle::save_heads(folder, &manifest, &visual, &audio, &heads).expect("it is written")
}

fn head<C: Clone>(tasks: &[Task], task: Task, config: &C, labels: &[&str]) -> Option<HeadEntry<C>> {
    tasks.contains(&task).then(|| HeadEntry {
        labels: Labels::new(labels),
        config: config.clone(),
        weights: format!("{}.safetensors", task.name()),
        untrained: false,
        familiarity: None,
        calibration: None,
    })
}
