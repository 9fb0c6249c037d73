//! Corrections by command: saying something of the chosen class, taking it back, accepting what the model says.

use mettle_core::base::{LabelId, Modality, Said, TimeSpan};
use mettle_core::project::{Change, Corrections};

use super::{Context, edits, review, timeline};
use crate::command::Command;
use crate::state::{
    AppState, Chosen, Gesture, Happening, InspectorTab, LaneEvent, Mode, Subject, taken_back, word,
};

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    use Modality::{Audible, AudioVisual, Visible};
    match command {
        Command::SayBoth => say(state, context, AudioVisual, Said::Yes),
        Command::SayHeard => say(state, context, Audible, Said::Yes),
        Command::SaySeen => say(state, context, Visible, Said::Yes),
        Command::SayNotBoth => say(state, context, AudioVisual, Said::No),
        Command::SayNotHeard => say(state, context, Audible, Said::No),
        Command::SayNotSeen => say(state, context, Visible, Said::No),
        Command::TakeBack => take_back(state, context),
        Command::Accept => accept(state, context),
        Command::AcceptRest => {
            let all = accepted(state, usize::MAX);
            joined(state, context, all);
        }
        Command::Revert => revert(state, context),
        Command::Split => split(state, context),
        _ => return false,
    }
    true
}

/// What is said about, or a note that nothing is chosen.
fn subject(state: &mut AppState, context: &Context<'_>) -> Option<Subject> {
    let subject = state.subject();
    if subject.is_none() {
        let (title, advice) = match state.mode() {
            Mode::Masks => (
                "Masks tell no classes apart",
                "What is heard and seen is said in events or parsing mode; here the mask itself is painted or accepted.",
            ),
            Mode::Events | Mode::Parsing => (
                "No class is chosen",
                "Click a lane, or go to one with the arrow keys.",
            ),
        };
        edits::note(state, context.now(), title.into(), advice);
    }
    subject
}

fn say(state: &mut AppState, context: &mut Context<'_>, modality: Modality, said: Said) {
    if let Some(Subject { label, span }) = subject(state, context) {
        let said = vec![word(LabelId::named(&label), modality, span, said)];
        joined(state, context, said);
    }
}

fn take_back(state: &mut AppState, context: &mut Context<'_>) {
    if let Some(Subject { label, span }) = subject(state, context) {
        let id = LabelId::named(&label);
        let said = is_said(state, span, |of| of == id);
        let all = taken_back(id, span).collect();
        together(state, context, all);
        if said {
            tell_taken_back(state, context, span, &label);
        }
    }
}

/// Whether something is said in a span of a class that is meant.
fn is_said(state: &AppState, span: TimeSpan, meant: impl Fn(LabelId) -> bool) -> bool {
    let row = state.library.selected_row();
    let mut said = row
        .into_iter()
        .flat_map(|row| row.corrected.shown().statements.iter());
    said.any(|(_, said)| meant(said.label) && said.span.intersection(span).is_some())
}

/// How much is gone, so that more than was meant is seen at once.
fn tell_taken_back(state: &mut AppState, context: &Context<'_>, span: TimeSpan, what: &str) {
    let (from, to) = (span.start, span.end);
    let title = format!("Taken back: what you said of {what} from {from} to {to}");
    edits::note_gone(state, context.now(), title);
}

/// An event becomes another one; chosen before, it is chosen again.
pub(super) fn reshape(
    state: &mut AppState,
    context: &mut Context<'_>,
    from: &LaneEvent,
    to: Option<Happening>,
) {
    let changes = state.reshaped(from, to.as_ref());
    together(state, context, changes);
    if to.is_none() {
        let seconds = from.what.span.duration().as_secs_f64();
        let title = format!("{seconds:.1} s of {} taken away", from.what.label);
        edits::note_gone(state, context.now(), title);
    }
    let chosen = state
        .shown()
        .and_then(|shown| shown.row.view.chosen.clone());
    let was = |chosen: Chosen| (&chosen.label, chosen.span) == (&from.what.label, from.what.span);
    if chosen.is_some_and(was) {
        let to = to.map(|Happening { label, span, .. }| Chosen { label, span });
        timeline::choose(state, to);
    }
}

/// The event under the playhead becomes two.
fn split(state: &mut AppState, context: &mut Context<'_>) {
    let Some(event) = state.event_here() else {
        let advice = "Choose an event, and put the playhead inside it.";
        return edits::note(
            state,
            context.now(),
            "There is no event to split".into(),
            advice,
        );
    };
    let changes = state.split(&event, context.player.time());
    together(state, context, changes);
    timeline::choose(state, None);
}

/// Of every class.
fn revert(state: &mut AppState, context: &mut Context<'_>) {
    let (Some(span), Some(row)) = (state.subject_span(), state.library.selected_row()) else {
        return;
    };
    let labels = row.corrected.shown().statements.labels().into_iter();
    let all = labels.flat_map(|label| taken_back(label, span)).collect();
    let said = is_said(state, span, |_| true);
    together(state, context, all);
    if said {
        tell_taken_back(state, context, span, "every class");
    }
}

/// What the model says of so many seconds, of the chosen class or of all. Of all, the seconds are looked at with that.
fn accepted(state: &AppState, seconds: usize) -> Vec<Change> {
    let row = state.library.selected_row();
    let reviewing = state.tab == InspectorTab::Review;
    let lane = row.and_then(|row| row.view.lane.clone());
    let lane = lane.filter(|_| !reviewing);
    let mut all = state.accepted(seconds, lane.as_ref());
    if lane.is_none() {
        let spans = state.accepted_spans(seconds).into_iter();
        all.extend(spans.flat_map(|span| review::looked_at(span, true)));
    }
    all
}

/// The second under the playhead is as the model says; on to the next, of the clip or of the review queue.
fn accept(state: &mut AppState, context: &mut Context<'_>) {
    let all = accepted(state, 1);
    joined(state, context, all);
    match state.tab {
        InspectorTab::Review => {
            if let Some(row) = state.library.selected_mut() {
                row.view.chosen = None;
            }
            review::go_on(state, context, true);
        }
        _ => go_on(state, context),
    }
}

/// To the next second.
pub(super) fn go_on(state: &mut AppState, context: &mut Context<'_>) {
    let next = state.current_segment().and_then(|segment| {
        let prediction = state.shown()?.prediction()?;
        Some(prediction.segments.get(segment + 1)?.start)
    });
    if let Some(row) = state.library.selected_mut() {
        row.view.chosen = None;
    }
    if let Some(next) = next {
        context.player.seek(next);
        timeline::follow(state, next);
    }
}

/// Several words, kept and taken back as one.
pub(super) fn together(state: &mut AppState, context: &mut Context<'_>, words: Vec<Change>) {
    as_one(state, context, |said| Change::together(said, words));
}

/// The same, going on with what was said beside it.
fn joined(state: &mut AppState, context: &mut Context<'_>, words: Vec<Change>) {
    as_one(state, context, |said| Change::joined(said, words));
}

fn as_one(
    state: &mut AppState,
    context: &mut Context<'_>,
    change: impl FnOnce(&Corrections) -> Change,
) {
    if let Some(row) = state.library.selected_row() {
        let change = change(row.corrected.shown());
        edits::edit(state, context, change, Gesture::Single);
    }
}
