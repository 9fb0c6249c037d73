//! Edits of a clip's corrections: shown at once, kept by the project's thread, taken back, done again.

use std::time::{Duration, SystemTime};

use mettle_core::base::{ClipId, Problem, Severity};
use mettle_core::project::{Answer, Change, Draft, Edit, Kept, Key, Scope, Ticket, text_of};

use super::Hands;
use crate::project_desk::{Asked, ProjectDesk};
use crate::replies;
use crate::state::{AppState, Corrected, EntryId, Held};

/// So long after its last turn the wheel's change is kept, in seconds: the system draws one turn out over several frames.
const PAUSE: f64 = 0.2;

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

/// The movement of the hand that is under way: over which clip, how, and until when, in egui's time, further edits belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ongoing(Option<(EntryId, Gesture, f64)>);

impl Ongoing {
    /// A clip is edited so at `now`. Says whether that goes on with its last edit.
    fn goes_on(&mut self, over: EntryId, gesture: Gesture, now: f64) -> bool {
        let of = match gesture {
            Gesture::Dropped => Gesture::Dragged,
            other => other,
        };
        let until = match gesture {
            Gesture::Single | Gesture::Dropped => None,
            Gesture::Dragged => Some(f64::INFINITY),
            Gesture::Wheel => Some(now + WHEEL),
        };
        let before = std::mem::replace(&mut self.0, until.map(|until| (over, gesture, until)));
        before.is_some_and(|(last, gesture, until)| (last, gesture) == (over, of) && now <= until)
    }

    /// The clip that a movement is over, if one is under way.
    fn over(&self) -> Option<EntryId> {
        self.0.map(|(over, ..)| over)
    }

    /// It has ended.
    fn end(&mut self) {
        self.0 = None;
    }
}

/// Now, in egui's time.
fn now(hands: &Hands<'_>) -> f64 {
    hands.ctx.input(|input| input.time)
}

/// Carry out an edit of the clip on screen. What a hand holds is shown, and kept once it is let go.
pub(super) fn edit(state: &mut AppState, hands: &mut Hands<'_>, change: Change, gesture: Gesture) {
    let Some(id) = state.selected else {
        return;
    };
    if refused(state, hands) {
        return;
    }
    let at = now(hands);
    let goes_on = state.ongoing.goes_on(id, gesture, at);
    let before = state
        .project
        .held
        .filter(|held| held.entry == id && goes_on);
    if before.is_none() {
        keep_held(state, hands.project);
    }
    match gesture {
        Gesture::Single | Gesture::Dropped => {
            state.project.held = None;
            keep(state, hands.project, id, change, false);
        }
        Gesture::Dragged | Gesture::Wheel => {
            let turned = (gesture == Gesture::Wheel).then_some(at);
            let joins = before.map_or(turned.is_some() && goes_on, |held| held.joins);
            if let Some(draft) = draft_of(state, id) {
                draft.hold(change);
                let entry = id;
                state.project.held = Some(Held {
                    entry,
                    turned,
                    joins,
                });
                hands
                    .ctx
                    .request_repaint_after(Duration::from_secs_f64(PAUSE));
            }
        }
    }
    replies::redraw_tracks(state);
}

fn draft_of(state: &mut AppState, id: EntryId) -> Option<&mut Draft> {
    state.entry_by_id(id)?.corrected.draft()
}

/// Whether nothing can be changed; says why.
fn refused(state: &mut AppState, hands: &Hands<'_>) -> bool {
    let Some(why) = state.editing_off().map(ToOwned::to_owned) else {
        return false;
    };
    note(state, now(hands), "Editing is off".into(), &why);
    true
}

/// Keep a change of a clip, and show it meanwhile.
fn keep(state: &mut AppState, desk: &mut ProjectDesk, id: EntryId, change: Change, joins: bool) {
    let Some(entry) = state.entry_by_id(id) else {
        return;
    };
    let clip = entry.clip.as_ref().map(|clip| clip.id);
    let (Some(clip), Some(draft)) = (clip, entry.corrected.draft()) else {
        return;
    };
    let ticket = desk.ticket();
    if draft.ask(ticket, change.clone()) {
        desk.edit(ticket, Edit::of_clip(clip, change), joins);
        state.project.waiting = true;
    }
}

/// The movement of the hand has ended: what it held is kept.
pub(super) fn let_go(state: &mut AppState, hands: &mut Hands<'_>) {
    state.ongoing.end();
    keep_held(state, hands.project);
}

/// Keep what a hand held.
pub fn keep_held(state: &mut AppState, desk: &mut ProjectDesk) {
    let Some(held) = state.project.held.take() else {
        return;
    };
    let change = draft_of(state, held.entry).and_then(Draft::let_go);
    if let Some(change) = change {
        keep(state, desk, held.entry, change, held.joins);
    }
}

/// Keep what a hand held once its movement has ended, wherever that was seen, or the wheel has stood still.
pub fn settle(state: &mut AppState, hands: &mut Hands<'_>) {
    let Some(held) = state.project.held else {
        return;
    };
    let still = held.turned.is_some_and(|last| now(hands) - last >= PAUSE);
    if state.selected != Some(held.entry) {
        state.ongoing.end();
    }
    if still || state.ongoing.over() != Some(held.entry) {
        keep_held(state, hands.project);
    } else if held.turned.is_some() {
        hands
            .ctx
            .request_repaint_after(Duration::from_secs_f64(PAUSE));
    }
}

/// Take the last edit of the clip on screen back, or do it again.
pub(super) fn step(state: &mut AppState, hands: &mut Hands<'_>, back: bool) {
    if refused(state, hands) {
        return;
    }
    let_go(state, hands);
    let entry = state.entry();
    let read = entry.filter(|entry| matches!(entry.corrected, Corrected::Open(_)));
    let clip = read.and_then(|entry| entry.clip.as_ref());
    if let Some(clip) = clip.map(|clip| clip.id) {
        hands.project.step(Scope::Clip(clip), back);
        state.project.waiting = true;
    }
}

/// File what the project's thread answers.
pub fn answered(state: &mut AppState, desk: &mut ProjectDesk, answer: Answer, now: f64) {
    match answer {
        Answer::Ready(why) => state.project.off = why,
        Answer::NoStore(why) => {
            warn(
                state,
                now,
                "Corrections are not kept",
                "Editing is off.",
                &why,
            );
            state.project.off = Some(why);
        }
        Answer::Read(of, found) => read(state, of, found, now),
        Answer::Kept(ticket, kept) => filed(state, desk, ticket, &kept, now),
        Answer::Nothing(ticket) => match forget(state, desk, ticket) {
            Some(Asked::Undo) => {
                note(
                    state,
                    now,
                    "Nothing to undo".into(),
                    "This clip is as it was found.",
                );
            }
            Some(Asked::Redo) => {
                note(state, now, "Nothing to redo".into(), "Nothing was undone.");
            }
            Some(Asked::Edit) | None => {}
        },
        Answer::Refused(ticket, why) => {
            forget(state, desk, ticket);
            let advice = "What is shown now is what is kept.";
            warn(state, now, "The last change is not kept", advice, &why);
        }
    }
    state.project.waiting = desk.is_waiting();
}

fn read(state: &mut AppState, of: Scope, found: Found, now: f64) {
    let Scope::Clip(clip) = of else { return };
    if let (Err(why), None) = (&found, &state.project.off) {
        let advice = "This clip cannot be edited.";
        warn(state, now, "Corrections cannot be read", advice, why);
    }
    let corrected = match found {
        Ok(kept) => Corrected::Open(Box::new(Draft::new(of, *kept))),
        Err(why) => Corrected::Off(why),
    };
    if let Some(entry) = state.entries_of(clip).next() {
        entry.corrected = corrected;
    }
    replies::redraw_tracks(state);
}

/// What is decided of a clip, or why that cannot be read.
type Found = Result<Box<mettle_core::project::Corrections>, String>;

/// A row of the log is on the disk, this window's or another's.
fn filed(
    state: &mut AppState,
    desk: &mut ProjectDesk,
    ticket: Option<Ticket>,
    kept: &Kept,
    now: f64,
) {
    if let Scope::Clip(clip) = kept.of {
        on_draft(state, clip, |draft| draft.keep(ticket, &kept.set));
    }
    let Some(ticket) = ticket else { return };
    state.project.kept = Some(SystemTime::now());
    let keys: Vec<Key> = kept.set.iter().map(|(key, _)| *key).collect();
    let what = text_of(&keys);
    match desk.answered(ticket) {
        Some((Asked::Undo, _)) => {
            note(state, now, format!("Undone: {what}"), "Redo does it again.")
        }
        Some((Asked::Redo, _)) => {
            note(state, now, format!("Redone: {what}"), "Undo takes it back.")
        }
        Some((Asked::Edit, _)) | None => {}
    }
}

/// What was asked changes nothing, or is not kept: it is not shown any more.
fn forget(state: &mut AppState, desk: &mut ProjectDesk, ticket: Ticket) -> Option<Asked> {
    let (asked, of) = desk.answered(ticket)?;
    if let Scope::Clip(clip) = of {
        on_draft(state, clip, |draft| draft.forget(ticket));
    }
    Some(asked)
}

fn on_draft(state: &mut AppState, clip: ClipId, change: impl FnOnce(&mut Draft)) {
    let entry = state.entries_of(clip).next();
    if let Some(draft) = entry.and_then(|entry| entry.corrected.draft()) {
        change(draft);
        replies::redraw_tracks(state);
    }
}

/// One such note at a time.
fn note(state: &mut AppState, now: f64, title: String, advice: &str) {
    let last = state.project.note;
    state.toasts.retain(|toast| Some(toast.id) != last);
    let problem = Problem {
        severity: Severity::Note,
        title,
        advice: advice.into(),
        path: None,
        detail: String::new(),
    };
    replies::tell(state, problem, now);
    state.project.note = state.toasts.last().map(|toast| toast.id);
}

fn warn(state: &mut AppState, now: f64, title: &str, advice: &str, detail: &str) {
    let problem = Problem {
        severity: Severity::Warning,
        title: title.into(),
        advice: advice.into(),
        path: None,
        detail: detail.into(),
    };
    replies::tell(state, problem, now);
}
