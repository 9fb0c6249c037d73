//! What a file that was written holds when it is read again, counted against what it was written from.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::one_line;
use super::{Mark, Sheet};
use crate::base::{Modality, Time};

/// Of so many, how many are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Found in the file.
    pub kept: usize,
    /// Of how many.
    pub of: usize,
}

/// What of a sheet a file kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Events.
    pub events: Share,
    /// The furthest that an edge of a kept event moved.
    pub moved: Time,
    /// Scores of events.
    pub scores: Share,
    /// Whose word an event is.
    pub speakers: Share,
    /// Events that a person says do not happen.
    pub denied: Share,
    /// Masks.
    pub masks: Share,
    /// Seconds with their scores.
    pub seconds: Share,
}

impl Share {
    fn count(&mut self, kept: bool) {
        self.of += 1;
        self.kept += usize::from(kept);
    }
}

impl Kept {
    /// Compares what was written with what is read again.
    pub fn of(written: &Sheet, read: &Sheet) -> Self {
        let mut kept = Self::default();
        let mut found: HashMap<(Modality, String), Vec<&Mark>> = HashMap::new();
        for mark in &read.marks {
            found.entry(place(mark)).or_default().push(mark);
        }
        for mark in &written.marks {
            let here = found.get_mut(&place(mark));
            let nearest = here.and_then(|marks| take_nearest(marks, mark));
            kept.mark(mark, nearest);
        }
        let areas = |sheet: &Sheet| {
            sheet
                .masks
                .iter()
                .filter(|mask| mask.mask.area() > 0)
                .count()
        };
        kept.masks = Share {
            kept: areas(read).min(areas(written)),
            of: areas(written),
        };
        let scored = |sheet: &Sheet| {
            let seconds = sheet.seconds.iter();
            seconds
                .filter(|s| !s.audible.is_empty() || !s.visible.is_empty() || !s.both.is_empty())
                .count()
        };
        kept.seconds = Share {
            kept: scored(read).min(scored(written)),
            of: scored(written),
        };
        kept
    }

    fn mark(&mut self, mark: &Mark, found: Option<&Mark>) {
        match mark.by {
            super::By::Person { yes: false } => {
                return self.denied.count(found.is_some_and(|f| f.by == mark.by));
            }
            _ => self.events.count(found.is_some()),
        }
        if let Some(score) = mark.by.score() {
            let same = |other: f32| (other - score).abs() < 2e-6;
            self.scores
                .count(found.and_then(|f| f.by.score()).is_some_and(same));
        }
        if mark.by.is_person() || mark.by.is_model() {
            let kind = |m: &Mark| (m.by.is_person(), m.by.is_model());
            self.speakers
                .count(found.is_some_and(|f| kind(f) == kind(mark)));
        }
        if let Some(found) = found {
            self.moved = self.moved.max(distance(mark, found));
        }
    }

    /// What is not there, in words; empty where all is.
    pub fn lost(&self) -> Vec<String> {
        let parts = [
            (self.events, "events"),
            (self.scores, "scores of events"),
            (self.speakers, "whose word an event is"),
            (self.denied, "denied events"),
            (self.masks, "masks"),
            (self.seconds, "seconds' scores"),
        ];
        let lost = parts.into_iter().filter(|(share, _)| share.kept < share.of);
        let text = |(share, what): (Share, &str)| match share.kept {
            0 => format!("{what} (all {})", share.of),
            kept => format!("{what} ({} of {})", share.of - kept, share.of),
        };
        lost.map(text).collect()
    }
}

/// `12 of 12 events kept, moved by at most 0.4 ms; lost: masks (all 3)`.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Share { kept, of } = self.events;
        write!(f, "{kept} of {of} events kept")?;
        if self.masks.kept > 0 {
            write!(f, ", {} of {} masks", self.masks.kept, self.masks.of)?;
        }
        if kept > 0 {
            match self.moved.micros() {
                0 => f.write_str(", times exact")?,
                moved => write!(f, ", moved by at most {} ms", moved as f64 / 1e3)?,
            }
        }
        let lost = self.lost();
        match lost.is_empty() {
            true => f.write_str("; nothing lost"),
            false => write!(f, "; lost: {}", lost.join(", ")),
        }
    }
}

fn place(mark: &Mark) -> (Modality, String) {
    (mark.modality, one_line(&mark.label).into_owned())
}

fn distance(a: &Mark, b: &Mark) -> Time {
    let apart = |a: Time, b: Time| (a - b).max(b - a);
    apart(a.span.start, b.span.start).max(apart(a.span.end, b.span.end))
}

/// The nearest of some marks, taken out: each is found once. Further than a second away is another one.
fn take_nearest<'a>(marks: &mut Vec<&'a Mark>, wanted: &Mark) -> Option<&'a Mark> {
    let near = marks
        .iter()
        .enumerate()
        .min_by_key(|(_, mark)| distance(mark, wanted));
    let (place, mark) = near.map(|(place, mark)| (place, *mark))?;
    if distance(mark, wanted) > Time::SECOND {
        return None;
    }
    marks.remove(place);
    Some(mark)
}
