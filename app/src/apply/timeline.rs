//! The timeline: its view, lanes, events and the selection.

use mettle_core::base::{Label, Time, TimeSpan};

use super::Context;
use crate::command::Command;
use crate::state::{AppState, Chosen, TimeAxis, shown_lanes};

/// One press of a zoom key.
const ZOOM: f64 = 1.5;

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    let now = context.player.time();
    match command {
        Command::ZoomIn => zoom(state, ZOOM),
        Command::ZoomOut => zoom(state, 1.0 / ZOOM),
        Command::Fit => fit(state),
        Command::AllLanes => state.all_lanes = !state.all_lanes,
        Command::SoundView => state.settings.sound_view = state.settings.sound_view.next(),
        Command::NextEvent => step_event(state, context, now, true),
        Command::PreviousEvent => step_event(state, context, now, false),
        Command::LaneDown => step_lane(state, true),
        Command::LaneUp => step_lane(state, false),
        Command::MarkIn => {
            let to = state.shown().and_then(|e| e.row.view.mark_out);
            mark(state, Some(now), to.filter(|to| *to > now));
        }
        Command::MarkOut => {
            let from = state.shown().and_then(|e| e.row.view.mark_in);
            mark(state, from.filter(|from| *from < now), Some(now));
        }
        Command::ClearSelection => {
            mark(state, None, None);
            choose(state, None);
            if let Some(row) = state.library.selected_mut() {
                row.view.lane = None;
            }
        }
        _ => return false,
    }
    true
}

pub(super) fn mark(state: &mut AppState, from: Option<Time>, to: Option<Time>) {
    if let Some(row) = state.library.selected_mut() {
        (row.view.mark_in, row.view.mark_out) = (from, to);
    }
}

/// An event was chosen: its lane is the one the keyboard is on.
pub(super) fn choose(state: &mut AppState, chosen: Option<Chosen>) {
    if let Some(row) = state.library.selected_mut() {
        if let Some(chosen) = &chosen {
            row.view.lane = Some(chosen.label.clone());
        }
        row.view.chosen = chosen;
    }
}

/// A lane was chosen: corrections are about its class.
pub(super) fn choose_lane(state: &mut AppState, label: Label) {
    if let Some(row) = state.library.selected_mut() {
        row.view.lane = Some(label);
    }
}

/// The event after (or before) the chosen one, of the chosen lane if there is one; from the playhead if none is chosen.
fn step_event(state: &mut AppState, context: &mut Context<'_>, now: Time, forward: bool) {
    let Some(shown) = state.shown() else { return };
    let in_lane = |label: &Label| {
        shown
            .row
            .view
            .lane
            .as_ref()
            .is_none_or(|lane| lane == label)
    };
    let tracks = shown.tracks().iter().filter(|track| in_lane(&track.label));
    let mut events: Vec<Chosen> = tracks
        .flat_map(|track| track.events.iter().map(move |event| (track, event.span)))
        .map(|(track, span)| Chosen {
            label: track.label.clone(),
            span,
        })
        .collect();
    events.sort_by_key(|event| (event.span.start, event.span.end));
    let here = shown.row.view.chosen.as_ref();
    let here = here.and_then(|chosen| events.iter().position(|event| event == chosen));
    let place = match (here, forward) {
        (Some(here), true) => Some(here + 1),
        (Some(here), false) => here.checked_sub(1),
        (None, true) => events.iter().position(|event| event.span.start >= now),
        (None, false) => events.iter().rposition(|event| event.span.start <= now),
    };
    let Some(event) = place.and_then(|place| events.get(place).cloned()) else {
        return;
    };
    let start = event.span.start;
    let lane = shown.row.view.lane.clone();
    choose(state, Some(event));
    if let Some(row) = state.library.selected_mut() {
        // Going through all events does not tie the keyboard to the lane of one.
        row.view.lane = lane;
    }
    context.player.seek(start);
    follow(state, start);
}

fn step_lane(state: &mut AppState, down: bool) {
    let Some(shown) = state.shown() else { return };
    let lanes = shown_lanes(shown, state);
    let here = lanes
        .iter()
        .position(|l| Some(&l.label) == shown.row.view.lane.as_ref());
    let place = match (here, down) {
        (Some(here), true) => (here + 1).min(lanes.len().saturating_sub(1)),
        (Some(here), false) => here.saturating_sub(1),
        (None, true) => 0,
        (None, false) => lanes.len().saturating_sub(1),
    };
    let label = lanes.get(place).map(|lane| lane.label.clone());
    if let Some(row) = state.library.selected_mut() {
        row.view.lane = label;
        row.view.chosen = None;
    }
}

/// Where the timeline stands; kept inside the clip.
pub(super) fn set_view(state: &mut AppState, start: f64, span: f64) {
    if let Some(row) = state.library.selected_mut() {
        let total = row.duration().as_secs_f64();
        (row.view.start, row.view.span) = TimeAxis::kept_inside(start, span, total);
    }
}

/// The selection with a little room on both sides; the whole clip if nothing is selected or that is in view already.
fn fit(state: &mut AppState) {
    let Some(shown) = state.shown() else { return };
    let selection = shown.selection().map(|span| {
        let (start, length) = (span.start.as_secs_f64(), span.duration().as_secs_f64());
        (start - length * 0.1, length * 1.2)
    });
    let total = shown.duration().as_secs_f64();
    let shown = (shown.row.view.start, shown.row.view.span);
    match selection.map(|(start, span)| TimeAxis::kept_inside(start, span, total)) {
        Some(wanted) if wanted != shown => set_view(state, wanted.0, wanted.1),
        _ => set_view(state, 0.0, f64::INFINITY),
    }
}

/// Zoom about the playhead, or about the middle when it is out of sight.
fn zoom(state: &mut AppState, factor: f64) {
    let now = state.player.time.as_secs_f64();
    let Some(shown) = state.shown() else { return };
    let (start, span) = (shown.row.view.start, shown.row.view.span);
    let pivot = if (start..start + span).contains(&now) {
        now
    } else {
        start + span / 2.0
    };
    set_view(state, pivot - (pivot - start) / factor, span / factor);
}

/// Move the view so that a time the user went to is in sight.
pub(super) fn follow(state: &mut AppState, to: Time) {
    let Some(shown) = state.shown() else { return };
    let (start, span) = (shown.row.view.start, shown.row.view.span);
    let seen = TimeSpan::new(
        Time::from_secs_f64(start),
        Time::from_secs_f64(start + span),
    );
    if !seen.contains(to) && to < shown.duration() {
        set_view(state, to.as_secs_f64() - span * 0.1, span);
    }
}
