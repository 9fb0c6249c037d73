//! What the user decided about a clip, and the edits that change it. Pure: each edit gives the one that takes it back.

use serde::{Deserialize, Serialize};

use super::MaskThresholds;

/// How many edits can be taken back.
const KEPT: usize = 500;

/// What the user decided about one clip. No prediction ever changes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Corrections {
    /// Above which probability a place of its masks sounds.
    pub masks: MaskThresholds,
}

/// One change of a clip's corrections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// The threshold of the clip's masks.
    MaskThreshold(f32),
    /// The threshold of one second's mask; none for that of the clip.
    MaskThresholdOf {
        /// Its place among the clip's segments.
        second: usize,
        /// 0 to 1.
        value: Option<f32>,
    },
    /// All of them at once.
    MaskThresholds(MaskThresholds),
}

impl Edit {
    /// What it changes, for people.
    pub fn text(&self) -> String {
        match self {
            Self::MaskThreshold(_) => "mask threshold".to_owned(),
            Self::MaskThresholdOf { second, .. } => format!("mask threshold of second {second}"),
            Self::MaskThresholds(_) => "mask thresholds".to_owned(),
        }
    }

    /// Whether the two change the same thing, so that the later one can stand for both.
    fn same_target(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MaskThreshold(_), Self::MaskThreshold(_))
            | (Self::MaskThresholds(_), Self::MaskThresholds(_)) => true,
            (
                Self::MaskThresholdOf { second: one, .. },
                Self::MaskThresholdOf { second: two, .. },
            ) => one == two,
            _ => false,
        }
    }
}

impl Corrections {
    /// Carry an edit out; gives the one that takes it back.
    pub fn apply(&mut self, edit: Edit) -> Edit {
        let clamped = |value: f32| value.clamp(0.0, 1.0);
        match edit {
            Edit::MaskThreshold(value) => {
                Edit::MaskThreshold(std::mem::replace(&mut self.masks.clip, clamped(value)))
            }
            Edit::MaskThresholdOf { second, value } => {
                let seconds = &mut self.masks.seconds;
                let before = match value {
                    Some(value) => seconds.insert(second, clamped(value)),
                    None => seconds.remove(&second),
                };
                Edit::MaskThresholdOf {
                    second,
                    value: before,
                }
            }
            Edit::MaskThresholds(all) => {
                Edit::MaskThresholds(std::mem::replace(&mut self.masks, all))
            }
        }
    }
}

/// A clip's corrections with the edits that can be taken back and done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// How things stand.
    pub corrections: Corrections,
    /// What takes the last edits back, the newest last.
    pub(super) done: Vec<Edit>,
    /// What does edits again that were taken back, the next one last.
    pub(super) undone: Vec<Edit>,
}

impl Work {
    /// Carry an edit out. With `goes_on`, an edit that goes on with the last one (a handle still held): both are taken back
    /// as one. Says whether anything changed.
    pub fn edit(&mut self, edit: Edit, goes_on: bool) -> bool {
        let before = self.corrections.clone();
        let back = self.corrections.apply(edit);
        if self.corrections == before {
            return false;
        }
        self.undone.clear();
        let merged = goes_on && self.done.last().is_some_and(|last| last.same_target(&back));
        if !merged {
            self.done.push(back);
            let too_many = self.done.len().saturating_sub(KEPT);
            self.done.drain(..too_many);
        }
        true
    }

    /// Take the last edit back. Says what it changed.
    pub fn undo(&mut self) -> Option<String> {
        let edit = self.done.pop()?;
        let text = edit.text();
        self.undone.push(self.corrections.apply(edit));
        Some(text)
    }

    /// Do the edit again that was taken back last. Says what it changed.
    pub fn redo(&mut self) -> Option<String> {
        let edit = self.undone.pop()?;
        let text = edit.text();
        self.done.push(self.corrections.apply(edit));
        Some(text)
    }
}
