//! The map of seconds: all analysed seconds on a plane, like ones near each other.

use std::sync::Arc;

use mettle_core::engine::{JobId, SecondsMap};

/// What was asked last, and what has come.
#[derive(Clone, Debug, Default)]
pub struct MapView {
    asked: Option<JobId>,
    map: Option<Arc<SecondsMap>>,
}

impl MapView {
    /// It was asked; the map before stays until the new one comes.
    pub fn asked(&mut self, job: JobId) {
        self.asked = Some(job);
    }

    /// Take in an answer.
    pub fn file(&mut self, job: JobId, map: SecondsMap) {
        if self.asked == Some(job) {
            self.map = Some(Arc::new(map));
        }
    }

    /// A job has ended.
    pub fn ended(&mut self, job: JobId) {
        self.asked.take_if(|asked| *asked == job);
    }

    /// The job that lays it out, while it runs.
    pub fn job(&self) -> Option<JobId> {
        self.asked
    }

    /// The map that came last.
    pub fn shown(&self) -> Option<&Arc<SecondsMap>> {
        self.map.as_ref()
    }
}
