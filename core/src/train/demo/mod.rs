//! Everything about the embedded demo: two small backbones trained on scenes, frozen, and a head for each task trained on what
//! they see and hear, with the baselines it is held against; and how a model does on scenes it has never met.

mod backbones;
mod clips;
mod descent;
mod evaluate;
mod few_shot;
mod frozen;
mod groups;
mod heads;
mod known;
mod lesson;
mod lessons;
mod one_task;
mod pasted;
mod probe;
mod real;
mod recipe;
mod replay;
mod samples;
mod schedule;
mod source;
mod tagger;
mod told;

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;

pub use backbones::train_trunk;
pub use evaluate::{evaluate_demo, evaluate_folder, evaluate_in, unseen_clips};
pub use few_shot::{Denied, FewShot, FewShotReport, Keeping};
pub use known::{note_measured, note_rounded};
pub use lessons::Lessons;
pub use recipe::{DemoRecipe, DemoScenes, labels as demo_labels};
pub use replay::DrawnReplay;
pub use schedule::{LessonWeights, Schedule};

use super::error::TrainError;
use super::examples::Side;
use crate::base::{ContentHash, hash_file};
use crate::data::material::{Material, TRAINING_FOLDS, VALIDATION_FOLD};
use crate::features::FeatureCache;
use crate::model::{ModelBundle, SoundInput};
use frozen::Frozen;

/// Where the seeds of each purpose start; no two overlap, nor does what is measured on.
const PICTURE_SEEDS: u64 = 1_000_000_000;
const SOUND_SEEDS: u64 = 2_000_000_000;
const HEAD_SEEDS: u64 = 3_000_000_000;
const VALIDATION_SEEDS: u64 = 4_000_000_000;
const MORE_PICTURES: u64 = 7_000_000_000;
const MORE_SOUNDS: u64 = 8_000_000_000;
const MADE_SEEDS: u64 = 6_000_000_000;

/// Real sounds and photographs to learn from, and others to choose by.
pub struct DemoMaterial {
    /// What is learned from.
    pub training: Arc<Material>,
    /// What epochs and limits are chosen by.
    pub validation: Arc<Material>,
}

impl DemoMaterial {
    /// The material of a folder, its folds divided as they are meant to be; the instruments are a soundfont's.
    ///
    /// # Errors
    /// The folder or the soundfont cannot be read.
    pub fn open(folder: &Path, soundfont: Option<&Path>) -> Result<Self, TrainError> {
        Ok(Self {
            training: Material::open(folder, &TRAINING_FOLDS, soundfont)?.into(),
            validation: Material::open(folder, &[VALIDATION_FOLD], soundfont)?.into(),
        })
    }
}

/// Trains the demo model into a folder. Backbones and heads whose weights already lie there are kept, so that a run can
/// go on where another stopped; an empty folder gives everything from seeds. The frozen features of scenes are kept in `features`
/// (4 GB) and found there by a later run. With material the heads learn from that, too. `log` gets the figures
/// line by line.
///
/// # Errors
/// The recipe describes what cannot be built, or the folder cannot be written.
pub fn train_demo(
    out: &Path,
    features: &Path,
    recipe: &DemoRecipe,
    material: Option<&DemoMaterial>,
    mut log: impl FnMut(&str),
) -> Result<ModelBundle, TrainError> {
    std::fs::create_dir_all(out).map_err(|e| TrainError::io(out, e))?;
    let device = Device::flex();
    for side in [Side::Visual, Side::Audio] {
        train_trunk(out, recipe, side, None, &mut log)?;
    }
    let visual = backbones::visual(&out.join("visual.safetensors"), recipe, &device)?;
    let audio = backbones::audio(&out.join("audio.safetensors"), recipe, &device)?;
    let image_prep = recipe.image_prep();
    let sound_prep = SoundInput::Logmel(recipe.audio.sound_prep());
    let (still_visual, still_audio) = (visual.clone().freeze(), audio.clone().freeze());
    let hash = |name: &str| -> Result<ContentHash, TrainError> {
        let path = out.join(name);
        hash_file(&path).map_err(|e| TrainError::io(&path, e))
    };
    let frozen = Frozen {
        visual: &still_visual,
        audio: &still_audio,
        hashes: [hash("visual.safetensors")?, hash("audio.safetensors")?],
        image_prep: &image_prep,
        sound_prep: &sound_prep,
        tile: 1,
        device: &device,
    };
    let cache = FeatureCache::at(features.to_owned());
    let lease = cache.lease().map_err(|e| TrainError::io(features, e))?;
    let trained = heads::HeadTraining {
        out,
        recipe,
        frozen: &frozen,
        material,
        lease: lease.into(),
        log: &mut log,
    }
    .run()?;
    let manifest = recipe.manifest(&trained, known::classes(material));
    Ok(ModelBundle::save_heads(
        out,
        &manifest,
        &visual,
        &audio,
        &trained.heads,
    )?)
}

/// So many seeds from one on.
pub(super) fn seeds(start: u64, count: usize) -> Vec<u64> {
    (start..start + count as u64).collect()
}
