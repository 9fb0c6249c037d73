//! What the pointer or the keyboard is on.

use mettle_core::base::{Label, Modality, Time, TimeSpan};
use mettle_core::project::Source;

/// An event of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its class.
    pub label: Label,
    /// From when to when it lasts.
    pub span: TimeSpan,
}

/// That a class happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// The class.
    pub label: Label,
    /// Heard, seen, or both.
    pub modality: Modality,
    /// From when to when.
    pub span: TimeSpan,
}

/// An event as it is shown, the user's or the model's.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneEvent {
    /// What happens.
    pub what: Happening,
    /// Whose word it is.
    pub source: Source,
    /// Mean score of its segments, 0 to 1; 1 where the user said so.
    pub score: f32,
}

/// What a correction is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The class.
    pub label: Label,
    /// From when to when.
    pub span: TimeSpan,
}

/// What is under the pointer on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    /// The time under the pointer.
    pub time: Time,
    /// Which lane, and its scores there: `Dog heard 0.81 · seen 0.40`.
    pub scores: Option<String>,
}
