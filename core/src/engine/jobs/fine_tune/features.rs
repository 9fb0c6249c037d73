//! The features of the clips that are learned from: pinned in the cache, and computed where they are not there.

use std::sync::Arc;

use super::Taught;
use crate::base::{ClipId, TimeSpan};
use crate::data::Targets;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, FineTune, Step, StepContext, TaughtClip};
use crate::features::{FeatureCache, FeatureKey, FeatureStream};
use crate::model::PairAbout;
use crate::train::{ClipExamples, TrainError};

/// Segments through the backbones in one step.
const BATCH: usize = 2;

/// Clips whose features are being made sure of.
pub(super) struct Preparing {
    cache: FeatureCache,
    training: ClipExamples,
    held_out: ClipExamples,
    next: usize,
    /// Of the next clip, with its segments that came so far.
    stream: Option<(FeatureStream, usize)>,
}

impl Preparing {
    /// Pins everything.
    pub fn begin(spec: &FineTune, session: &mut ComputeSession) -> Result<Self, EngineError> {
        let none = || TrainError::Data("no features are kept here, and training reads them".into());
        let cache = session.features().ok_or_else(none)?;
        let lease = cache.lease().map_err(|source| TrainError::Io {
            path: cache.folder().display().to_string(),
            source,
        })?;
        let (lease, classes) = (Arc::new(lease), spec.labels.len());
        let mut training = ClipExamples::new(Arc::clone(&lease), classes);
        let mut held_out = ClipExamples::new(lease, classes);
        let pair = session.pair(&spec.head.model)?.about();
        for TaughtClip {
            clip,
            targets,
            held_out: held,
        } in &spec.clips
        {
            let part = if *held { &mut held_out } else { &mut training };
            add(part, clip.id, pair, targets.clone())?;
        }
        Ok(Self {
            cache,
            training,
            held_out,
            next: 0,
            stream: None,
        })
    }

    /// A few segments, or a look at the next clip.
    pub fn step(
        &mut self,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(taught) = spec.clips.get(self.next) else {
            return Ok(Step::Done);
        };
        let Some((stream, seen)) = &mut self.stream else {
            self.look(taught, spec, session, context)?;
            return Ok(Step::More);
        };
        let pair = session.loaded(&spec.head.model)?;
        let Some(batch) = stream.try_next(pair, BATCH)? else {
            return Ok(Step::Waiting);
        };
        *seen += batch.segments;
        if *seen >= taught.targets.seconds() {
            (self.stream, self.next) = (None, self.next + 1);
        }
        Ok(Step::More)
    }

    fn look(
        &mut self,
        taught: &TaughtClip,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let source = session.source();
        let pair = session.pair(&spec.head.model)?.about();
        let spans = TimeSpan::seconds_of(taught.clip.duration);
        let kept = FeatureStream::kept(&taught.clip, spans.len(), pair, self.cache.clone());
        if kept.is_some() || spans.is_empty() {
            self.next += 1;
            return Ok(());
        }
        let (cache, cancel) = (Some(self.cache.clone()), context.cancel_token());
        let stream = FeatureStream::start(source, &taught.clip, spans, pair, cache, cancel)?;
        let waker = context.waker();
        stream.wake_by(move || waker.wake());
        self.stream = Some((stream, 0));
        Ok(())
    }

    /// What is learned from, and what is held out.
    pub fn into_examples(self) -> (ClipExamples, ClipExamples) {
        (self.training, self.held_out)
    }
}

/// A clip whose features will be in the cache.
fn add(
    to: &mut ClipExamples,
    clip: ClipId,
    pair: &PairAbout,
    targets: Targets,
) -> Result<(), TrainError> {
    let (keys, seconds) = (FeatureKey::of_pair(clip, pair), targets.seconds());
    to.add_kept(keys, seconds, Arc::new(move || Ok(targets.clone())))
}

/// The clips that are learned from, with these targets in place of what was said.
pub(super) fn retargeted(
    training: &ClipExamples,
    spec: &FineTune,
    pair: &PairAbout,
    taught: Vec<Taught>,
) -> Result<ClipExamples, TrainError> {
    let mut new = ClipExamples::new(training.lease(), spec.labels.len());
    let learned = spec.clips.iter().filter(|taught| !taught.held_out);
    for (index, (clip, (targets, before))) in learned.zip(taught).enumerate() {
        add(&mut new, clip.clip.id, pair, targets)?;
        if let Some(before) = before {
            new.said_before(index, before);
        }
    }
    Ok(new)
}
