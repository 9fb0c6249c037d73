//! Search by example: the seconds of all analysed clips that are most like one.

use mettle_core::base::ClipId;
use mettle_core::engine::JobId;
use mettle_core::predict::{Likeness, Near};

use super::{Library, RowId};

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
    asked: Option<JobId>,
    found: Option<Vec<Found>>,
    unknown: bool,
}

impl AlikeView {
    /// It was asked; what was found before stays until the answer comes, where the second is the same.
    pub fn asked(&mut self, job: JobId, wish: AlikeWish) {
        let second = |wish: &AlikeWish| (wish.clip, wish.segment);
        if self.wish.as_ref().map(second) != Some(second(&wish)) {
            self.found = None;
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

    /// What was found, the likest first.
    pub fn found(&self) -> &[Found] {
        self.found.as_deref().unwrap_or_default()
    }
}
