//! Training on the user's corrections: what is learned from, what runs, what came of it, and which head of a task is in use.

use std::collections::BTreeSet;
use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Label, LabelId, Labels, Modality, Said, Task, TimeSpan};
use mettle_core::engine::{
    FineTune, HeadChoice, HeadLine, JobId, TaughtClip, TrainedHead, TrainingCost, TrainingStage,
    WhichHead, said_labels, said_targets,
};
use mettle_core::predict::{Prediction, Thresholds, tracks_of};
use mettle_core::project::Track;
use mettle_core::train::{Duel, Epoch, FEW_STEPS, TrainConfig};

use super::subject::happens;
use super::{AppState, Row, Shown};

/// Optimiser steps at most of a training that follows each correction.
const LIVE_STEPS: usize = 40;

/// What the window knows of training.
#[derive(Clone, Debug, Default)]
pub struct TrainingView {
    /// Clips that nothing is learned from: they show what a head does with clips that it never saw.
    pub held_out: BTreeSet<ClipId>,
    /// Whether a new head may say anything where nobody said anything, in place of staying near what the old one says.
    pub forgets: bool,
    /// Whether each correction is learned at once.
    pub live: bool,
    /// When that is due, in egui's time.
    pub due: Option<f64>,
    /// What runs.
    pub run: Option<Run>,
    /// What it would cost, once measured.
    pub cost: Option<TrainingCost>,
    /// What came of each epoch of the last training.
    pub curve: Vec<Epoch>,
    /// The head that came of it, as long as nobody decided about it.
    pub proposal: Option<Proposal>,
    /// The heads of this machine that read the model's backbones, once listed.
    pub heads: Arc<Vec<HeadLine>>,
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

    /// Whether a class happens in a second, for the head in use and for the new one.
    pub fn happens(&self, label: &Label, modality: Modality, span: TimeSpan) -> [bool; 2] {
        let at = span.middle();
        [&self.before, &self.after].map(|tracks| happens(tracks, label, modality, at))
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

    /// The classes of the head in use.
    fn labels_in_use(&self, task: Task) -> Option<Labels> {
        let id = self.head_in_use(task)?;
        let listed = self.training.heads.iter().find(|head| head.id == id);
        let own = || {
            let tasks = &self.model.as_ref()?.tasks;
            let own = tasks.iter().find(|info| info.task == task)?;
            (own.head == id).then(|| own.labels.clone())
        };
        listed.map(|head| head.labels.clone()).or_else(own)
    }

    /// The clips of the list of which something is said, with the seconds of which it is.
    pub fn taught_rows(&self) -> Vec<(&Row, usize)> {
        let rows = self.library.rows().iter();
        let said = rows.filter_map(|row| {
            let clip = row.clip.as_ref()?;
            let statements = &row.corrected.shown().statements;
            if statements.is_empty() {
                return None;
            }
            let seconds = TimeSpan::seconds_of(clip.duration)
                .into_iter()
                .filter(|span| {
                    statements
                        .iter()
                        .any(|(_, said)| said.span.contains(span.middle()))
                });
            Some((row, seconds.count()))
        });
        said.filter(|(_, seconds)| *seconds > 0).collect()
    }

    /// What is to be learned now, from the head in use; none where nothing is said, or where the mode's task cannot learn from it.
    pub fn lesson(&self, stage: TrainingStage, live: bool) -> Option<FineTune> {
        let task = self.mode().task();
        if task == Task::Segment {
            return None;
        }
        let rows = self.taught_rows();
        let known = self.labels_in_use(task)?;
        let said: Vec<_> = rows
            .iter()
            .map(|(row, _)| &row.corrected.shown().statements)
            .collect();
        let labels = said_labels(&known, self.library.classes.values(), &said);
        let clips: Vec<TaughtClip> = rows
            .iter()
            .filter_map(|(row, _)| {
                let clip = row.clip.clone()?;
                let spans = TimeSpan::seconds_of(clip.duration);
                Some(TaughtClip {
                    targets: said_targets(row.corrected.shown(), &labels, &spans),
                    held_out: self.training.held_out.contains(&clip.id),
                    clip,
                })
            })
            .collect();
        let learned = clips.iter().filter(|clip| !clip.held_out).count();
        let said: usize = rows.iter().map(|(_, seconds)| seconds).sum();
        let proposal = self
            .training
            .proposal
            .as_ref()
            .filter(|old| old.live && live);
        (learned > 0).then(|| FineTune {
            head: HeadChoice {
                model: self.model_choice.clone(),
                which: self.which_head(task),
            },
            name: match learned {
                1 => format!("{said} s corrected in one clip"),
                _ => format!("{said} s corrected in {learned} clips"),
            },
            labels,
            clips,
            pseudo_labels: !self.training.forgets,
            config: TrainConfig::few_clips(
                task,
                learned,
                if live { LIVE_STEPS } else { FEW_STEPS },
            ),
            stage,
            replaces: proposal.map(|old| old.trained.head.id),
        })
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
        for label in new.labels.iter() {
            for span in old.segments.get(..done).unwrap_or_default() {
                for &modality in layers {
                    let word = said.said(LabelId::named(label), modality, span.middle());
                    if word == Said::Unknown {
                        continue;
                    }
                    let happens = changes.happens(label, modality, *span);
                    right[0].push(Said::from(happens[0]) == word);
                    right[1].push(Said::from(happens[1]) == word);
                }
            }
        }
        Duel::of(&right[0], &right[1])
    }
}
