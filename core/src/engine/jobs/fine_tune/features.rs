//! The features of the clips that are learned from: pinned in the cache, and computed where they are not there. A clip of the
//! project that is not open is opened for that; one whose file is not found, or holds something else by now, is left out.

use std::sync::Arc;

use super::Taught;
use crate::base::{ClipId, TimeSpan};
use crate::data::Targets;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, FineTune, Step, StepContext, TaughtClip};
use crate::features::{FeatureCache, FeatureKey, FeatureStream, Lease};
use crate::media::{Clip, ClipNaming, MediaError};
use crate::model::PairAbout;
use crate::train::{ClipExamples, TrainError};

/// Segments through the backbones in one step.
const BATCH: usize = 2;

/// Clips whose features are being made sure of.
pub(super) struct Preparing {
    cache: FeatureCache,
    lease: Arc<Lease>,
    next: usize,
    state: State,
    missing: Vec<ClipId>,
}

/// How far it is with the next clip.
enum State {
    /// Nobody looked for its features yet.
    Fresh,
    /// Its file is being opened.
    Opening(Box<(Clip, ClipNaming)>),
    /// They are computed; so many segments are there.
    Computing(Box<FeatureStream>, usize),
}

impl Preparing {
    /// Nothing is looked for yet.
    pub fn begin(session: &mut ComputeSession) -> Result<Self, EngineError> {
        let cache = cache(session)?;
        let lease = cache.lease().map_err(|source| TrainError::Io {
            path: cache.folder().display().to_string(),
            source,
        })?;
        Ok(Self {
            cache,
            lease: Arc::new(lease),
            next: 0,
            state: State::Fresh,
            missing: Vec::new(),
        })
    }

    /// A few segments, or a look at the next clip. A clip that cannot be found is taken out of `spec`.
    pub fn step(
        &mut self,
        spec: &mut FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let Some(taught) = spec.clips.get(self.next) else {
            return Ok(Step::Done);
        };
        match std::mem::replace(&mut self.state, State::Fresh) {
            State::Fresh => match self.look(taught, spec, session, context) {
                Ok(()) => {}
                Err(EngineError::Media(error)) if !taught.opened => self.leave_out(spec, &error),
                Err(error) => return Err(error),
            },
            State::Opening(mut opening) => match opening.1.step() {
                Ok(None) => self.state = State::Opening(opening),
                Ok(Some(id)) if id == taught.clip.id => {
                    let (clip, _) = *opening;
                    let clip = Arc::new(Clip { id, ..clip });
                    self.compute(&clip, spec, session, context)?;
                }
                // Another file lies there by now.
                Ok(Some(_)) => {
                    let why = gone(taught);
                    self.leave_out(spec, &why);
                }
                Err(error) => self.leave_out(spec, &error),
            },
            State::Computing(mut stream, seen) => {
                let pair = session.loaded(&spec.head.model)?;
                let batch = stream.try_next(pair, BATCH)?;
                let seen = seen + batch.as_ref().map_or(0, |batch| batch.segments);
                if seen >= taught.targets.seconds() {
                    self.next += 1;
                } else {
                    self.state = State::Computing(stream, seen);
                }
                if batch.is_none() {
                    return Ok(Step::Waiting);
                }
            }
        }
        Ok(Step::More)
    }

    /// Pins the next clip's features, before they are looked for; where they are not there, the file is.
    fn look(
        &mut self,
        taught: &TaughtClip,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let pair = session.pair(&spec.head.model)?.about();
        let pinned = self.lease.pin(FeatureKey::of_pair(taught.clip.id, pair));
        pinned.map_err(|source| TrainError::Io {
            path: self.cache.folder().display().to_string(),
            source,
        })?;
        if is_kept(taught, pair, &self.cache) {
            self.next += 1;
            return Ok(());
        }
        if taught.opened {
            return self.compute(&taught.clip, spec, session, context);
        }
        let path = &taught.clip.path;
        let (clip, _) = Clip::open_unnamed(path)?;
        self.state = State::Opening(Box::new((clip, ClipNaming::start(path)?)));
        Ok(())
    }

    fn compute(
        &mut self,
        clip: &Arc<Clip>,
        spec: &FineTune,
        session: &mut ComputeSession,
        context: &StepContext<'_>,
    ) -> Result<(), EngineError> {
        let source = session.source();
        let pair = session.pair(&spec.head.model)?.about();
        let spans = TimeSpan::seconds_of(clip.duration);
        let (cache, cancel) = (Some(self.cache.clone()), context.cancel_token());
        let stream = FeatureStream::start(source, clip, spans, pair, cache, cancel)?;
        let waker = context.waker();
        stream.wake_by(move || waker.wake());
        self.state = State::Computing(Box::new(stream), 0);
        Ok(())
    }

    fn leave_out(&mut self, spec: &mut FineTune, why: &MediaError) {
        log::info!("a clip is not learned from: {why}");
        self.missing.push(spec.clips.remove(self.next).clip.id);
    }

    /// The clips that were left out.
    pub fn missing(&self) -> &[ClipId] {
        &self.missing
    }

    /// What is learned from, and what is held out.
    pub fn into_examples(
        self,
        spec: &FineTune,
        pair: &PairAbout,
    ) -> Result<(ClipExamples, ClipExamples), TrainError> {
        let classes = spec.labels.len();
        let mut training = ClipExamples::new(Arc::clone(&self.lease), classes);
        let mut held_out = ClipExamples::new(self.lease, classes);
        for taught in &spec.clips {
            let part = match taught.held_out {
                true => &mut held_out,
                false => &mut training,
            };
            add(part, taught.clip.id, pair, taught.targets.clone())?;
        }
        Ok((training, held_out))
    }
}

/// The clips of which neither features are kept nor a file lies where it lay. No file is opened for that.
pub(super) fn unfound(
    spec: &FineTune,
    session: &mut ComputeSession,
) -> Result<Vec<ClipId>, EngineError> {
    let cache = cache(session)?;
    let pair = session.pair(&spec.head.model)?.about();
    let missing = |taught: &&TaughtClip| {
        !taught.opened && !is_kept(taught, pair, &cache) && !taught.clip.path.is_file()
    };
    let clips = spec.clips.iter().filter(missing);
    Ok(clips.map(|taught| taught.clip.id).collect())
}

fn cache(session: &ComputeSession) -> Result<FeatureCache, EngineError> {
    let none = || TrainError::Data("no features are kept here, and training reads them".into());
    Ok(session.features().ok_or_else(none)?)
}

fn is_kept(taught: &TaughtClip, pair: &PairAbout, cache: &FeatureCache) -> bool {
    let seconds = taught.targets.seconds();
    seconds == 0 || FeatureStream::kept(&taught.clip, seconds, pair, cache.clone()).is_some()
}

fn gone(taught: &TaughtClip) -> MediaError {
    MediaError::Missing {
        path: taught.clip.path.clone(),
    }
}

/// A clip whose features are in the cache.
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
