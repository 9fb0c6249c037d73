//! What heads said of a clip. A task may have answers of several heads, of which one is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use mettle_core::base::{HeadId, Task};
use mettle_core::predict::{Detail, Prediction};
use mettle_core::project::Track;

/// What one head said of a clip.
#[derive(Clone, Debug)]
pub struct Answer {
    /// As far as it has come.
    pub prediction: Arc<Prediction>,
    /// Whether all seconds are scored.
    pub complete: bool,
    /// The events, at the thresholds of this revision.
    pub tracks: Arc<Vec<Track>>,
    /// Which revision of the thresholds that is.
    pub revision: u64,
}

/// What heads said of a clip, by task and head.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    by_head: BTreeMap<(Task, HeadId), Answer>,
    shown: BTreeMap<Task, HeadId>,
}

impl Answers {
    /// What is shown for a task.
    pub fn to(&self, task: Task) -> Option<&Answer> {
        self.of(task, *self.shown.get(&task)?)
    }

    /// The same, to be changed.
    pub fn to_mut(&mut self, task: Task) -> Option<&mut Answer> {
        self.by_head.get_mut(&(task, *self.shown.get(&task)?))
    }

    /// What a head said.
    pub fn of(&self, task: Task, head: HeadId) -> Option<&Answer> {
        self.by_head.get(&(task, head))
    }

    /// Take what a head said, to add to it without a copy.
    pub fn take(&mut self, task: Task, head: HeadId) -> Option<Answer> {
        self.by_head.remove(&(task, head))
    }

    /// A head said more: that is what is shown from now on.
    pub fn file(&mut self, task: Task, head: HeadId, answer: Answer) {
        self.by_head.insert((task, head), answer);
        self.shown.insert(task, head);
    }

    /// A head said more, which is not what is shown.
    pub fn file_beside(&mut self, task: Task, head: HeadId, answer: Answer) {
        self.by_head.insert((task, head), answer);
    }

    /// Show what this head said from now on, or nothing until it says something. Says whether it has said all.
    pub fn show(&mut self, task: Task, head: HeadId) -> bool {
        self.shown.insert(task, head);
        self.of(task, head).is_some_and(|answer| answer.complete)
    }

    /// A head has said all.
    pub fn complete(&mut self, task: Task, head: HeadId) {
        if let Some(answer) = self.by_head.get_mut(&(task, head)) {
            answer.complete = true;
        }
    }

    /// All of them will be found anew; what there is stays until then.
    pub fn are_old(&mut self) {
        let all = self.by_head.values_mut();
        all.for_each(|answer| answer.complete = false);
    }

    /// About how much memory they take.
    pub fn bytes(&self) -> usize {
        self.by_head.values().map(Answer::bytes).sum()
    }
}

impl Answer {
    fn bytes(&self) -> usize {
        let rows = |rows: &[Vec<f32>]| -> usize { rows.iter().map(|row| row.len() * 4 + 24).sum() };
        let prediction = &self.prediction;
        let detail = match &prediction.detail {
            Detail::Localized { event } => event.len() * 4,
            Detail::Parsed { audible, visible } => rows(audible) + rows(visible),
            Detail::Segmented { masks } => masks.iter().map(|m| m.width() * m.height() * 2).sum(),
        };
        let events: usize = self
            .tracks
            .iter()
            .map(|track| track.events.len() * 32 + 64)
            .sum();
        rows(&prediction.scores) + prediction.segments.len() * 20 + detail + events
    }
}
