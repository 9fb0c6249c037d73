//! Events taken by their edges, split, put on another lane or taken away, and the moments a drag snaps to. Pure: gives changes,
//! carries none out.

use mettle_core::base::{EventId, LabelId, Modality, Said, Time, TimeSpan};
use mettle_core::project::{Change, Source};

use super::{AppState, Happening, LaneEvent, Shown, TimeAxis, word};

/// A drag this near to an edge snaps to it, in points.
const NEAR: f32 = 7.0;

impl Shown<'_> {
    /// Where events begin and end, and the marks.
    fn edges(&self) -> impl Iterator<Item = Time> {
        let events = self.tracks().iter().flat_map(|track| &track.events);
        let edges = events.flat_map(|event| [event.span.start, event.span.end]);
        let marks = [self.row.view.mark_in, self.row.view.mark_out];
        edges.chain(marks.into_iter().flatten())
    }

    /// The moment under a place of the screen; near an event's edge or a mark that one, unless the user wants it exact. Whole seconds
    /// count, too, where an edge is what is dragged.
    pub fn snapped(&self, axis: &TimeAxis, x: f32, seconds: bool, exact: bool) -> Time {
        let time = axis.time_from_screen(x.clamp(axis.left, axis.right));
        if exact {
            return time;
        }
        let whole = Time::from_secs_f64(time.as_secs_f64().round());
        let near = self.edges().chain(seconds.then_some(whole));
        let away = |edge: &Time| (axis.screen_from_time(*edge) - x).abs();
        let near = near.filter(|edge| away(edge) <= NEAR);
        near.min_by(|a, b| away(a).total_cmp(&away(b)))
            .unwrap_or(time)
    }
}

impl AppState {
    /// What makes an event another one: longer or shorter, of another class, heard instead of seen; or none any more. Where it is not
    /// any more it is denied if the model says it there, and else nothing is said.
    pub fn reshaped(&self, from: &LaneEvent, to: Option<&Happening>) -> Vec<Change> {
        let (old, label) = (&from.what, LabelId::named(&from.what.label));
        let same_lane = |to: &&Happening| (&to.label, to.modality) == (&old.label, old.modality);
        let stays = to.filter(same_lane);
        let said = to.map(|to| {
            let own = self.own_word(from).filter(|_| stays.is_some());
            Change::Say {
                event: own.unwrap_or_else(EventId::fresh),
                label: LabelId::named(&to.label),
                modality: to.modality,
                span: to.span,
                said: Said::Yes,
            }
        });
        let gone = match stays {
            Some(to) => old.span.without(to.span).into_iter().flatten().collect(),
            None => vec![old.span],
        };
        let gone = gone
            .into_iter()
            .flat_map(|part| self.unsaid(old, label, part));
        match stays {
            Some(_) => said.into_iter().chain(gone).collect(),
            None => gone.chain(said).collect(),
        }
    }

    /// What cuts an event in two at a moment inside it: each part can be taken by itself from then on.
    pub fn split(&self, event: &LaneEvent, at: Time) -> Vec<Change> {
        let Happening {
            label,
            modality,
            span,
        } = &event.what;
        let label = LabelId::named(label);
        let first = Change::Say {
            event: self.own_word(event).unwrap_or_else(EventId::fresh),
            label,
            modality: *modality,
            span: TimeSpan::new(span.start, at),
            said: Said::Yes,
        };
        let second = word(label, *modality, TimeSpan::new(at, span.end), Said::Yes);
        vec![first, second]
    }

    /// The event under the playhead that a key speaks of: the chosen one, else one of the chosen lane.
    pub fn event_here(&self) -> Option<LaneEvent> {
        let shown = self.shown()?;
        let now = self.player.time;
        let view = &shown.row.view;
        let inside = |event: &&LaneEvent| event.what.span.start < now && now < event.what.span.end;
        let wanted = |event: &&LaneEvent| match (&view.chosen, &view.lane) {
            (Some(chosen), _) => event.what.label == chosen.label && event.what.span == chosen.span,
            (None, Some(lane)) => event.what.label == *lane,
            (None, None) => false,
        };
        let mut events = shown.lane_events().iter();
        events.find(|event| inside(event) && wanted(event)).cloned()
    }

    /// The name of the user's word that is all of an event and nothing else.
    fn own_word(&self, event: &LaneEvent) -> Option<EventId> {
        let Source::User(name) = event.source else {
            return None;
        };
        let statements = &self.shown()?.row.corrected.shown().statements;
        let said = statements.get(name)?;
        let Happening {
            label,
            modality,
            span,
        } = &event.what;
        let same =
            (said.label, said.modality, said.span) == (LabelId::named(label), *modality, *span);
        same.then_some(name)
    }

    /// Nothing said of a part of an event any more; where the model says it, that it is not so.
    fn unsaid(&self, event: &Happening, label: LabelId, part: TimeSpan) -> Vec<Change> {
        let mut changes = vec![word(label, event.modality, part, Said::Unknown)];
        let denied = self.models_spans(event, event.modality);
        let denied = denied
            .into_iter()
            .filter_map(|span| span.intersection(part));
        changes.extend(denied.map(|span| word(label, event.modality, span, Said::No)));
        changes
    }

    /// Where the model says a class, at the thresholds in use.
    fn models_spans(&self, event: &Happening, modality: Modality) -> Vec<TimeSpan> {
        let tracks = self.shown().map_or(&[][..], |shown| shown.models_tracks());
        let of_lane = tracks
            .iter()
            .filter(|track| track.label == event.label && track.modality == modality);
        of_lane
            .flat_map(|track| track.events.iter().map(|event| event.span))
            .collect()
    }
}
