//! Frozen backbones over sounding scenes, which never become files.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::samples::cut;
use crate::base::{ClipId, ContentHash};
use crate::data::Targets;
use crate::data::scenes::{CATEGORIES, Scene, SceneOptions};
use crate::features::{EntryAbout, FeatureError, FeatureKey, HalfFeatures, Lease, Recipe};
use crate::model::{Backbone, FrozenPair, ImagePrep, LayerFeatures, SoundInput};
use crate::train::error::TrainError;
use crate::train::examples::{Batch, Examples, Side};
use crate::train::pinned::{Pinned, PinnedClip};

/// Frozen backbones and how their input is made.
pub(super) struct Frozen<'a> {
    pub visual: &'a dyn Backbone,
    pub audio: &'a dyn Backbone,
    /// What stands for the weights of each in the cache.
    pub hashes: [ContentHash; 2],
    pub image_prep: &'a ImagePrep,
    pub sound_prep: &'a SoundInput,
    pub tile: usize,
    pub device: &'a Device,
}

/// Scenes that are drawn, or go through the backbones, together.
const TOGETHER: usize = 4;

/// Some scenes after the backbones, `[scenes * seconds, ..]`, in full precision.
pub(super) struct Extracted {
    pub visual: LayerFeatures,
    pub audio: LayerFeatures,
}

impl<'a> Frozen<'a> {
    /// A model's.
    pub fn of(pair: &'a FrozenPair) -> Result<Self, TrainError> {
        let (about, backbones) = (pair.about(), pair.backbones()?);
        Ok(Self {
            visual: &*backbones.visual,
            audio: &*backbones.audio,
            hashes: [about.visual.hash, about.audio.hash],
            image_prep: &about.image_prep,
            sound_prep: &about.sound_prep,
            tile: about.sound_tile,
            device: pair.device(),
        })
    }

    /// Where the features of a scene lie in the cache.
    fn keys(&self, seed: u64, options: &SceneOptions, seconds: usize) -> PinnedClip {
        let recipe = Recipe::new(self.image_prep.clone(), self.sound_prep.clone(), self.tile);
        let clip = clip_id(seed, options);
        let key = |backbone, prep| FeatureKey {
            clip,
            backbone,
            prep,
        };
        PinnedClip {
            visual: key(self.hashes[0], recipe.image_hash()),
            audio: key(self.hashes[1], recipe.sound_hash()),
            seconds,
        }
    }

    /// Draws, sounds and extracts scenes of one kind.
    pub fn extract(&self, scenes: &[Scene]) -> Extracted {
        self.forward(&self.prepare(scenes))
    }

    /// What the backbones take of some scenes.
    fn prepare(&self, scenes: &[Scene]) -> Vec<Input> {
        let (image_prep, sound_prep, tile) = (self.image_prep, self.sound_prep, self.tile);
        scenes
            .par_iter()
            .map(|scene| prepare(image_prep, sound_prep, tile, scene))
            .collect()
    }

    fn forward(&self, inputs: &[Input]) -> Extracted {
        let join = |of: fn(&Input) -> &Vec<f32>| -> Vec<f32> {
            inputs
                .iter()
                .flat_map(|input| of(input).iter().copied())
                .collect()
        };
        let (pictures, sounds) = (join(|input| &input.pictures), join(|input| &input.sounds));
        let n: usize = inputs.iter().map(|input| input.seconds).sum();
        let (h, w) = (self.image_prep.height, self.image_prep.width);
        let [c, frames, mels] = self.sound_prep.shape(sounds.len() / n.max(1));
        let tensor = |data, shape: [usize; 4]| {
            Tensor::<4>::from_data(TensorData::new(data, shape), self.device)
        };
        Extracted {
            visual: self.visual.forward(tensor(pictures, [n, 3, h, w])),
            audio: self.audio.forward(tensor(sounds, [n, c, frames, mels])),
        }
    }
}

/// All segments of a scene, as the backbones take them.
struct Input {
    pictures: Vec<f32>,
    sounds: Vec<f32>,
    seconds: usize,
}

/// The pictures and spectrograms of all segments of a scene, drawn at the scene's size as a decoder would give them.
fn prepare(image_prep: &ImagePrep, sound_prep: &SoundInput, tile: usize, scene: &Scene) -> Input {
    let options = scene.options();
    let (stage, sound) = (scene.stage(options.width, options.height), scene.sound());
    let mut input = Input {
        pictures: vec![],
        sounds: vec![],
        seconds: scene.seconds().len(),
    };
    for second in scene.seconds() {
        let picture = image_prep.frame(&stage.frame(second.middle()));
        input.pictures.extend(picture);
        let sound = sound_prep.second(cut(&sound, second), tile);
        input.sounds.extend(sound);
    }
    input
}

impl Extracted {
    /// As a head sees them when they come from the cache: rounded to 16 bit.
    pub fn into_batch(self, targets: Vec<Targets>, device: &Device) -> Result<Batch, TrainError> {
        let rounded = |features: &LayerFeatures| {
            let half = HalfFeatures::of(features).map_err(FeatureError::Device)?;
            Ok::<_, TrainError>(half.to_device(device))
        };
        Ok(Batch {
            visual: rounded(&self.visual)?,
            audio: rounded(&self.audio)?,
            targets,
        })
    }
}

/// Names a scene by what it is made from. Whenever the same seed gives another scene than before, the number in it goes up.
fn clip_id(seed: u64, options: &SceneOptions) -> ClipId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"sounding scene 1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(options.task.name().as_bytes());
    hasher.update(options.split.name().as_bytes());
    hasher.update(&[u8::from(options.all_classes)]);
    hasher.update(&(options.width as u64).to_le_bytes());
    hasher.update(&(options.height as u64).to_le_bytes());
    ClipId(ContentHash(*hasher.finalize().as_bytes()))
}

/// Scenes to learn from: their features lie in the cache, and what is true of them is had from their seeds.
pub(super) struct SceneExamples {
    seeds: Vec<u64>,
    options: SceneOptions,
    pinned: Pinned,
    /// Side of their masks, where masks are wanted.
    masks: Option<usize>,
}

impl SceneExamples {
    /// Looks for the features of the seeds' scenes, and computes and keeps what is missing. `each` hears how many there are.
    pub fn prepare(
        frozen: &Frozen,
        seeds: Vec<u64>,
        options: SceneOptions,
        masks: Option<usize>,
        lease: &Arc<Lease>,
        mut each: impl FnMut(usize),
    ) -> Result<Self, TrainError> {
        let mut pinned = Pinned::new(Arc::clone(lease));
        let seconds = seeds
            .first()
            .map_or(0, |seed| Scene::generate(*seed, &options).seconds().len());
        for seed in &seeds {
            pinned.push(frozen.keys(*seed, &options, seconds))?;
        }
        let cache = lease.cache();
        let all: Vec<(u64, PinnedClip)> =
            seeds.iter().copied().zip(pinned.clips().to_vec()).collect();
        for (i, some) in all.chunks(TOGETHER).enumerate() {
            let is_missing = |key: &FeatureKey| cache.get(key, seconds).is_none();
            let missing: Vec<_> = some
                .iter()
                .filter(|(_, clip)| is_missing(&clip.visual) || is_missing(&clip.audio))
                .collect();
            let scenes: Vec<Scene> = missing
                .iter()
                .map(|(seed, _)| Scene::generate(*seed, &options))
                .collect();
            let inputs = frozen.prepare(&scenes);
            for ((seed, clip), input) in missing.iter().zip(&inputs) {
                let found = frozen.forward(std::slice::from_ref(input));
                keep(lease, frozen, *seed, clip, &found)?;
            }
            each((i * TOGETHER + some.len()).min(all.len()));
        }
        Ok(Self {
            seeds,
            options,
            pinned,
            masks,
        })
    }

    fn scene(&self, clip: usize) -> Option<Scene> {
        let seed = self.seeds.get(clip)?;
        Some(Scene::generate(*seed, &self.options))
    }
}

/// Puts the features of a scene into the cache.
fn keep(
    lease: &Lease,
    frozen: &Frozen,
    seed: u64,
    clip: &PinnedClip,
    found: &Extracted,
) -> Result<(), TrainError> {
    let cache = lease.cache();
    let failed = |e: std::io::Error| TrainError::io(cache.folder(), e);
    for (key, backbone, features) in [
        (clip.visual, frozen.visual, &found.visual),
        (clip.audio, frozen.audio, &found.audio),
    ] {
        let features = HalfFeatures::of(features).map_err(FeatureError::Device)?;
        let about = EntryAbout {
            clip: format!("scene {seed}"),
            backbone: backbone.spec().name.clone(),
        };
        let writer = cache.start(key, about, clip.seconds, features.sizes());
        let mut writer =
            writer.ok_or_else(|| failed(std::io::Error::other("cannot be written")))?;
        writer.append(&features).map_err(failed)?;
        writer.finish().map_err(failed)?;
    }
    Ok(())
}

impl Examples for SceneExamples {
    fn len(&self) -> usize {
        self.seeds.len()
    }

    fn classes(&self) -> usize {
        CATEGORIES.len()
    }

    fn seconds(&self, clip: usize) -> usize {
        let clips = self.pinned.clips();
        clips.get(clip).map_or(0, |clip| clip.seconds)
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        let scene = self.scene(clip);
        let scene = scene.ok_or_else(|| TrainError::Data("a scene beyond the last".to_owned()))?;
        Ok(scene.targets(self.masks))
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        self.pinned.features(clip, side)
    }
}
