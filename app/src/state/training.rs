//! Training on the user's corrections: what runs, what came of it, and which head of a task is in use.

use std::collections::BTreeSet;
use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Label, LabelId, Labels, Modality, Task};
use mettle_core::engine::{FineTune, HeadLine, JobId, TrainedHead, TrainingCost, WhichHead};
use mettle_core::model::Calibration;
use mettle_core::predict::{Prediction, Thresholds, tracks_of};
use mettle_core::project::{ClipFacts, Corrections, Event, Track};
use mettle_core::train::{Duel, Epoch, FEW_CHANGE, Learns};

use super::subject::{happens_in, lane_of};
use super::{AppState, Shown, SpokenList};

/// What the window knows of training.
#[derive(Clone, Debug, Default)]
pub struct TrainingView {
    /// Clips that nothing is learned from: they show what a head does with clips that it never saw.
    pub held_out: BTreeSet<ClipId>,
    /// Whether a new head may say anything where nobody said anything, in place of staying near what the old one says.
    pub forgets: bool,
    /// Whether all of a head learns, or what is behind its distillers, where the user said so.
    pub relearns: Option<bool>,
    /// Whether each correction is learned at once.
    pub live: bool,
    /// When that is due, in egui's time.
    pub due: Option<f64>,
    /// What runs.
    pub run: Option<Run>,
    /// What it would cost, once measured, for which task.
    pub cost: Option<(Task, TrainingCost)>,
    /// What came of each epoch of the last training, and its task.
    pub curve: (Task, Vec<Epoch>),
    /// The head that came of it, as long as nobody decided about it.
    pub proposal: Option<Proposal>,
    /// The heads of this machine that read the model's backbones, once listed.
    pub heads: Arc<Vec<HeadLine>>,
    /// The one that was deleted last, while it can be brought back.
    pub removed: Option<RemovedHead>,
    /// Every clip of the project of which something is said, as its file had it; of those that are open, their rows know better.
    /// None until it is read.
    pub project: Option<Vec<(ClipFacts, Corrections)>>,
    /// How often that was read.
    pub read: u64,
    /// Every clip of which something is said, as the page lists them.
    pub spoken: SpokenList,
    /// Those that cannot be found: neither their features nor their files.
    pub missing: BTreeSet<ClipId>,
    /// Whether they are to be looked for.
    pub look: bool,
    /// The job that does.
    pub looking: Option<JobId>,
}

/// A training that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The engine's number for it.
    pub job: JobId,
    /// What it was asked.
    pub spec: FineTune,
    /// For which task.
    pub task: Task,
    /// Whether it follows a correction.
    pub live: bool,
    /// Whether it waits for the user.
    pub paused: bool,
    /// When it was asked for, in egui's time.
    pub began: f64,
    /// Whether its best head is to be kept once it has stopped.
    pub keeps_best: bool,
}

/// A new head beside the one in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What came of the training.
    pub trained: TrainedHead,
    /// Whether it followed a correction, and gives way to the next one.
    pub live: bool,
    /// Whether it learned words that were taken back meanwhile.
    pub outdated: bool,
}

/// A head that is off the list, and whose files are still there.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovedHead {
    /// Which.
    pub id: HeadId,
    /// The message that offers to bring it back.
    pub note: u64,
    /// What was to be decided about it, where it had come of the last training.
    pub proposal: Option<Proposal>,
}

/// Two heads' events on one clip, without the user's words.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Of the head in use.
    pub before: Vec<Track>,
    /// Of the new one.
    pub after: Vec<Track>,
}

impl Changes {
    /// At these thresholds.
    pub fn of(before: &Prediction, after: &Prediction, thresholds: &Thresholds) -> Self {
        Self {
            before: tracks_of(before, thresholds),
            after: tracks_of(after, thresholds),
        }
    }

    /// The events of a class, for the head in use and for the new one.
    pub fn of_lane(&self, label: &Label, modality: Modality) -> [&[Event]; 2] {
        [&self.before, &self.after].map(|tracks| lane_of(tracks, label, modality))
    }
}

impl TrainingView {
    /// The heads of a task, without a deleted one.
    pub fn heads_of(&self, task: Task) -> Vec<&HeadLine> {
        let gone = self.removed.as_ref().map(|removed| removed.id);
        let heads = self.heads.iter();
        heads
            .filter(|head| head.task == task && gone != Some(head.id))
            .collect()
    }

    /// What of a head learns.
    pub fn learns(&self) -> Learns {
        match self.relearns {
            Some(true) => Learns::Everything,
            Some(false) => Learns::Decision,
            None => FEW_CHANGE,
        }
    }
}

impl AppState {
    /// The head in use for a task.
    pub fn which_head(&self, task: Task) -> WhichHead {
        let chosen = self.settings.head_of(&self.model_choice, task);
        chosen.map_or(WhichHead::For(task), WhichHead::Named)
    }

    /// The same by its name, once it is known.
    pub fn head_in_use(&self, task: Task) -> Option<HeadId> {
        match self.which_head(task) {
            WhichHead::Named(id) => Some(id),
            WhichHead::For(task) => {
                let tasks = self.model.as_ref()?.tasks.iter();
                let own = tasks.clone().find(|info| info.task == task)?;
                Some(own.head)
            }
        }
    }

    /// The temperatures of a head, where some were fitted.
    pub fn temperatures(&self, task: Task, head: HeadId) -> Option<Arc<Calibration>> {
        let listed = self.training.heads.iter().find(|line| line.id == head);
        let own = || {
            let mut tasks = self.model.iter().flat_map(|model| &model.tasks);
            tasks.find(|info| info.task == task && info.head == head)
        };
        match listed {
            Some(line) => line.calibration.clone(),
            None => own()?.calibration.clone(),
        }
    }

    /// Those its scores go through before thresholds.
    pub fn calibrates(&self, task: Task, head: HeadId) -> Option<Arc<Calibration>> {
        let on = self.settings.calibrated;
        let fitted = on.then(|| self.temperatures(task, head)).flatten();
        fitted.filter(|fitted| fitted.changes())
    }

    /// The classes of a head, once it is known.
    pub(super) fn labels_of(&self, task: Task, id: HeadId) -> Option<Labels> {
        let listed = self.training.heads.iter().find(|head| head.id == id);
        let own = || {
            let tasks = &self.model.as_ref()?.tasks;
            let own = tasks.iter().find(|info| info.task == task)?;
            (own.head == id).then(|| own.labels.clone())
        };
        listed.map(|head| head.labels.clone()).or_else(own)
    }

    /// The new head's answer on the clip on screen, as far as it has come.
    pub fn proposed<'a>(&'a self, shown: Shown<'a>) -> Option<&'a Arc<Prediction>> {
        let proposal = self.training.proposal.as_ref()?;
        let head = &proposal.trained.head;
        let answer = shown.open.answers.of(head.task, head.id)?;
        (head.task == shown.task).then_some(&answer.prediction)
    }

    /// Both heads on what the user said of the clip on screen, at the thresholds in use.
    pub fn duel_here(&self, shown: Shown<'_>, changes: &Changes) -> Duel {
        let layers: &[Modality] = match shown.task {
            Task::Parse => &[Modality::Audible, Modality::Visible],
            Task::Localize | Task::Segment => &[Modality::AudioVisual],
        };
        let (Some(old), Some(new)) = (shown.prediction(), self.proposed(shown)) else {
            return Duel::default();
        };
        let done = shown.scored().min(new.scores.len());
        let said = &shown.row.corrected.shown().statements;
        let mut right = [Vec::new(), Vec::new()];
        let seconds = old.segments.get(..done).unwrap_or_default();
        let lanes = new.labels.iter().flat_map(|label| {
            let layers = layers.iter();
            layers.map(move |&modality| (label, modality))
        });
        for (label, modality) in lanes {
            let lane = changes.of_lane(label, modality);
            for verdict in said.verdicts(LabelId::named(label), modality) {
                let first = seconds.partition_point(|s| s.middle() < verdict.span.start);
                let spoken = seconds.iter().skip(first);
                for second in spoken.take_while(|s| s.middle() < verdict.span.end) {
                    let happens = lane.map(|events| happens_in(events, second.middle()));
                    right[0].push(happens[0] == verdict.yes);
                    right[1].push(happens[1] == verdict.yes);
                }
            }
        }
        Duel::of(&right[0], &right[1])
    }
}
