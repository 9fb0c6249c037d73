//! Looking through clips: the next second nobody looked at, found right, or flagged for later.

use mettle_core::base::TimeSpan;
use mettle_core::predict::WorthBy;
use mettle_core::project::{Change, Review};

use super::{Context, alike, edits};
use crate::command::Command;
use crate::intent::ReviewIntent;
use crate::state::{AppState, Gesture, InspectorTab};

/// Carry out a wish about the queue.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: ReviewIntent) {
    match intent {
        ReviewIntent::SortBy(by) => sort_by(state, by),
        ReviewIntent::Flagged(on) => state.review.flagged = on,
        ReviewIntent::Look(place) => look(state, context, place),
    }
}

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    match command {
        Command::ShowReview => state.tab = InspectorTab::Review,
        Command::NextReview => go_on(state, context, true),
        Command::PreviousReview => go_on(state, context, false),
        Command::Flag => flag(state, context),
        Command::Looked => looked(state, context),
        _ => return false,
    }
    true
}

fn sort_by(state: &mut AppState, by: WorthBy) {
    state.review.sort_by(by);
}

/// To the next second, or the one before: as soon as there is an order.
pub(super) fn go_on(state: &mut AppState, context: &mut Context<'_>, forward: bool) {
    if state.review.flagged {
        return go_to_flag(state, context, forward);
    }
    if !state.review.is_ready(state.review_task()) {
        state.review.wanted = Some(forward);
        return;
    }
    match state.next_unreviewed(forward) {
        Some(place) => look(state, context, place),
        None => {
            let advice = "Every second that is analysed is looked at or flagged.";
            edits::note(
                state,
                context.now(),
                "Nothing is left to review".into(),
                advice,
            );
        }
    }
}

/// An order has come that the user waits for.
pub fn go_on_if_wanted(state: &mut AppState, context: &mut Context<'_>) {
    if let Some(forward) = state.review.wanted.take() {
        go_on(state, context, forward);
    }
}

fn look(state: &mut AppState, context: &mut Context<'_>, place: usize) {
    if let Some((row, span, _)) = state.review_at(place) {
        state.review.look(place, context.now());
        alike::go_to(state, context, row, span.start);
    }
}

/// Through the flagged seconds, in the order of the list.
fn go_to_flag(state: &mut AppState, context: &mut Context<'_>, forward: bool) {
    let flags = state.flagged_seconds();
    let here = state.library.selected.zip(second_here(state));
    let place = here.map(|(row, span)| match forward {
        true => flags.partition_point(|(id, flag)| (*id, flag.start) <= (row, span.start)),
        false => {
            let before = flags.partition_point(|(id, flag)| (*id, flag.start) < (row, span.start));
            before.wrapping_sub(1)
        }
    });
    let found = place.and_then(|place| flags.get(place));
    let end = if forward { flags.first() } else { flags.last() };
    match found.or(end).copied() {
        Some((row, span)) => alike::go_to(state, context, row, span.start),
        None => {
            let advice = "Flag a second that you want to come back to.";
            edits::note(state, context.now(), "Nothing is flagged".into(), advice);
        }
    }
}

/// The second under the playhead.
fn second_here(state: &AppState) -> Option<TimeSpan> {
    let segment = state.current_segment()?;
    state.shown()?.prediction()?.segments.get(segment).copied()
}

/// Flag the second under the playhead for later, or take the flag off.
fn flag(state: &mut AppState, context: &mut Context<'_>) {
    let Some(span) = second_here(state) else {
        return;
    };
    let flagged = standing(state, span) == Review::Flagged;
    let note = (!flagged).then(String::new);
    edits::edit(state, context, Change::Flag { span, note }, Gesture::Single);
}

/// The second under the playhead is right as it stands, or is to be looked at again. A flag goes with that.
fn looked(state: &mut AppState, context: &mut Context<'_>) {
    let (Some(span), Some(row)) = (second_here(state), state.library.selected_row()) else {
        return;
    };
    let reviewed = standing(state, span) != Review::Reviewed;
    let changes = looked_at(span, reviewed);
    let change = Change::together(row.corrected.shown(), changes);
    edits::edit(state, context, change, Gesture::Single);
    if reviewed && state.tab == InspectorTab::Review {
        go_on(state, context, true);
    }
}

/// A second is found right, or not any more.
pub(super) fn looked_at(span: TimeSpan, reviewed: bool) -> Vec<Change> {
    let review = Change::Review { span, reviewed };
    vec![review, Change::Flag { span, note: None }]
}

fn standing(state: &AppState, span: TimeSpan) -> Review {
    let row = state.library.selected_row();
    row.map_or(Review::Open, |row| row.corrected.shown().review(span))
}
