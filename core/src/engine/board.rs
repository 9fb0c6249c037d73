//! The shared board: what is being worked on and how far it has come. State, not messages.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{JobId, JobState, JobStatus};
use crate::base::{ClipId, Progress};

/// The unfinished jobs of all workers. Cloning it gives another handle on the same board.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<Vec<JobStatus>>>);

impl Board {
    fn lines(&self) -> MutexGuard<'_, Vec<JobStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The unfinished jobs, oldest first.
    pub fn snapshot(&self) -> Vec<JobStatus> {
        self.lines().clone()
    }

    pub(super) fn add(&self, id: JobId, title: String, clip: Option<ClipId>) {
        let mut lines = self.lines();
        lines.push(JobStatus {
            id,
            title,
            clip,
            state: JobState::Queued,
            progress: Progress::default(),
        });
        lines.sort_by_key(|line| line.id);
    }

    /// Mark a job as begun. An overtaken job stays "running": it has begun and will go on.
    pub(super) fn running(&self, id: JobId) {
        self.change(id, |line| {
            if line.state != JobState::Paused {
                line.state = JobState::Running;
            }
        });
    }

    /// Mark a job as stopped, or as going on.
    pub(super) fn paused(&self, id: JobId, paused: bool) {
        self.change(id, |line| {
            line.state = match paused {
                true => JobState::Paused,
                false => JobState::Queued,
            };
        });
    }

    pub(super) fn progress(&self, id: JobId, progress: Progress) {
        self.change(id, |line| line.progress = progress);
    }

    pub(super) fn remove(&self, id: JobId) {
        self.lines().retain(|line| line.id != id);
    }

    fn change(&self, id: JobId, change: impl FnOnce(&mut JobStatus)) {
        if let Some(line) = self.lines().iter_mut().find(|line| line.id == id) {
            change(line);
        }
    }
}
