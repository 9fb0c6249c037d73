//! Clips as examples, whatever they come from: their features are taken into the cache once and stay there, pinned; what is said
//! of each is asked when its turn comes.

use std::sync::Arc;

use super::error::TrainError;
use super::examples::{Examples, Side};
use super::pinned::{Pinned, PinnedClip};
use super::taught::Before;
use crate::base::{CancelToken, TimeSpan};
use crate::data::Targets;
use crate::features::{FeatureKey, FeatureStream, HalfFeatures, Lease};
use crate::media::{Clip, Source};
use crate::model::FrozenPair;

/// Segments that go through the backbones together.
const TOGETHER: usize = 10;

/// What is said of a clip; asked again in every epoch.
pub type AskTargets = Arc<dyn Fn() -> Result<Targets, TrainError> + Send + Sync>;

/// A clip to learn from or to be measured on.
#[derive(Clone)]
pub struct ExampleClip {
    /// The clip.
    pub clip: Arc<Clip>,
    /// Reads it.
    pub source: Arc<dyn Source>,
    /// Its segments.
    pub spans: Vec<TimeSpan>,
    /// What is said of it.
    pub targets: AskTargets,
}

/// Clips with their features in the cache.
pub struct ClipExamples {
    pinned: Pinned,
    targets: Vec<AskTargets>,
    /// What a head said of them before, as far as that is known.
    before: Vec<Option<Arc<Before>>>,
    classes: usize,
}

impl ClipExamples {
    /// None yet, of so many classes; what is added is pinned for as long as the lease lives.
    pub fn new(lease: Arc<Lease>, classes: usize) -> Self {
        Self {
            pinned: Pinned::new(lease),
            targets: vec![],
            before: vec![],
            classes,
        }
    }

    /// Adds a clip; its features are computed and kept where the cache does not have them. `false` where `cancel` came before
    /// they were complete: then it is not added.
    ///
    /// # Errors
    /// The clip cannot be read, the backbones cannot be loaded, the device fails, or the cache cannot be written.
    pub fn add(
        &mut self,
        example: ExampleClip,
        pair: &FrozenPair,
        cancel: &CancelToken,
    ) -> Result<bool, TrainError> {
        let [visual, audio] = FeatureKey::of_pair(example.clip.id, pair.about());
        let seconds = example.spans.len();
        let clip = PinnedClip {
            visual,
            audio,
            seconds,
        };
        self.pinned.pin(&clip)?;
        let mut stream = FeatureStream::start(
            example.source,
            &example.clip,
            example.spans,
            pair.about(),
            Some(self.pinned.cache().clone()),
            cancel.clone(),
        )?;
        let mut there = 0;
        while there < seconds && !stream.is_kept() {
            if cancel.is_cancelled() {
                return Ok(false);
            }
            let batch = stream.next(pair, TOGETHER)?;
            there += batch.map_or(0, |batch| batch.segments);
        }
        self.pinned.push(clip)?;
        self.targets.push(example.targets);
        Ok(true)
    }

    /// Adds a clip whose features are in the cache, or will be before they are read.
    ///
    /// # Errors
    /// The cache's folder cannot be written.
    pub fn add_kept(
        &mut self,
        [visual, audio]: [FeatureKey; 2],
        seconds: usize,
        targets: AskTargets,
    ) -> Result<(), TrainError> {
        let clip = PinnedClip {
            visual,
            audio,
            seconds,
        };
        self.pinned.push(clip)?;
        self.targets.push(targets);
        Ok(())
    }

    /// Has a clip know what a head said of it before.
    pub fn said_before(&mut self, clip: usize, before: Arc<Before>) {
        self.before.resize(self.targets.len(), None);
        if let Some(kept) = self.before.get_mut(clip) {
            *kept = Some(before);
        }
    }

    /// What pins their features.
    pub fn lease(&self) -> Arc<Lease> {
        self.pinned.lease()
    }
}

impl Examples for ClipExamples {
    fn len(&self) -> usize {
        self.targets.len()
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn seconds(&self, clip: usize) -> usize {
        let clips = self.pinned.clips();
        clips.get(clip).map_or(0, |clip| clip.seconds)
    }

    fn targets(&self, clip: usize) -> Result<Targets, TrainError> {
        match self.targets.get(clip) {
            Some(targets) => targets(),
            None => Err(TrainError::Data("a clip beyond the last".to_owned())),
        }
    }

    fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        self.pinned.features(clip, side)
    }

    fn before(&self, clip: usize) -> Option<Arc<Before>> {
        self.before.get(clip)?.clone()
    }
}
