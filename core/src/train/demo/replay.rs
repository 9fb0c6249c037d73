//! Drawn scenes that stand for what the demo model's heads know: they are replayed while such a head learns from a few clips.

use std::sync::Arc;

use super::frozen::{Frozen, SourceExamples};
use super::source::{ClipSource, Scenes};
use crate::base::{ClipId, Said, Task};
use crate::data::scenes::{CATEGORIES, Scene, SceneOptions, SceneTask};
use crate::features::{FeatureKey, Lease};
use crate::model::FrozenPair;
use crate::train::error::TrainError;

/// Seeds of no other purpose.
const REPLAY_SEEDS: u64 = 9_000_000_000;
/// Scenes in which each class happens, and in which nothing does.
const EACH: usize = 2;
/// Seeds that are looked at for that.
const TRIED: u64 = 2000;

/// Which scenes: few, and every class among them.
pub struct DrawnReplay {
    options: SceneOptions,
    seeds: Vec<u64>,
}

impl DrawnReplay {
    /// For a head of a task.
    pub fn of(task: Task) -> Self {
        let task = match task {
            Task::Localize => SceneTask::Localize,
            Task::Parse => SceneTask::Parse,
            Task::Segment => SceneTask::SegmentMany,
        };
        // The drawings that the heads have learned from.
        let options = SceneOptions {
            task,
            all_classes: true,
            ..SceneOptions::default()
        };
        Self {
            seeds: seeds(&options),
            options,
        }
    }

    /// Makes sure of the features of one of them, and says where they are kept and of how many segments; `None` beyond the last.
    ///
    /// # Errors
    /// The device fails, or the cache cannot be written.
    pub fn prepare(
        &self,
        index: usize,
        pair: &FrozenPair,
        lease: &Arc<Lease>,
    ) -> Result<Option<([FeatureKey; 2], usize)>, TrainError> {
        let Some(seed) = self.seeds.get(index) else {
            return Ok(None);
        };
        let scenes = || Scenes::new(self.options, None);
        let frozen = Frozen::of(pair)?;
        let seeds = vec![*seed];
        SourceExamples::prepare(&frozen, scenes(), seeds, CATEGORIES.len(), lease, |_| {})?;
        let source = scenes();
        let keys = FeatureKey::of_pair(source.clip_id(*seed), pair.about());
        Ok(Some((keys, source.seconds())))
    }

    /// What names them in the cache.
    pub fn clips(&self) -> Vec<ClipId> {
        let source = Scenes::new(self.options, None);
        self.seeds
            .iter()
            .map(|seed| source.clip_id(*seed))
            .collect()
    }

    /// The scenes themselves.
    pub(super) fn scenes(&self) -> impl Iterator<Item = Scene> {
        let of = |seed: &u64| Scene::generate(*seed, &self.options);
        self.seeds.iter().map(of)
    }
}

/// Seeds in order, as far as each adds a class of which there are too few yet, or a scene without any.
fn seeds(options: &SceneOptions) -> Vec<u64> {
    let mut counts = vec![0; CATEGORIES.len() + 1];
    let nothing = CATEGORIES.len();
    let (mut seeds, mut seed) = (vec![], REPLAY_SEEDS);
    while seed < REPLAY_SEEDS + TRIED && counts.iter().any(|count| *count < EACH) {
        let both = Scene::generate(seed, options).targets(None).both;
        let there = (0..nothing).filter(|class| both.sometime(*class) == Said::Yes);
        let mut there: Vec<usize> = there.collect();
        if there.is_empty() {
            there.push(nothing);
        }
        if there.iter().any(|class| counts[*class] < EACH) {
            there.iter().for_each(|class| counts[*class] += 1);
            seeds.push(seed);
        }
        seed += 1;
    }
    seeds
}
