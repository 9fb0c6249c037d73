//! Where the heads' training clips come from, each from a seed: sounding scenes, and clips made of real sounds and photographs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::frozen::{Input, Preparation};
use crate::base::{ClipId, ContentHash, Labels};
use crate::data::Targets;
use crate::data::material::{Material, MaterialError};
use crate::data::scenes::{Scene, SceneOptions};
use crate::media::SegmentData;
use crate::train::error::TrainError;

/// Clips of one kind and length.
pub(super) trait ClipSource: Send + Sync {
    /// Names a clip by what it is made from.
    fn clip_id(&self, seed: u64) -> ClipId;

    /// For people.
    fn name(&self, seed: u64) -> String;

    /// How long each is.
    fn seconds(&self) -> usize;

    /// What the backbones take of one.
    fn input(&self, prepare: Preparation, seed: u64) -> Result<Input, TrainError>;

    /// What is true of it.
    fn targets(&self, seed: u64) -> Result<Targets, TrainError>;
}

/// Drawn and synthesised ones.
pub(super) struct Scenes {
    options: SceneOptions,
    /// Side of their masks, where masks are wanted.
    masks: Option<usize>,
    seconds: usize,
}

impl Scenes {
    pub fn new(options: SceneOptions, masks: Option<usize>) -> Self {
        Self {
            seconds: Scene::generate(0, &options).seconds().len(),
            options,
            masks,
        }
    }
}

impl ClipSource for Scenes {
    /// Whenever the same seed gives another scene than before, the number in it goes up.
    fn clip_id(&self, seed: u64) -> ClipId {
        let options = &self.options;
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

    fn name(&self, seed: u64) -> String {
        format!("scene {seed}")
    }

    fn seconds(&self) -> usize {
        self.seconds
    }

    fn input(&self, prepare: Preparation, seed: u64) -> Result<Input, TrainError> {
        Ok(prepare.scene(&Scene::generate(seed, &self.options)))
    }

    fn targets(&self, seed: u64) -> Result<Targets, TrainError> {
        Ok(Scene::generate(seed, &self.options).targets(self.masks))
    }
}

/// Clips made of a folder's material.
pub(super) struct Made {
    material: Arc<Material>,
    labels: Labels,
    masks: Option<usize>,
    seconds: usize,
    rate: u32,
    /// What is true of those made so far: making one again reads its files again.
    known: Mutex<BTreeMap<u64, Targets>>,
}

impl Made {
    /// Of so many seconds, with sound of a rate; `masks` is the side of their masks, where masks are wanted.
    pub fn new(
        material: Arc<Material>,
        labels: Labels,
        masks: Option<usize>,
        seconds: usize,
        rate: u32,
    ) -> Self {
        Self {
            material,
            labels,
            masks,
            seconds,
            rate,
            known: Mutex::default(),
        }
    }

    /// What a decoder would give of a clip; what is true of it is kept.
    fn make(&self, seed: u64) -> Result<Vec<SegmentData>, MaterialError> {
        let clip = self.material.clip(seed, self.rate, self.seconds)?;
        let targets = clip.targets(&self.labels, self.masks);
        self.known().insert(seed, targets);
        Ok(clip.seconds.into_iter().map(|second| second.data).collect())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Targets>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClipSource for Made {
    fn clip_id(&self, seed: u64) -> ClipId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"made clip 1");
        hasher.update(&self.material.hash().0);
        hasher.update(&seed.to_le_bytes());
        hasher.update(&(self.seconds as u64).to_le_bytes());
        hasher.update(&self.rate.to_le_bytes());
        ClipId(ContentHash(*hasher.finalize().as_bytes()))
    }

    fn name(&self, seed: u64) -> String {
        format!("made clip {seed}")
    }

    fn seconds(&self) -> usize {
        self.seconds
    }

    fn input(&self, prepare: Preparation, seed: u64) -> Result<Input, TrainError> {
        Ok(prepare.segments(&self.make(seed)?))
    }

    fn targets(&self, seed: u64) -> Result<Targets, TrainError> {
        let known = self.known().get(&seed).cloned();
        if let Some(targets) = known {
            return Ok(targets);
        }
        self.make(seed)?;
        let made = || TrainError::Data(format!("{} was not made", self.name(seed)));
        self.known().get(&seed).cloned().ok_or_else(made)
    }
}
