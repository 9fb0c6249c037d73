//! What a head learns from, whatever it comes from: clips with their frozen features and what is said of them.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use super::error::TrainError;
use super::taught::Before;
use crate::data::Targets;
use crate::features::HalfFeatures;
use crate::model::{FrozenLayers, LayerFeatures};

/// One of the two frozen backbones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that looks.
    Visual,
    /// The one that listens.
    Audio,
}

/// Clips to learn from or to be measured on. Nothing of them need be in memory: each is read when its turn comes, many times.
pub trait Examples: Send + Sync {
    /// How many clips.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many classes their targets have.
    fn classes(&self) -> usize;

    /// How many segments a clip has: only clips of the same length go into one batch.
    fn seconds(&self, clip: usize) -> usize;

    /// What is said of a clip.
    ///
    /// # Errors
    /// What is said lies in a file that cannot be read.
    fn targets(&self, clip: usize) -> Result<Targets, TrainError>;

    /// A backbone's features of all segments of a clip.
    ///
    /// # Errors
    /// They cannot be read.
    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError>;

    /// What the head that is gone on from said of a clip; none where nothing of that is to be kept.
    fn before(&self, _clip: usize) -> Option<Arc<Before>> {
        None
    }
}

/// Several sources as one, in order.
pub struct Mixture {
    parts: Vec<Arc<dyn Examples>>,
}

impl Mixture {
    /// Of sources with the same classes.
    pub fn of(parts: Vec<Arc<dyn Examples>>) -> Self {
        Self { parts }
    }

    /// The source of a clip, and the clip's place in it.
    fn find(&self, mut clip: usize) -> Result<(&dyn Examples, usize), TrainError> {
        for part in &self.parts {
            if clip < part.len() {
                return Ok((&**part, clip));
            }
            clip -= part.len();
        }
        Err(TrainError::Data("a clip beyond the last".to_owned()))
    }
}

impl Examples for Mixture {
    fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    fn classes(&self) -> usize {
        self.parts.first().map_or(0, |part| part.classes())
    }

    fn seconds(&self, clip: usize) -> usize {
        self.find(clip).map_or(0, |(part, clip)| part.seconds(clip))
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        let (part, clip) = self.find(clip)?;
        part.targets(clip)
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let (part, clip) = self.find(clip)?;
        part.features(clip, side)
    }

    fn before(&self, clip: usize) -> Option<Arc<Before>> {
        let (part, clip) = self.find(clip).ok()?;
        part.before(clip)
    }
}

/// What a head is shown at once: frozen layers of some clips of one length, wherever they are, and what is said of them.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub visual: &'a dyn FrozenLayers,
    pub audio: &'a dyn FrozenLayers,
    pub targets: &'a [Targets],
    /// What the head that is gone on from said of them; empty where nothing of that is to be kept.
    pub before: &'a [Option<Arc<Before>>],
    /// How many of the clips are learned from, the first ones; the others are only held to what was said of them before.
    pub learned: usize,
    /// What the head's distillers made of them, where that is known already.
    pub distilled: Option<&'a Distilled>,
    /// How much of a batch they are, where it goes through the head in parts.
    pub share: Share,
}

/// How much of what is known of a batch is known of a part of it: a mean over the part counts for that much of the batch's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    /// Of the seconds whose mask is known.
    pub known: f64,
    /// Of those that are to be stayed near to.
    pub kept: f64,
}

impl Share {
    /// All of it.
    pub const ALL: Self = Self {
        known: 1.0,
        kept: 1.0,
    };
}

/// The visual and the audio feature of each segment, `[n, d]`.
pub(super) type Distilled = (Tensor<2>, Tensor<2>);

impl Shown<'_> {
    /// The features behind the distillers: those that are known, or what `distil` makes of the layers.
    pub fn distilled(
        &self,
        distil: impl FnOnce(&dyn FrozenLayers, &dyn FrozenLayers) -> Distilled,
    ) -> Distilled {
        let known = self.distilled.cloned();
        known.unwrap_or_else(|| distil(self.visual, self.audio))
    }

    /// How many clips.
    pub fn clips(&self) -> usize {
        self.targets.len()
    }

    /// Segments of each clip.
    pub fn seconds(&self) -> usize {
        self.targets.first().map_or(0, Targets::seconds)
    }

    /// How many classes.
    pub fn classes(&self) -> usize {
        self.targets.first().map_or(0, Targets::classes)
    }
}

/// Clips of the same length on a device, as a whole: for what looks at all of their layers.
pub struct Batch {
    /// Layers `[clips * seconds, tokens, width]`.
    pub visual: LayerFeatures,
    /// The same of what is heard.
    pub audio: LayerFeatures,
    /// What is said of each clip.
    pub targets: Vec<Targets>,
}

impl Batch {
    /// Reads some clips of one length.
    ///
    /// # Errors
    /// Features or targets cannot be read, or are of several lengths or kinds.
    pub fn read(
        examples: &dyn Examples,
        clips: &[usize],
        device: &Device,
    ) -> Result<Self, TrainError> {
        let targets = clips.iter().map(|clip| examples.targets(*clip));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            visual: join(examples, clips, Side::Visual)?.to_device(device),
            audio: join(examples, clips, Side::Audio)?.to_device(device),
        })
    }

    /// For a head.
    pub(super) fn shown(&self) -> Shown<'_> {
        Shown {
            visual: &self.visual,
            audio: &self.audio,
            targets: &self.targets,
            before: &[],
            learned: self.targets.len(),
            distilled: None,
            share: Share::ALL,
        }
    }
}

/// One backbone's features of several clips, one after another.
fn join(examples: &dyn Examples, clips: &[usize], side: Side) -> Result<HalfFeatures, TrainError> {
    let mut clips = clips.iter().map(|clip| examples.features(*clip, side));
    let mut all = clips
        .next()
        .unwrap_or_else(|| Err(TrainError::Data("an empty batch".to_owned())))?;
    for features in clips {
        if !all.append(&features?) {
            return Err(TrainError::Data(
                "clips whose features are of different backbones".to_owned(),
            ));
        }
    }
    Ok(all)
}
