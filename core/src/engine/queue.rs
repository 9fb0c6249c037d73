//! The jobs of one worker, and which of them comes next.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::worker::Job;
use super::{JobId, ModelChoice};
use crate::base::{CancelToken, ClipId};

/// How long a job that waits keeps others from loading another model in its place: loading takes longer than most waits.
const HOLD: Duration = Duration::from_secs(2);

/// A job, and what is known of it besides its work.
pub(super) struct Queued<S> {
    pub id: JobId,
    pub title: String,
    pub path: Option<PathBuf>,
    pub clip: Option<ClipId>,
    pub urgent: bool,
    pub model: Option<ModelChoice>,
    pub cancel: CancelToken,
    /// Whether it may be begun while a like job before it is worked on.
    pub starts_ahead: bool,
    /// Whether it has had a step.
    pub begun: bool,
    /// Taken out while a step runs.
    pub job: Option<Box<dyn Job<S>>>,
    pub paused: bool,
    /// Since when it waits to be woken.
    pub waits_since: Option<Instant>,
    /// Set by whoever wakes it.
    pub woken: Arc<AtomicBool>,
    /// Whether it was begun anew after the device was lost: that is tried once.
    pub retried: bool,
}

impl<S> Queued<S> {
    /// Whether it waits, and nothing has woken it.
    fn waits(&self) -> bool {
        self.waits_since.is_some() && !self.woken.load(Ordering::Acquire)
    }
}

/// Whether a model takes another's place when it is loaded: the demo model is small and stays.
fn is_large(model: &ModelChoice) -> bool {
    *model != ModelChoice::Demo
}

/// What is to be done next.
pub(super) enum Next {
    /// A step of this job.
    Run(JobId),
    /// Nothing, until something happens or so much time has passed.
    Sleep(Option<Duration>),
}

pub(super) struct Queue<S> {
    pub jobs: Vec<Queued<S>>,
    pub foreground: Option<ClipId>,
    /// The job without which the user sees nothing.
    pub awaited: Option<JobId>,
    /// The model that the last step used, where that is one of those of which only one is loaded.
    pub loaded: Option<ModelChoice>,
}

impl<S> Queue<S> {
    pub fn new() -> Self {
        Self {
            jobs: Vec::new(),
            foreground: None,
            awaited: None,
            loaded: None,
        }
    }

    /// Urgent jobs come first, then the one the user waits for, then the clip on screen, then what needs no other model than the
    /// one that is loaded, then in order of submission. Where the first would load another model while a job of the same rank waits for something with this one,
    /// that is waited for, for a while.
    pub fn next(&self) -> Next {
        let ready = self.jobs.iter().filter(|job| !job.paused && !job.waits());
        let Some(first) = ready.min_by_key(|job| self.rank(job)) else {
            return Next::Sleep(None);
        };
        if self.is_at_hand(first) {
            return Next::Run(self.begun_ahead(first).unwrap_or(first).id);
        }
        let rank = self.class(first);
        let holding = self
            .jobs
            .iter()
            .filter(|job| !job.paused && self.uses_loaded(job) && self.class(job) <= rank);
        let waited = holding.filter_map(|job| job.waits_since).max();
        match waited.and_then(|since| HOLD.checked_sub(since.elapsed())) {
            Some(left) => Next::Sleep(Some(left)),
            None => Next::Run(first.id),
        }
    }

    /// The job that is to be begun before this one goes on, so that its decoder works meanwhile. One at a time, however many wait;
    /// not one of the same clip, which may find what this one keeps of it.
    fn begun_ahead(&self, first: &Queued<S>) -> Option<&Queued<S>> {
        let like = |job: &&Queued<S>| job.starts_ahead && job.id != first.id;
        let others = self.jobs.iter().filter(like);
        if !first.starts_ahead || !first.begun || others.clone().any(|job| job.begun) {
            return None;
        }
        others
            .filter(|job| !job.paused && self.is_at_hand(job))
            .filter(|job| self.class(job) == self.class(first) && job.clip != first.clip)
            .min_by_key(|job| job.id)
    }

    fn class(&self, job: &Queued<S>) -> (bool, bool, bool) {
        let on_screen = job.clip.is_some() && job.clip == self.foreground;
        let awaited = self.awaited == Some(job.id);
        (!job.urgent, !awaited, !on_screen)
    }

    fn rank(&self, job: &Queued<S>) -> ((bool, bool, bool), bool, JobId) {
        (self.class(job), !self.is_at_hand(job), job.id)
    }

    /// Whether it can run without another model being loaded in place of this one.
    fn is_at_hand(&self, job: &Queued<S>) -> bool {
        let large = job.model.as_ref().filter(|model| is_large(model));
        large.is_none() || self.loaded.is_none() || large == self.loaded.as_ref()
    }

    /// Whether loading another model would take this job's away.
    fn uses_loaded(&self, job: &Queued<S>) -> bool {
        job.model.is_some() && job.model == self.loaded
    }

    /// A step of a job that uses this model comes next.
    pub fn will_use(&mut self, model: Option<ModelChoice>) {
        if let Some(model) = model.filter(is_large) {
            self.loaded = Some(model);
        }
    }

    pub fn get(&mut self, id: JobId) -> Option<&mut Queued<S>> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    pub fn remove(&mut self, id: JobId) -> Option<Queued<S>> {
        let index = self.jobs.iter().position(|job| job.id == id)?;
        Some(self.jobs.remove(index))
    }
}
