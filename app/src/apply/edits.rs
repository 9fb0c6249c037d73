//! Edits of a clip's corrections: carried out, taken back, done again, and kept.

use mettle_core::base::{Problem, Severity};
use mettle_core::project::{Edit, Work};

use super::Hands;
use crate::keeper::{Keeper, Kept};
use crate::replies;
use crate::state::AppState;

/// Turns of the wheel this close together, in seconds, are one edit.
const WHEEL: f64 = 1.0;

/// How an edit is being made, so that one movement of the hand is taken back as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// At once.
    Single,
    /// A handle is held.
    Dragged,
    /// It is let go in the same moment.
    Dropped,
    /// The wheel is turned.
    Wheel,
}

/// Until when, in egui's time, further edits of the same thing belong to the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ongoing(Option<(Gesture, f64)>);

/// Carry out an edit of the clip on screen.
pub(super) fn edit(state: &mut AppState, hands: &Hands<'_>, edit: Edit, gesture: Gesture) {
    let now = hands.ctx.input(|input| input.time);
    let of = match gesture {
        Gesture::Dropped => Gesture::Dragged,
        other => other,
    };
    let ongoing = state.ongoing.0;
    let goes_on = ongoing.is_some_and(|(last, until)| last == of && now <= until);
    state.ongoing = Ongoing(match gesture {
        Gesture::Single | Gesture::Dropped => None,
        Gesture::Dragged => Some((gesture, f64::INFINITY)),
        Gesture::Wheel => Some((gesture, now + WHEEL)),
    });
    change(state, hands.keeper, |work| work.edit(edit, goes_on));
}

/// The handle was let go.
pub(super) fn let_go(state: &mut AppState) {
    state.ongoing = Ongoing::default();
}

/// Take the last edit of the clip on screen back, or do it again.
pub(super) fn step(state: &mut AppState, hands: &Hands<'_>, back: bool) {
    state.ongoing = Ongoing::default();
    let mut what = None;
    change(state, hands.keeper, |work| {
        what = if back { work.undo() } else { work.redo() };
        what.is_some()
    });
    let (title, advice) = match (what, back) {
        (Some(what), true) => (format!("Undone: {what}"), "Redo does it again."),
        (Some(what), false) => (format!("Redone: {what}"), "Undo takes it back."),
        (None, true) => ("Nothing to undo".into(), "This clip is as it was found."),
        (None, false) => ("Nothing to redo".into(), "Nothing was undone."),
    };
    let now = hands.ctx.input(|input| input.time);
    // One such note at a time.
    state
        .toasts
        .retain(|toast| Some(toast.id) != state.undo_note);
    let note = Problem {
        severity: Severity::Note,
        title,
        advice: advice.into(),
        path: None,
        detail: String::new(),
    };
    replies::tell(state, note, now);
    state.undo_note = state.toasts.last().map(|toast| toast.id);
}

fn change(state: &mut AppState, keeper: &Keeper, how: impl FnOnce(&mut Work) -> bool) {
    let Some(entry) = state.entry_mut() else {
        return;
    };
    let Some(clip) = entry.clip.as_ref().map(|clip| clip.id) else {
        return;
    };
    // What was decided in an earlier run must be here first, or it would be written over.
    if entry.work_read && how(&mut entry.work) {
        keeper.keep(clip, entry.work.clone());
        replies::redraw_tracks(state);
    }
}

/// File what the keeper says.
pub fn kept(state: &mut AppState, kept: Kept, now: f64) {
    match kept {
        Kept::Work(clip, work) => {
            let waiting = state.entries_of(clip).filter(|entry| !entry.work_read);
            waiting.for_each(|entry| {
                entry.work = (*work).clone();
                entry.work_read = true;
            });
            replies::redraw_tracks(state);
        }
        Kept::Failed(detail) => {
            let problem = Problem {
                severity: Severity::Warning,
                title: "Corrections are not kept".into(),
                advice: "They hold until the window is closed.".into(),
                path: None,
                detail,
            };
            replies::tell(state, problem, now);
        }
    }
}
