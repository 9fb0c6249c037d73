//! The embedded demo model, from seeds to files: two small backbones trained on scenes, frozen, and a head for each task
//! trained on what they see and hear, with the baselines it is held against.

mod backbones;
mod heads;

use std::path::Path;

use burn::tensor::Device;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub(super) use heads::{
    PARSE_BASELINES, PROBE, SEGMENT_BASELINES, parse_baselines, segment_baselines,
};

use super::features::Frozen;
use super::recipe::DemoRecipe;
use crate::model::{ModelBundle, ModelError, SoundInput};

/// Why the demo model cannot be trained or measured.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A model cannot be built, read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model has no head for a task.
    #[error("{0} has no head for {1}")]
    NoHead(String, &'static str),
}

/// Where the seeds of each purpose start; no two overlap, nor does what is measured on.
const PICTURE_SEEDS: u64 = 1_000_000_000;
const SOUND_SEEDS: u64 = 2_000_000_000;
const HEAD_SEEDS: u64 = 3_000_000_000;
const VALIDATION_SEEDS: u64 = 4_000_000_000;

/// Trains the demo model into a folder. Backbones and heads whose weights already lie there are kept, so that a run can
/// go on where another stopped; an empty folder gives everything from seeds. So does `features`, if given, with the frozen
/// features of scenes. `log` gets the figures line by line.
///
/// # Errors
/// The recipe describes what cannot be built, or the folder cannot be written.
pub fn train_demo(
    out: &Path,
    features: Option<&Path>,
    recipe: &DemoRecipe,
    mut log: impl FnMut(&str),
) -> Result<ModelBundle, TrainError> {
    for dir in [Some(out), features].into_iter().flatten() {
        std::fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
    }
    let device = Device::flex();
    let visual = backbones::visual(out, recipe, &device, &mut log)?;
    let audio = backbones::audio(out, recipe, &device, &mut log)?;
    let image_prep = recipe.image_prep();
    let sound_prep = SoundInput::Logmel(recipe.audio.sound_prep());
    let (still_visual, still_audio) = (visual.clone().freeze(), audio.clone().freeze());
    let frozen = Frozen {
        visual: &still_visual,
        audio: &still_audio,
        image_prep: &image_prep,
        sound_prep: &sound_prep,
        tile: 1,
        device: &device,
    };
    let (heads, familiarity) = heads::School {
        out,
        recipe,
        frozen: &frozen,
        features,
        backbones: fingerprint(out)?,
        log: &mut log,
    }
    .teach()?;
    let manifest = recipe.manifest(familiarity.as_ref());
    Ok(ModelBundle::save_heads(
        out, &manifest, &visual, &audio, &heads,
    )?)
}

fn io(path: &Path, source: std::io::Error) -> TrainError {
    TrainError::Io {
        path: path.display().to_string(),
        source,
    }
}

/// The beginning of a hash of both backbones' weights.
fn fingerprint(out: &Path) -> Result<String, TrainError> {
    let mut hasher = Sha256::new();
    for name in ["visual.safetensors", "audio.safetensors"] {
        let path = out.join(name);
        hasher.update(std::fs::read(&path).map_err(|source| io(&path, source))?);
    }
    let hash = hasher.finalize();
    Ok(hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// So many seeds from one on.
pub(super) fn seeds(start: u64, count: usize) -> Vec<u64> {
    (start..start + count as u64).collect()
}
