//! A row of the clip list: what is known of a file without anything of its content. Ten thousand of them are a few megabytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{ClipId, Label, LabelId, Problem, Task, Time, TimeSpan};
use mettle_core::media::{Clip, RgbFrame};
use mettle_core::model::ModelInfo;
use mettle_core::project::{Class, Names, Track, merge};

use super::{Chosen, Corrected, Known, RowId, file_name};

/// A file of the list, from the wish to open it on.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which row.
    pub id: RowId,
    /// The file.
    pub path: PathBuf,
    /// What it is, once it was opened.
    pub clip: Option<Arc<Clip>>,
    /// Stands for it on the list; very small.
    pub cover: Option<Arc<RgbFrame>>,
    /// How far the model has come with it, task by task.
    pub standing: BTreeMap<Task, Standing>,
    /// What the model was asked. What was cancelled is not asked again by itself.
    pub asked: BTreeSet<Task>,
    /// Why it could not be opened or analysed.
    pub failure: Option<Box<Problem>>,
    /// Whether the file was not there when it could not be opened.
    pub file_gone: bool,
    /// What the user decided about the clip.
    pub corrected: Corrected,
    /// What results that were computed elsewhere say of it.
    pub known: Option<Arc<Known>>,
    /// The classes it has events of, task by task.
    pub happening: BTreeMap<Task, BTreeSet<Label>>,
    /// Whether the user marked it, to do something with several.
    pub marked: bool,
    /// How the user looks at it.
    pub view: ClipView,
}

/// How far the model has come with a clip for one task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many seconds have scores.
    pub scored: usize,
    /// Whether all have.
    pub complete: bool,
    /// How many events there were, and at which revision of the thresholds: another one may give others.
    pub events: (u64, usize),
}

/// How the user looks at a clip: kept while another one is on screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClipView {
    /// Where the timeline starts, in seconds.
    pub start: f64,
    /// How much time it shows, in seconds; 0 until the clip is open.
    pub span: f64,
    /// The lane the keyboard is on.
    pub lane: Option<Label>,
    /// The event the keyboard or the pointer chose.
    pub chosen: Option<Chosen>,
    /// Where the selection starts; the clip's start if only its end is marked.
    pub mark_in: Option<Time>,
    /// Where it ends; the clip's end if only its start is marked.
    pub mark_out: Option<Time>,
    /// Where the playhead was when another clip was chosen.
    pub time: Time,
}

impl Row {
    /// A file about to be opened.
    pub fn new(id: RowId, path: PathBuf) -> Self {
        Self {
            id,
            path,
            clip: None,
            cover: None,
            standing: BTreeMap::new(),
            asked: BTreeSet::new(),
            failure: None,
            file_gone: false,
            corrected: Corrected::Unread,
            known: None,
            happening: BTreeMap::new(),
            marked: false,
            view: ClipView::default(),
        }
    }

    /// The file's name.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }

    /// The clip's length, zero until it is open.
    pub fn duration(&self) -> Time {
        self.clip.as_ref().map_or(Time::ZERO, |clip| clip.duration)
    }

    /// The classes it has events of, here or elsewhere; some more than once.
    pub fn classes(&self) -> impl Iterator<Item = &Label> {
        let known = self.known.iter().flat_map(|known| known.classes.iter());
        self.happening.values().flatten().chain(known)
    }

    /// Whether it has events of a class.
    pub fn has_class(&self, class: &Label) -> bool {
        self.classes().any(|own| own == class)
    }

    /// How many of its seconds are neither found right nor flagged.
    pub fn unreviewed(&self) -> usize {
        let said = self.corrected.shown();
        let all = TimeSpan::count_of(self.duration());
        all.saturating_sub(said.reviewed.len() + said.flags.len())
    }

    /// Which share of its seconds was found right, 0 to 1.
    pub fn reviewed_share(&self) -> f32 {
        let all = TimeSpan::count_of(self.duration()).max(1);
        (self.corrected.shown().reviewed.len() as f32 / all as f32).min(1.0)
    }

    /// How many events it has: of the answers here, else of results computed elsewhere.
    pub fn events(&self) -> usize {
        let here = self.standing.values().find(|standing| standing.complete);
        let known = || {
            self.known
                .as_ref()
                .map_or(0, |known| known.clip.events as usize)
        };
        here.map_or_else(known, |standing| standing.events.1)
    }

    /// The highest score that results computed elsewhere give it; below all scores where there are none.
    pub fn score(&self) -> f32 {
        let known = self.known.as_ref();
        known.and_then(|known| known.clip.score).unwrap_or(-1.0)
    }

    /// Whether it could not be opened or analysed, here or elsewhere.
    pub fn has_failed(&self) -> bool {
        let elsewhere = |known: &Arc<Known>| known.clip.failure.is_some();
        self.failure.is_some()
            || (self.clip.is_none() && self.known.as_ref().is_some_and(elsewhere))
    }

    /// Whether it could not be opened because the file is not there.
    pub fn is_missing(&self) -> bool {
        self.clip.is_none() && self.failure.is_some() && self.file_gone
    }

    /// Whether it is this clip.
    pub fn is_of(&self, clip: ClipId) -> bool {
        self.clip.as_ref().is_some_and(|own| own.id == clip)
    }

    /// What is between the marks, or else the chosen event.
    pub fn selection(&self) -> Option<TimeSpan> {
        let view = &self.view;
        if view.mark_in.is_none() && view.mark_out.is_none() {
            return view.chosen.as_ref().map(|chosen| chosen.span);
        }
        let start = view.mark_in.unwrap_or(Time::ZERO);
        let end = view.mark_out.unwrap_or(self.duration());
        (start < end).then(|| TimeSpan::new(start, end))
    }

    /// A model's events with the user's word over them; `labels` are those that models know.
    pub fn said_over<'a>(
        &self,
        by_model: &[Track],
        labels: impl Iterator<Item = &'a Label>,
        classes: &BTreeMap<LabelId, Class>,
    ) -> Vec<Track> {
        let said = &self.corrected.shown().statements;
        merge(by_model, said, &Names::of(labels, classes))
    }

    /// Whether results computed elsewhere hold what a model would say of it: the file is the one they are of.
    pub fn is_answered(&self, task: Task, model: &ModelInfo) -> bool {
        let same = |known: &Known| self.clip.as_ref().map(|clip| clip.id) == known.id();
        let known = self.known.as_deref().filter(|known| same(known));
        known.is_some_and(|known| known.answers(task, model))
    }

    /// How far the model has come with it for a task.
    pub fn standing_of(&self, task: Task) -> Standing {
        self.standing.get(&task).copied().unwrap_or_default()
    }
}
