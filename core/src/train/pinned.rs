//! Clips whose features lie in the cache, pinned there for as long as they are learned from.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::TrainError;
use super::examples::Side;
use crate::features::{FeatureCache, FeatureError, FeatureKey, HalfFeatures, Lease};

/// Bytes of features that are held on to, so that a few clips are read once and not in every step.
const HELD: usize = 128 << 20;

/// Where the features of some clips lie.
pub(super) struct Pinned {
    lease: Arc<Lease>,
    clips: Vec<PinnedClip>,
    /// What was read and found whole: it is read in every epoch, and pinned meanwhile.
    whole: Mutex<HashSet<FeatureKey>>,
    held: Mutex<Held>,
}

/// The first ones that were read, as far as there is room.
#[derive(Default)]
struct Held {
    features: HashMap<FeatureKey, HalfFeatures>,
    bytes: usize,
}

/// Of one clip.
#[derive(Clone, Copy, Debug)]
pub(super) struct PinnedClip {
    /// Of the backbone that looks.
    pub visual: FeatureKey,
    /// Of the one that listens.
    pub audio: FeatureKey,
    /// Segments.
    pub seconds: usize,
}

impl Pinned {
    /// None yet.
    pub fn new(lease: Arc<Lease>) -> Self {
        Self {
            lease,
            clips: vec![],
            whole: Mutex::default(),
            held: Mutex::default(),
        }
    }

    /// Pins the features of a clip: before they are looked for, so that they stay from then on.
    pub fn push(&mut self, clip: PinnedClip) -> Result<(), TrainError> {
        self.pin(&clip)?;
        self.clips.push(clip);
        Ok(())
    }

    /// Pins them, of a clip that is not among the others yet.
    pub fn pin(&self, clip: &PinnedClip) -> Result<(), TrainError> {
        let pinned = self.lease.pin([clip.visual, clip.audio]);
        pinned.map_err(|e| TrainError::io(self.cache().folder(), e))
    }

    /// What holds them there.
    pub fn lease(&self) -> Arc<Lease> {
        Arc::clone(&self.lease)
    }

    /// Where they lie.
    pub fn cache(&self) -> &FeatureCache {
        self.lease.cache()
    }

    pub fn clips(&self) -> &[PinnedClip] {
        &self.clips
    }

    /// A backbone's features of all segments of a clip.
    pub fn features(&self, clip: usize, side: Side) -> Result<HalfFeatures, TrainError> {
        let Some(clip) = self.clips.get(clip) else {
            return Err(TrainError::Data("a clip beyond the last".to_owned()));
        };
        let key = match side {
            Side::Visual => &clip.visual,
            Side::Audio => &clip.audio,
        };
        let held = || self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(features) = held().features.get(key) {
            return Ok(features.clone());
        }
        let features = self.read(key, clip.seconds)?;
        let (mut held, bytes) = (held(), features.numbers() * 2);
        if held.bytes + bytes <= HELD {
            held.bytes += bytes;
            held.features.insert(*key, features.clone());
        }
        Ok(features)
    }

    fn read(&self, key: &FeatureKey, seconds: usize) -> Result<HalfFeatures, TrainError> {
        let gone = || {
            TrainError::Data(format!(
                "features are gone from {}: start again with the same command, it computes what is missing",
                self.lease.cache().folder().display()
            ))
        };
        let kept = self.lease.cache().get(key, seconds).ok_or_else(gone)?;
        let damaged = || FeatureError::Damaged(kept.path().to_owned());
        let whole = || self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        if whole().contains(key) {
            return Ok(kept.read_again(0..seconds).ok_or_else(damaged)?);
        }
        let features = kept.read(0..seconds).ok_or_else(damaged)?;
        whole().insert(*key);
        Ok(features)
    }
}
