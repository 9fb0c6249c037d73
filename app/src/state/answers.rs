//! What heads said of a clip. A task may have answers of several heads, of which one is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use mettle_core::base::{HeadId, Task};
use mettle_core::model::Calibration;
use mettle_core::predict::{Detail, Prediction, PredictionPart};

use super::Tracks;

/// What one head said of a clip.
#[derive(Clone, Debug)]
pub struct Answer {
    /// As far as it has come, as it is shown: after the head's temperatures, where these are switched on.
    pub prediction: Arc<Prediction>,
    /// As the head said it, where that is not what is shown.
    pub plain: Option<Arc<Prediction>>,
    /// Whether all seconds are scored.
    pub complete: bool,
    /// The events, at the thresholds of this revision.
    pub tracks: Arc<Tracks>,
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

    /// Whose answers there are.
    pub fn heads(&self) -> impl Iterator<Item = (Task, HeadId)> {
        self.by_head.keys().copied()
    }

    /// A head's temperatures are switched on, or off: what it said is shown so.
    pub fn recalibrate(&mut self, task: Task, head: HeadId, by: Option<&Calibration>) {
        if let Some(answer) = self.by_head.get_mut(&(task, head)) {
            answer.recalibrate(by);
        }
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
    /// All that a head says, its scores through its temperatures where given.
    pub fn whole(prediction: Prediction, by: Option<&Calibration>) -> Self {
        let mut this = Self {
            prediction: Arc::new(prediction),
            plain: None,
            complete: true,
            tracks: Arc::default(),
            // None yet.
            revision: u64::MAX,
        };
        this.recalibrate(by);
        this
    }

    /// What was known of what a head says, and a part more. `None` where that does not go on from it.
    pub fn joined(
        known: Option<Self>,
        part: PredictionPart,
        by: Option<&Calibration>,
    ) -> Option<Self> {
        let (shown, plain) =
            known.map_or((None, None), |known| (Some(known.prediction), known.plain));
        let (prediction, plain) = match (by, plain) {
            (None, plain) => (part.join(plain.or(shown))?, None),
            (Some(by), Some(plain)) => {
                let tempered = part.clone().calibrated(by);
                (tempered.join(shown)?, Some(part.join(Some(plain))?))
            }
            (Some(by), None) => {
                let plain = part.join(shown)?;
                (Arc::new(plain.calibrated(by)), Some(plain))
            }
        };
        Some(Self {
            prediction,
            plain,
            complete: false,
            tracks: Arc::default(),
            // None yet.
            revision: u64::MAX,
        })
    }

    fn recalibrate(&mut self, by: Option<&Calibration>) {
        let plain = self.plain.take();
        let plain = plain.unwrap_or_else(|| Arc::clone(&self.prediction));
        (self.prediction, self.plain) = match by {
            Some(by) => (Arc::new(plain.calibrated(by)), Some(plain)),
            None => (plain, None),
        };
        self.revision = u64::MAX;
    }

    fn bytes(&self) -> usize {
        let rows = |rows: &[Vec<f32>]| -> usize { rows.iter().map(|row| row.len() * 4 + 24).sum() };
        let copies = 1 + usize::from(self.plain.is_some());
        let prediction = &self.prediction;
        let detail = match &prediction.detail {
            Detail::Localized { event } => event.len() * 4,
            Detail::Parsed { audible, visible } => rows(audible) + rows(visible),
            Detail::Segmented { masks } => masks.iter().map(|m| m.width() * m.height() * 2).sum(),
        };
        let events: usize = self
            .tracks
            .all()
            .iter()
            .map(|track| track.events.len() * 32 + 64)
            .sum();
        copies * (rows(&prediction.scores) + prediction.segments.len() * 20 + detail) + events
    }
}
