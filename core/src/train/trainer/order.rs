//! In which order clips are learned from, and which sound each gets.

use std::collections::BTreeMap;

use crate::base::{Rng, Said};
use crate::data::{SaidGrid, Targets};
use crate::train::error::TrainError;
use crate::train::examples::Examples;

/// Every clip once, in batches of clips of one length, in random order.
pub(super) fn batches(examples: &dyn Examples, size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let clips = shuffled((0..examples.len()).collect(), rng);
    shuffled(by_length(examples, &clips, size), rng)
}

/// Batches of clips of one length, in the order given.
pub(super) fn by_length(examples: &dyn Examples, clips: &[usize], size: usize) -> Vec<Vec<usize>> {
    let mut lengths: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for clip in clips {
        let same = lengths.entry(examples.seconds(*clip)).or_default();
        same.push(*clip);
    }
    let groups = lengths.values();
    groups
        .flat_map(|clips| clips.chunks(size.max(1)).map(<[usize]>::to_vec))
        .collect()
}

fn shuffled<T>(mut order: Vec<T>, rng: &mut Rng) -> Vec<T> {
    for i in (1..order.len()).rev() {
        order.swap(i, rng.below(i + 1));
    }
    order
}

/// In which clips each class is heard, by their length, to find a sound for a picture.
#[derive(Default)]
pub(super) struct Partners {
    /// All clips of a length.
    any: BTreeMap<usize, Vec<usize>>,
    /// Clips of a length in which a class is heard.
    heard: BTreeMap<(usize, usize), Vec<usize>>,
}

impl Partners {
    /// Looks through what is said of all clips.
    pub fn of(examples: &dyn Examples) -> Result<Self, TrainError> {
        let mut this = Self::default();
        for clip in 0..examples.len() {
            let targets = examples.targets(clip)?;
            let seconds = targets.seconds();
            this.any.entry(seconds).or_default().push(clip);
            for class in there(&targets.heard) {
                let heard = this.heard.entry((seconds, class)).or_default();
                heard.push(clip);
            }
        }
        Ok(this)
    }

    /// For each clip the one whose sound it gets, mostly itself, and what is then said of it. In half of the others something
    /// that is seen is also heard.
    pub fn pick(
        &self,
        examples: &dyn Examples,
        clips: &[usize],
        share: f32,
        rng: &mut Rng,
    ) -> Result<(Vec<usize>, Vec<Targets>), TrainError> {
        let mut picked = (vec![], vec![]);
        for &clip in clips {
            let own = examples.targets(clip)?;
            let (other, targets) = match rng.chance(share) {
                true => self.partner(examples, clip, own, rng)?,
                false => (clip, own),
            };
            picked.0.push(other);
            picked.1.push(targets);
        }
        Ok(picked)
    }

    fn partner(
        &self,
        examples: &dyn Examples,
        clip: usize,
        own: Targets,
        rng: &mut Rng,
    ) -> Result<(usize, Targets), TrainError> {
        let (seconds, seen) = (own.seconds(), there(&own.seen));
        let fitting = match seen.is_empty() || rng.chance(0.5) {
            true => None,
            false => self.heard.get(&(seconds, rng.pick(&seen))),
        };
        let Some(others) = fitting.or_else(|| self.any.get(&seconds)) else {
            return Ok((clip, own));
        };
        let other = rng.pick(others);
        let targets = own.with_sound_of(&examples.targets(other)?);
        Ok((other, targets))
    }
}

/// The classes said to happen somewhere.
fn there(grid: &SaidGrid) -> Vec<usize> {
    let classes = 0..grid.classes();
    classes
        .filter(|class| grid.sometime(*class) == Said::Yes)
        .collect()
}
