//! What the meta-tokens read in the second under the playhead: filed under its second.

use std::sync::Arc;

use mettle_core::base::{ClipId, Task};
use mettle_core::engine::JobId;
use mettle_core::predict::Attention;

use super::{AppState, segment_at};

/// Seconds whose reading is kept.
const KEPT: usize = 64;

/// What of it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttentionWish {
    /// Whether anything is.
    pub on: bool,
    /// Which layer; none for the last that is read.
    pub layer: Option<usize>,
    /// Which meta-token.
    pub token: usize,
}

/// Which second of which clip, read by which head.
pub type AttentionKey = (ClipId, Task, usize);

/// Readings as they come.
#[derive(Clone, Debug, Default)]
pub struct AttentionView {
    /// What is shown.
    pub wish: AttentionWish,
    known: Vec<Arc<Attention>>,
    asked: Option<(JobId, AttentionKey)>,
    refused: Option<AttentionKey>,
}

impl AttentionView {
    /// The reading of a second, once it has come.
    pub fn get(&self, key: AttentionKey) -> Option<&Arc<Attention>> {
        let mut known = self.known.iter().rev();
        known.find(|a| (a.clip, a.task, a.segment) == key)
    }

    /// The second to ask about, if it is wished for, not here, and nothing is under way.
    pub fn wanting(&self, key: AttentionKey) -> bool {
        let idle = self.wish.on && self.asked.is_none();
        idle && self.get(key).is_none() && !self.is_refused(key)
    }

    /// A second was asked about.
    pub fn asked(&mut self, job: JobId, key: AttentionKey) {
        self.asked = Some((job, key));
    }

    /// Take in an answer.
    pub fn file(&mut self, job: JobId, attention: Arc<Attention>) {
        if self.asked.is_some_and(|(asked, _)| asked == job) {
            self.known.push(attention);
            let too_many = self.known.len().saturating_sub(KEPT);
            self.known.drain(..too_many);
        }
    }

    /// A job has ended. What it did not bring is not asked for again by itself.
    pub fn ended(&mut self, job: JobId) {
        if let Some((_, key)) = self.asked.take_if(|(asked, _)| *asked == job)
            && self.get(key).is_none()
        {
            self.refused = Some(key);
        }
    }

    /// Forget everything: another model reads otherwise.
    pub fn forget(&mut self) {
        *self = Self {
            wish: self.wish,
            ..Self::default()
        };
    }

    /// Whether a second was asked about and nothing came.
    pub fn is_refused(&self, key: AttentionKey) -> bool {
        self.refused == Some(key)
    }
}

/// The second under the playhead.
pub fn shown_key(state: &AppState) -> Option<AttentionKey> {
    let shown = state.shown()?;
    let segment = segment_at(shown.prediction()?, state.player.time)?;
    Some((shown.row.clip.as_ref()?.id, shown.task, segment))
}
