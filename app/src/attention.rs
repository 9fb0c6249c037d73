//! What the meta-tokens read in the second under the playhead: asked for when it is shown, filed under its second.

use std::sync::Arc;

use mettle_core::base::{ClipId, Task};
use mettle_core::engine::{HeadChoice, JobId, JobSpec, WhichHead};
use mettle_core::predict::Attention;

use crate::link::EngineLink;
use crate::state::{AppState, segment_at};

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
    let entry = state.entry()?;
    let segment = segment_at(entry.prediction()?, state.player.time)?;
    Some((entry.clip.as_ref()?.id, entry.task, segment))
}

/// Ask for the reading of the second under the playhead, one at a time: while the clip plays, the newest is asked next.
pub fn want(state: &mut AppState, engine: &mut dyn EngineLink) {
    let view = &state.attention;
    if !view.wish.on || view.asked.is_some() {
        return;
    }
    let Some(key) = shown_key(state) else { return };
    if view.get(key).is_some() || view.refused == Some(key) {
        return;
    }
    let Some(clip) = state.entry().and_then(|entry| entry.clip.clone()) else {
        return;
    };
    let (_, task, segment) = key;
    let model = state.model_choice.clone();
    let job = engine.submit(JobSpec::Attention {
        clip,
        head: HeadChoice {
            model,
            which: WhichHead::For(task),
        },
        segment,
    });
    state.attention.asked = Some((job, key));
}
