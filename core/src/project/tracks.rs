//! Tracks: the events of one class, in one modality, along a clip.

use crate::base::{EventId, Label, Modality, TimeSpan};

/// Whose word an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The model's.
    #[default]
    Model,
    /// A person's, under the event's name.
    User(EventId),
}

/// One stretch of time in which a class happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// From its first segment to its last.
    pub span: TimeSpan,
    /// Mean score of its segments, 0 to 1; 1 where a person said so.
    pub score: f32,
    /// Whose word it is.
    pub source: Source,
}

/// The events of one class in one modality: sorted, disjoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The class.
    pub label: Label,
    /// How it is perceived.
    pub modality: Modality,
    /// When, in order and without overlap.
    pub events: Vec<Event>,
}

/// How many stretches of time events of a lane come to: those that touch are one, whoever said them.
pub fn stretches(events: &[Event]) -> usize {
    let touching = events
        .windows(2)
        .filter(|pair| pair[1].span.start <= pair[0].span.end);
    events.len() - touching.count()
}
