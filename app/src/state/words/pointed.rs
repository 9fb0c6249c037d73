//! What the pointer or the keyboard is on.

use mettle_core::base::{Label, Time, TimeSpan};

/// An event of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its class.
    pub label: Label,
    /// From when to when it lasts.
    pub span: TimeSpan,
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
    /// Which lane, and its score there.
    pub score: Option<(Label, f32)>,
}
