//! Promises of the sounding scenes and of the demo model trained on them.

mod datasets;
mod demo;
mod drawings;
mod masks_metric;
mod material;
mod metrics;
mod metrics_file;
mod parsing_metric;
mod real;
mod same_seed;
mod shown;
mod sources;
mod truth;

use mettle_core::data::scenes::{Scene, SceneOptions, SceneTask, Split};

/// Every kind of scene.
const TASKS: [SceneTask; 4] = [
    SceneTask::Localize,
    SceneTask::Parse,
    SceneTask::Segment,
    SceneTask::SegmentMany,
];

/// Scenes of a task at a small size.
fn scenes(task: SceneTask, split: Split, seeds: std::ops::Range<u64>) -> Vec<Scene> {
    let options = SceneOptions {
        split,
        task,
        width: 96,
        height: 54,
        ..SceneOptions::default()
    };
    seeds.map(|seed| Scene::generate(seed, &options)).collect()
}

/// Mean power of a stretch of sound, in decibels.
fn loudness(sound: &[f32]) -> f64 {
    let power: f64 = sound.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    10.0 * (power / sound.len().max(1) as f64).max(1e-12).log10()
}
