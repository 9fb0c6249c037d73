//! What is to be learned: every clip of the project of which something is said, whether it is open here or not, and the head to go
//! on from.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Labels, Task, Time, TimeSpan};
use mettle_core::data::Targets;
use mettle_core::engine::{
    FineTune, HeadChoice, HeadLine, Learned, TaughtClip, TrainingStage, WhichHead, clean_head,
    said_labels, said_targets, said_words,
};
use mettle_core::media::Clip;
use mettle_core::project::Corrections;
use mettle_core::train::{FEW_STEPS, TrainConfig};

use super::{AppState, Corrected};

/// Optimiser steps at most of a training that follows each correction.
const LIVE_STEPS: usize = 40;

/// A clip of which something is said.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// Its content.
    pub id: ClipId,
    /// Where it lies, or lay last.
    pub path: &'a Path,
    /// How long it is.
    pub duration: Time,
    /// As it was opened, where it is on the list.
    pub open: Option<&'a Arc<Clip>>,
    /// What is said of it.
    pub said: &'a Corrections,
    /// Of how many seconds.
    pub seconds: usize,
    /// Whether nothing is learned from it.
    pub held_out: bool,
}

/// What a task learns of clips, over some classes.
struct Lesson {
    labels: Labels,
    targets: Vec<Targets>,
    /// Of the clips that are not held out.
    words: Learned,
}

impl AppState {
    /// The clips of which something is said that a task can learn: those of the list, then the project's others.
    pub fn spoken_of(&self, task: Task) -> Vec<Spoken<'_>> {
        let rows = self.library.rows().iter();
        let open = rows.filter_map(|row| {
            let clip = row.clip.as_ref()?;
            let read = matches!(row.corrected, Corrected::Open(_));
            read.then(|| {
                self.spoken(
                    task,
                    clip.id,
                    &clip.path,
                    clip.duration,
                    row.corrected.shown(),
                )
            })
        });
        let listed = |id: ClipId| {
            let row = self.library.of_clip(id).and_then(|id| self.library.row(id));
            row.is_some_and(|row| matches!(row.corrected, Corrected::Open(_)))
        };
        let project = self.training.project.iter().flatten();
        let others = project.filter(|(facts, _)| !listed(facts.id));
        let others = others
            .map(|(facts, said)| self.spoken(task, facts.id, &facts.path, facts.duration, said));
        open.chain(others).filter(|clip| clip.seconds > 0).collect()
    }

    fn spoken<'a>(
        &'a self,
        task: Task,
        id: ClipId,
        path: &'a Path,
        duration: Time,
        said: &'a Corrections,
    ) -> Spoken<'a> {
        let row = self.library.of_clip(id).and_then(|id| self.library.row(id));
        Spoken {
            id,
            path,
            duration,
            open: row.and_then(|row| row.clip.as_ref()),
            said,
            seconds: seconds_of(task, said, duration),
            held_out: self.training.held_out.contains(&id),
        }
    }

    /// What is to be learned now; none where nothing is said. It begins with the head in use, or where that learned what is not
    /// said any more, or what is held out by now, with the nearest before it that did not.
    pub fn lesson(&self, stage: TrainingStage, live: bool) -> Option<FineTune> {
        let task = self.mode().task();
        let clips = self.spoken_of(task);
        let learned: Vec<&Spoken<'_>> = clips.iter().filter(|clip| !clip.held_out).collect();
        if learned.is_empty() {
            return None;
        }
        let in_use = self.head_in_use(task)?;
        let lesson = self.lesson_of(task, in_use, &clips)?;
        let clean = clean_head(&self.training.heads, in_use, &lesson.words);
        let which = clean.map_or(WhichHead::For(task), WhichHead::Named);
        let lesson = match which == self.which_head(task) {
            true => lesson,
            false => {
                let mut tasks = self.model.as_ref()?.tasks.iter();
                let own = tasks.find(|info| info.task == task)?.head;
                self.lesson_of(task, clean.unwrap_or(own), &clips)?
            }
        };
        let said: usize = learned.iter().map(|clip| clip.seconds).sum();
        let proposal = self.training.proposal.as_ref();
        let replaced = proposal.filter(|old| old.live && live && old.trained.head.task == task);
        Some(FineTune {
            head: HeadChoice {
                model: self.model_choice.clone(),
                which,
            },
            name: match learned.len() {
                1 => format!("{said} s corrected in one clip"),
                count => format!("{said} s corrected in {count} clips"),
            },
            config: self.how(task, learned.len(), live),
            clips: clips.iter().zip(lesson.targets).map(taught).collect(),
            labels: lesson.labels,
            pseudo_labels: !self.training.forgets,
            stage,
            replaces: replaced.map(|old| old.trained.head.id),
        })
    }

    /// How it is learned.
    fn how(&self, task: Task, clips: usize, live: bool) -> TrainConfig {
        let steps = if live { LIVE_STEPS } else { FEW_STEPS };
        TrainConfig {
            learns: self.training.learns(),
            ..TrainConfig::few_clips(task, clips, steps)
        }
    }

    /// Over the classes of a head, and those of the user's that it does not know.
    fn lesson_of(&self, task: Task, head: HeadId, clips: &[Spoken<'_>]) -> Option<Lesson> {
        let known = self.labels_of(task, head)?;
        let said: Vec<_> = clips.iter().map(|clip| &clip.said.statements).collect();
        let labels = match task {
            // What a mask is called is the head's.
            Task::Segment => known,
            Task::Localize | Task::Parse => {
                said_labels(&known, self.library.classes.values(), &said)
            }
        };
        let targets = clips.iter().map(|clip| {
            let spans = TimeSpan::seconds_of(clip.duration);
            match task {
                Task::Segment => said_targets(clip.said, &labels, &spans),
                Task::Localize | Task::Parse => said_words(&clip.said.statements, &labels, &spans),
            }
        });
        let targets: Vec<Targets> = targets.collect();
        let learned = clips
            .iter()
            .zip(&targets)
            .filter(|(clip, _)| !clip.held_out);
        let words = learned.map(|(clip, targets)| (clip.id, targets));
        let words = Learned::of(task, &labels, words);
        Some(Lesson {
            labels,
            targets,
            words,
        })
    }

    /// Whether a head learned words that are not said any more, or are held out by now.
    pub fn is_outdated(&self, head: &HeadLine) -> bool {
        let clips = self.spoken_of(head.task);
        let lesson = self.lesson_of(head.task, head.id, &clips);
        lesson.is_some_and(|lesson| !head.taught.is_within(&lesson.words))
    }
}

fn taught((clip, targets): (&Spoken<'_>, Targets)) -> TaughtClip {
    let closed = || {
        Arc::new(Clip {
            id: clip.id,
            path: clip.path.to_owned(),
            duration: clip.duration,
            video: None,
            audio: None,
        })
    };
    TaughtClip {
        clip: clip.open.cloned().unwrap_or_else(closed),
        opened: clip.open.is_some(),
        targets,
        held_out: clip.held_out,
    }
}

/// Of how many seconds something is said, or drawn.
fn seconds_of(task: Task, said: &Corrections, duration: Time) -> usize {
    let spans: Vec<TimeSpan> = match task {
        Task::Segment => said.masks.keys().map(|(span, _)| *span).collect(),
        Task::Localize | Task::Parse => said.statements.iter().map(|(_, said)| said.span).collect(),
    };
    if spans.is_empty() {
        return 0;
    }
    let seconds = TimeSpan::seconds_of(duration);
    let mut spoken_of = BTreeSet::new();
    for span in spans {
        let first = seconds.partition_point(|second| second.middle() < span.start);
        let after = seconds.partition_point(|second| second.middle() < span.end);
        spoken_of.extend(first..after);
    }
    spoken_of.len()
}
