//! Frozen backbones over clips that never become files: sounding scenes, and clips made of real sounds and photographs.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::samples::cut;
use super::source::ClipSource;
use crate::base::ContentHash;
use crate::data::Targets;
use crate::data::scenes::Scene;
use crate::features::{EntryAbout, FeatureError, FeatureKey, HalfFeatures, Lease, Recipe};
use crate::media::SegmentData;
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

    /// Where the features of a source's clip lie in the cache.
    fn keys(&self, source: &dyn ClipSource, seed: u64) -> PinnedClip {
        let recipe = Recipe::new(self.image_prep.clone(), self.sound_prep.clone(), self.tile);
        let clip = source.clip_id(seed);
        let key = |backbone, prep| FeatureKey {
            clip,
            backbone,
            prep,
        };
        PinnedClip {
            visual: key(self.hashes[0], recipe.image_hash()),
            audio: key(self.hashes[1], recipe.sound_hash()),
            seconds: source.seconds(),
        }
    }

    /// Draws, sounds and extracts scenes of one kind.
    pub fn extract(&self, scenes: &[Scene]) -> Extracted {
        let preparation = self.preparation();
        let inputs = scenes.par_iter().map(|scene| preparation.scene(scene));
        self.forward(&inputs.collect::<Vec<_>>())
    }

    /// How their input is made; any thread may do that.
    fn preparation(&self) -> Preparation<'a> {
        Preparation {
            image: self.image_prep,
            sound: self.sound_prep,
            tile: self.tile,
        }
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

/// All segments of a clip, as the backbones take them.
pub(super) struct Input {
    pictures: Vec<f32>,
    sounds: Vec<f32>,
    seconds: usize,
}

impl Input {
    fn of(seconds: usize) -> Self {
        Self {
            pictures: vec![],
            sounds: vec![],
            seconds,
        }
    }
}

/// How a clip becomes what backbones take.
#[derive(Clone, Copy)]
pub(super) struct Preparation<'a> {
    image: &'a ImagePrep,
    sound: &'a SoundInput,
    tile: usize,
}

impl Preparation<'_> {
    /// The pictures and spectrograms of all segments of a scene, drawn at the scene's size as a decoder would give them.
    pub fn scene(&self, scene: &Scene) -> Input {
        let options = scene.options();
        let (stage, sound) = (scene.stage(options.width, options.height), scene.sound());
        let mut input = Input::of(scene.seconds().len());
        for second in scene.seconds() {
            let picture = self.image.frame(&stage.frame(second.middle()));
            input.pictures.extend(picture);
            let sound = self.sound.second(cut(&sound, second), self.tile);
            input.sounds.extend(sound);
        }
        input
    }

    /// The same of decoded segments, which have pictures and sound.
    pub fn segments(&self, segments: &[SegmentData]) -> Input {
        let mut input = Input::of(segments.len());
        for segment in segments {
            let picture = segment.frame.as_ref().map(|frame| self.image.frame(frame));
            input.pictures.extend(picture.unwrap_or_default());
            let sound = segment.sound.as_deref().unwrap_or_default();
            input.sounds.extend(self.sound.second(sound, self.tile));
        }
        input
    }
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

/// Clips to learn from: their features lie in the cache, and what is true of them is had from their source.
pub(super) struct SourceExamples<S> {
    source: S,
    seeds: Vec<u64>,
    classes: usize,
    pinned: Pinned,
}

impl<S: ClipSource> SourceExamples<S> {
    /// Looks for the features of the seeds' clips, and computes and keeps what is missing. `each` hears how many there are.
    pub fn prepare(
        frozen: &Frozen,
        source: S,
        seeds: Vec<u64>,
        classes: usize,
        lease: &Arc<Lease>,
        mut each: impl FnMut(usize),
    ) -> Result<Self, TrainError> {
        let mut pinned = Pinned::new(Arc::clone(lease));
        for seed in &seeds {
            pinned.push(frozen.keys(&source, *seed))?;
        }
        let cache = lease.cache();
        let all: Vec<(u64, PinnedClip)> =
            seeds.iter().copied().zip(pinned.clips().to_vec()).collect();
        for (i, some) in all.chunks(TOGETHER).enumerate() {
            let is_missing = |key: &FeatureKey| cache.get(key, source.seconds()).is_none();
            let missing: Vec<_> = some
                .iter()
                .filter(|(_, clip)| is_missing(&clip.visual) || is_missing(&clip.audio))
                .collect();
            let preparation = frozen.preparation();
            let inputs = missing
                .par_iter()
                .map(|(seed, _)| source.input(preparation, *seed));
            let inputs: Vec<Input> = inputs.collect::<Result<_, _>>()?;
            for ((seed, clip), input) in missing.iter().zip(&inputs) {
                let found = frozen.forward(std::slice::from_ref(input));
                keep(lease, frozen, &source.name(*seed), clip, &found)?;
            }
            each((i * TOGETHER + some.len()).min(all.len()));
        }
        Ok(Self {
            source,
            seeds,
            classes,
            pinned,
        })
    }
}

/// Puts the features of a clip into the cache.
fn keep(
    lease: &Lease,
    frozen: &Frozen,
    name: &str,
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
            clip: name.to_owned(),
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

impl<S: ClipSource> Examples for SourceExamples<S> {
    fn len(&self) -> usize {
        self.seeds.len()
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn seconds(&self, _clip: usize) -> usize {
        self.source.seconds()
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        let seed = self.seeds.get(clip);
        let seed = seed.ok_or_else(|| TrainError::Data("a clip beyond the last".to_owned()))?;
        Ok(self.source.targets(*seed)?.with_classes(self.classes))
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        self.pinned.features(clip, side)
    }
}
