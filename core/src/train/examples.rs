//! What a head learns from, whatever it comes from: clips with their frozen features and what is said of them.

use std::sync::Arc;

use burn::tensor::Device;

use super::error::TrainError;
use crate::data::Targets;
use crate::features::HalfFeatures;
use crate::model::LayerFeatures;

/// One of the two frozen backbones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

/// Clips of the same length on a device.
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
        let targets = targets.collect::<Result<_, _>>()?;
        Self::with_sounds(examples, clips, clips, targets, device)
    }

    /// The pictures of some clips with the sounds of as many, the same ones or others, and what is then said of them.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(super) fn with_sounds(
        examples: &dyn Examples,
        seen: &[usize],
        heard: &[usize],
        targets: Vec<Targets>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        Ok(Self {
            visual: join(examples, seen, Side::Visual)?.to_device(device),
            audio: join(examples, heard, Side::Audio)?.to_device(device),
            targets,
        })
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
