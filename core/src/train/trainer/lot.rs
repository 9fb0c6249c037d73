//! Clips of one length that go through the head at once, and where their features come from.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Device, Gradients};

use super::order::Partners;
use super::sides::Sides;
use crate::base::Rng;
use crate::data::Targets;
use crate::model::TaskHead;
use crate::train::error::TrainError;
use crate::train::examples::{Distilled, Examples, Share, Shown, Side};
use crate::train::streamed::Streamed;
use crate::train::taught::Before;

/// Which clips, what is said of them, and what the head said of them before.
pub(super) struct Lot {
    pub clips: Vec<usize>,
    /// The clips whose sound each has: mostly its own.
    pub sounds: Vec<usize>,
    targets: Vec<Targets>,
    before: Vec<Option<Arc<Before>>>,
    /// How many of them are learned from, the first ones; the others are only held to what the head said of them.
    learned: usize,
    /// How much of a batch it is.
    share: Share,
}

impl Lot {
    /// To learn from: a share of them with the sound of another clip.
    pub fn taught(
        examples: &dyn Examples,
        clips: &[usize],
        (partners, share): (&Partners, f32),
        rng: &mut Rng,
    ) -> Result<Self, TrainError> {
        let (sounds, targets) = partners.pick(examples, clips, share, rng)?;
        // A clip with another one's sound was never seen before.
        let both = clips.iter().zip(&sounds);
        let before = both.map(|(clip, sound)| examples.before(*clip).filter(|_| clip == sound));
        Ok(Self {
            before: before.collect(),
            clips: clips.to_vec(),
            learned: clips.len(),
            sounds,
            targets,
            share: Share::ALL,
        })
    }

    /// As they are.
    pub fn plain(examples: &dyn Examples, clips: &[usize]) -> Result<Self, TrainError> {
        let targets = clips.iter().map(|clip| examples.targets(*clip));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            before: clips.iter().map(|clip| examples.before(*clip)).collect(),
            clips: clips.to_vec(),
            sounds: clips.to_vec(),
            learned: clips.len(),
            share: Share::ALL,
        })
    }

    /// To be held to what the head said of them.
    pub fn replayed(examples: &dyn Examples, clips: &[usize]) -> Result<Self, TrainError> {
        Ok(Self {
            learned: 0,
            ..Self::plain(examples, clips)?
        })
    }

    /// Takes others of the same examples in behind its own, where all are of one length: both then go through the head at once. Else
    /// they are given back.
    pub fn join(&mut self, replayed: Self) -> Option<Self> {
        let seconds = |lot: &Self| lot.targets.first().map(Targets::seconds);
        if seconds(self) != seconds(&replayed) {
            return Some(replayed);
        }
        self.clips.extend(replayed.clips);
        self.sounds.extend(replayed.sounds);
        self.targets.extend(replayed.targets);
        self.before.extend(replayed.before);
        None
    }

    /// In parts of at most so many seconds, or of a clip: what each gives the loss adds up to what all together would.
    pub fn parts(self, seconds: usize) -> Vec<Self> {
        let each = self.targets.first().map_or(1, Targets::seconds).max(1);
        let clips = (seconds / each).max(1);
        if clips >= self.clips.len() {
            return vec![self];
        }
        let all = 0..self.clips.len();
        let whole = self.counted(all.clone());
        let part = |from: usize| {
            let range = from..(from + clips).min(all.end);
            let counted = self.counted(range.clone());
            let share =
                |of: fn(&(usize, usize)) -> usize| of(&counted) as f64 / of(&whole).max(1) as f64;
            Self {
                share: Share {
                    known: share(|counted| counted.0),
                    kept: share(|counted| counted.1),
                },
                learned: self.learned.clamp(range.start, range.end) - range.start,
                clips: self.clips[range.clone()].to_vec(),
                sounds: self.sounds[range.clone()].to_vec(),
                targets: self.targets[range.clone()].to_vec(),
                before: self.before[range].to_vec(),
            }
        };
        all.clone().step_by(clips).map(part).collect()
    }

    /// Seconds of some clips whose masks are known, and of which it is known what the head said of them instead.
    fn counted(&self, clips: Range<usize>) -> (usize, usize) {
        let each = clips.map(|clip| {
            let masks = &self.targets[clip].masks;
            let known = masks.iter().filter(|mask| mask.is_some()).count();
            let kept = self.before[clip].is_some().then(|| masks.len() - known);
            (known, kept.unwrap_or_default())
        });
        each.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

/// Where a lot's features come from: the layers, a clip and a layer at a time, or what was distilled of them.
pub(super) struct Read<'a> {
    visual: Streamed<'a>,
    audio: Streamed<'a>,
    distilled: Option<Distilled>,
    /// How that was made, where it learns.
    sides: Option<Sides>,
}

impl<'a> Read<'a> {
    /// Nothing is read yet.
    pub fn new(
        examples: &'a dyn Examples,
        lot: &'a Lot,
        distilled: Option<Distilled>,
        device: &Device,
    ) -> Self {
        Self {
            visual: Streamed::new(examples, &lot.clips, Side::Visual, device),
            audio: Streamed::new(examples, &lot.sounds, Side::Audio, device),
            distilled,
            sides: None,
        }
    }

    /// Distils both modalities by a head that learns on `device`, so that gradients are [carried](Self::carry) back to its distillers.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn distil(&mut self, head: &TaskHead, device: &Device) -> Result<(), TrainError> {
        if let (Some(seeing), Some(hearing)) = head.distillers() {
            let layers = [&mut self.visual, &mut self.audio];
            let sides = Sides::distil([seeing, hearing], layers, device)?;
            self.distilled = Some(sides.features());
            self.sides = Some(sides);
        }
        Ok(())
    }

    /// For a head.
    pub fn shown<'b>(&'b self, lot: &'b Lot) -> Shown<'b> {
        Shown {
            visual: &self.visual,
            audio: &self.audio,
            targets: &lot.targets,
            before: &lot.before,
            learned: lot.learned,
            distilled: self.distilled.as_ref(),
            share: lot.share,
        }
    }

    /// Why something could not be read.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(&self) -> Result<(), TrainError> {
        self.visual.check()?;
        self.audio.check()
    }

    /// Takes gradients on to what asked the layers.
    ///
    /// # Errors
    /// Features cannot be read, or the system gives no thread.
    pub fn carry(&mut self, grads: &mut Vec<Gradients>, device: &Device) -> Result<(), TrainError> {
        if let Some(sides) = self.sides.take() {
            return sides.carry([&mut self.visual, &mut self.audio], grads, device);
        }
        self.visual.carry(grads)?;
        self.audio.carry(grads)
    }
}
