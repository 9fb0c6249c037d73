//! Search by example: the seconds of all analysed clips that are most like one.

use std::collections::BTreeSet;

use mettle_core::base::{ClipId, Label};
use mettle_core::engine::JobId;
use mettle_core::predict::{Likeness, Near};

use super::{AppState, Library, RowId};

/// Which second others are compared with, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlikeWish {
    /// Its clip.
    pub clip: ClipId,
    /// Which of the clip's seconds.
    pub segment: usize,
    /// By what.
    pub by: Likeness,
}

/// A second of a clip on the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Of which row.
    pub row: RowId,
    /// Which second of it.
    pub segment: usize,
    /// 1 for the same.
    pub likeness: f32,
}

/// What was asked last, and what was found.
#[derive(Clone, Debug, Default)]
pub struct AlikeView {
    /// What was asked last.
    pub wish: Option<AlikeWish>,
    /// The class that is said of those that are picked, once it was chosen.
    pub class: Option<Label>,
    asked: Option<JobId>,
    found: Option<Vec<Found>>,
    /// Which of these were picked, by their places.
    picked: BTreeSet<usize>,
    unknown: bool,
}

impl AlikeView {
    /// It was asked; what was found before stays until the answer comes, where the second is the same.
    pub fn asked(&mut self, job: JobId, wish: AlikeWish) {
        let second = |wish: &AlikeWish| (wish.clip, wish.segment);
        if self.wish.as_ref().map(second) != Some(second(&wish)) {
            self.found = None;
            self.picked.clear();
        }
        (self.wish, self.asked, self.unknown) = (Some(wish), Some(job), false);
    }

    /// Take in an answer: of clips that are still on the list.
    pub fn file(&mut self, job: JobId, found: Option<Vec<Near>>, library: &Library) {
        if self.asked != Some(job) {
            return;
        }
        self.unknown = found.is_none();
        let listed = found.into_iter().flatten().filter_map(|near| {
            Some(Found {
                row: library.of_clip(near.clip)?,
                segment: near.segment,
                likeness: near.likeness,
            })
        });
        self.found = Some(listed.collect());
        self.picked.clear();
    }

    /// A job has ended.
    pub fn ended(&mut self, job: JobId) {
        self.asked.take_if(|asked| *asked == job);
    }

    /// Whether the answer is still to come.
    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether the second was not analysed when it was asked about.
    pub fn is_unknown(&self) -> bool {
        self.unknown
    }

    /// Pick one of them, or not any more.
    pub fn pick(&mut self, place: usize, on: bool) {
        match on {
            true => drop(self.picked.insert(place)),
            false => drop(self.picked.remove(&place)),
        }
    }

    /// Pick none.
    pub fn pick_none(&mut self) {
        self.picked.clear();
    }

    /// Whether one of them is picked.
    pub fn is_picked(&self, place: usize) -> bool {
        self.picked.contains(&place)
    }

    /// Those that are picked.
    pub fn picked(&self) -> impl Iterator<Item = Found> {
        let found = self.found();
        self.picked
            .iter()
            .filter_map(|place| found.get(*place).copied())
    }

    /// What was found, the likest first.
    pub fn found(&self) -> &[Found] {
        self.found.as_deref().unwrap_or_default()
    }
}

impl AppState {
    /// The classes that can be said of seconds: those of the model, then those of the project.
    pub fn sayable(&self) -> Vec<Label> {
        let shown = self.shown().and_then(|shown| shown.prediction());
        let known = shown.map(|prediction| prediction.labels.iter().cloned().collect());
        let mut labels: Vec<Label> = known.unwrap_or_default();
        for class in self.library.classes.values() {
            let name = Label::from(class.name.as_str());
            if class.merged_into.is_none() && !labels.contains(&name) {
                labels.push(name);
            }
        }
        labels
    }

    /// The class that is said of seconds like one: the one that was chosen, else that of the lane, else what is shown of the second.
    pub fn alike_class(&self) -> Option<Label> {
        let chosen = self.alike.class.clone();
        let lane = || self.shown()?.row.view.lane.clone();
        let here = || {
            let (shown, segment) = (self.shown()?, self.current_segment()?);
            let at = shown.prediction()?.segments.get(segment)?.middle();
            let tracks = shown.tracks().iter();
            let here = tracks.filter(|track| track.events.iter().any(|e| e.span.contains(at)));
            here.map(|track| track.label.clone()).next()
        };
        let sayable = self.sayable();
        let first = || sayable.first().cloned();
        chosen
            .filter(|label| sayable.contains(label))
            .or_else(lane)
            .or_else(here)
            .or_else(first)
    }
}
