//! Clips that nobody spoke of, to be replayed while a head learns: others that were analysed, and of the demo model some drawn scenes.
//! The old head is asked what it says of them, and that is what the new one is held to.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::base::ClipId;
use crate::data::Targets;
use crate::engine::session::ComputeSession;
use crate::engine::{EngineError, FineTune, ModelChoice};
use crate::features::{FeatureKey, Lease};
use crate::train::{AskTargets, ClipExamples, DrawnReplay, Examples};

/// Other analysed clips: as many as are learned from, but between these numbers.
const OTHERS: [usize; 2] = [8, 32];
/// Seconds of a clip that is replayed, at most: it is read as a whole.
const LONGEST: usize = 60;

/// Such clips being gathered.
pub(super) struct Replaying {
    lease: Arc<Lease>,
    drawn: Option<DrawnReplay>,
    next: usize,
    others: VecDeque<(ClipId, usize)>,
    found: ClipExamples,
}

impl Replaying {
    /// Looks which there are. There are none where nothing is to be kept.
    pub fn begin(
        spec: &FineTune,
        lease: Arc<Lease>,
        session: &mut ComputeSession,
    ) -> Result<Self, EngineError> {
        let task = session.head(&spec.head)?.file.task();
        let pair = session.pair(&spec.head.model)?.about();
        let mut this = Self {
            found: ClipExamples::new(Arc::clone(&lease), spec.labels.len()),
            lease,
            drawn: None,
            next: 0,
            others: VecDeque::new(),
        };
        if !spec.pseudo_labels || spec.config.replay == 0 {
            return Ok(this);
        }
        if spec.head.model == ModelChoice::Demo {
            this.drawn = Some(DrawnReplay::of(task));
        }
        let drawn = this.drawn.as_ref().map(DrawnReplay::clips);
        let spoken_of = spec.clips.iter().map(|taught| taught.clip.id);
        let known: BTreeSet<ClipId> = spoken_of.chain(drawn.into_iter().flatten()).collect();
        let [least, most] = OTHERS;
        let wanted = |clip, seconds| seconds <= LONGEST && !known.contains(&clip);
        let count = spec.clips.len().clamp(least, most);
        let others = this.lease.cache().analysed(pair, wanted, count);
        this.others = others.into();
        Ok(this)
    }

    /// One clip. Says whether all are done.
    pub fn step(
        &mut self,
        spec: &FineTune,
        session: &mut ComputeSession,
    ) -> Result<bool, EngineError> {
        if let Some(drawn) = &self.drawn {
            let pair = session.loaded(&spec.head.model)?;
            let kept = drawn.prepare(self.next, pair, &self.lease)?;
            self.next += 1;
            if let Some((keys, seconds)) = kept {
                self.add(keys, seconds, spec, session)?;
                return Ok(false);
            }
            self.drawn = None;
        }
        let Some((clip, seconds)) = self.others.pop_front() else {
            return Ok(true);
        };
        let keys = FeatureKey::of_pair(clip, session.pair(&spec.head.model)?.about());
        // A clip that is damaged, or too long for the head, is done without.
        match self.add(keys, seconds, spec, session) {
            Err(EngineError::Train(error)) => log::info!("a clip is not replayed: {error}"),
            other => other?,
        }
        Ok(false)
    }

    fn add(
        &mut self,
        keys: [FeatureKey; 2],
        seconds: usize,
        spec: &FineTune,
        session: &mut ComputeSession,
    ) -> Result<(), EngineError> {
        let ready = session.head(&spec.head)?;
        let device = session.pair(&spec.head.model)?.device().clone();
        let nothing = Targets::unknown(seconds, spec.labels.len());
        let said: AskTargets = Arc::new(move || Ok(nothing.clone()));
        let mut alone = ClipExamples::new(Arc::clone(&self.lease), spec.labels.len());
        alone.add_kept(keys, seconds, Arc::clone(&said))?;
        let before = ready.before(keys, (&alone, 0), &device)?;
        let index = self.found.len();
        self.found.add_kept(keys, seconds, said)?;
        self.found.said_before(index, before);
        Ok(())
    }

    /// Those that were found.
    pub fn into_examples(self) -> ClipExamples {
        self.found
    }
}
