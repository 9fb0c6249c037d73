//! The events of an answer: by lane, and in one list.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use mettle_core::base::{EventId, Modality, TimeSpan};
use mettle_core::predict::{Prediction, Thresholds, tracks_of};
use mettle_core::project::{Source, Track};

use super::{Happening, LaneEvent};

/// What happens, lane by lane. The list of it is made when it is first asked for: a page shows it in every frame.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    tracks: Vec<Track>,
    by_model: Arc<ByModel>,
    listed: OnceLock<Vec<LaneEvent>>,
}

/// What the model alone says at some thresholds: the same however much is corrected.
#[derive(Clone, Debug, Default)]
pub struct ByModel {
    /// Lane by lane.
    pub tracks: Vec<Track>,
    thresholds: Option<Thresholds>,
}

impl ByModel {
    /// What a prediction gives at these thresholds.
    pub fn of(prediction: &Prediction, thresholds: Thresholds) -> Self {
        Self {
            tracks: tracks_of(prediction, &thresholds),
            thresholds: Some(thresholds),
        }
    }
}

impl Tracks {
    /// What is shown, and what of it is the model's.
    pub fn new(tracks: Vec<Track>, by_model: Arc<ByModel>) -> Self {
        Self {
            tracks,
            by_model,
            listed: OnceLock::new(),
        }
    }

    /// What the model alone says, if these are the thresholds it was asked at.
    pub fn by_model_at(&self, thresholds: &Thresholds) -> Option<&Arc<ByModel>> {
        let same = self.by_model.thresholds.as_ref() == Some(thresholds);
        same.then_some(&self.by_model)
    }

    /// What the model alone says.
    pub fn by_model(&self) -> &[Track] {
        &self.by_model.tracks
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
