//! The events of an answer: by lane, and in one list.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use mettle_core::base::{EventId, Modality, TimeSpan};
use mettle_core::project::{Source, Track};

use super::{Happening, LaneEvent};

/// What happens, lane by lane. The list of it is made when it is first asked for: a page shows it in every frame.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    tracks: Vec<Track>,
    listed: OnceLock<Vec<LaneEvent>>,
}

impl Tracks {
    /// These.
    pub fn new(tracks: Vec<Track>) -> Self {
        Self {
            tracks,
            listed: OnceLock::new(),
        }
    }

    /// Lane by lane.
    pub fn all(&self) -> &[Track] {
        &self.tracks
    }

    /// Every event, in time. What the user says to be both heard and seen is one event, though it is heard and is seen, too.
    pub fn listed(&self) -> &[LaneEvent] {
        self.listed.get_or_init(|| list(&self.tracks))
    }
}

fn list(tracks: &[Track]) -> Vec<LaneEvent> {
    let each = tracks.iter().flat_map(|track| {
        track.events.iter().map(|event| LaneEvent {
            what: Happening {
                label: track.label.clone(),
                modality: track.modality,
                span: event.span,
            },
            source: event.source,
            score: event.score,
        })
    });
    let mut events: Vec<LaneEvent> = each.collect();
    let is_both = |event: &LaneEvent| event.what.modality == Modality::AudioVisual;
    let both = events.iter().filter(|event| is_both(event));
    let both: BTreeSet<(EventId, TimeSpan)> = both.filter_map(word_of).collect();
    events
        .retain(|event| is_both(event) || word_of(event).is_none_or(|word| !both.contains(&word)));
    events.sort_by_key(|event| (event.what.span, event.what.modality));
    events
}

/// The name and the time of the user's word.
fn word_of(event: &LaneEvent) -> Option<(EventId, TimeSpan)> {
    match event.source {
        Source::User(name) => Some((name, event.what.span)),
        Source::Model => None,
    }
}
