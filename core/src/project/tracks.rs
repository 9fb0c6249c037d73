//! Tracks: the events of one class, in one modality, along a clip.

use serde::{Deserialize, Serialize};

use crate::base::{Label, Modality, TimeSpan};

/// One stretch of time in which a class happens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub span: TimeSpan,
    /// Mean score of its segments, 0 to 1.
    pub score: f32,
}

/// The events of one class in one modality: sorted, disjoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// The class.
    pub label: Label,
    /// How it is perceived.
    pub modality: Modality,
    /// When, in order and without overlap.
    pub events: Vec<Event>,
}
