//! Edits of a clip's corrections: shown at once, kept by the project's thread, taken back, done again.

use std::time::{Duration, SystemTime};

use mettle_core::base::{ClipId, Label, LabelId, Problem};
use mettle_core::exchange::marks::ImportPlan;
use mettle_core::project::{Answer, Change, Class, Draft, Edit, Kept, Key, Scope, Ticket, text_of};

use super::{Context, alike, masks, modes, says, timeline, training};
use crate::command::Command;
use crate::intent::EditIntent;
use crate::project_desk::{Asked, ProjectDesk};
use crate::replies;
use crate::state::{AppState, Corrected, Gesture, Held, Last, RowId, file_name, shown_classes};

/// So long after its last turn the wheel's change is kept, in seconds: the system draws one turn out over several frames.
const PAUSE: f64 = 0.2;

/// Carry out a wish about thresholds and corrections.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: EditIntent) {
    match intent {
        EditIntent::Threshold(value, gesture) => {
            modes::set_threshold(state, context, value, gesture);
        }
        EditIntent::OwnThreshold(of, value) => {
            state.settings.own_thresholds.set(&of, value);
            replies::thresholds_moved(state);
        }
        EditIntent::Calibrated(on) => {
            state.settings.calibrated = on;
            replies::recalibrated(state);
        }
        EditIntent::WishedPrecision(share) => state.settings.wished_precision = share,
        EditIntent::Change(change, gesture) => edit(state, context, change, gesture),
        EditIntent::LetGo => let_go(state, context),
        EditIntent::Brush(way) => masks::brush(state, context, way),
        EditIntent::Corner(at) => masks::corner(state, context, at),
        EditIntent::ClosePolygon(inside) => masks::close(state, context, inside),
        EditIntent::Reshape(from, to) => says::reshape(state, context, &from, to),
        EditIntent::NewClass(name) => new_class(state, context, &name),
        EditIntent::SayAlike(modality, said) => alike::say(state, context, modality, said),
    }
}

/// Carry out an edit of the clip on screen. What a hand holds is shown, and kept once it is let go.
pub(super) fn edit(
    state: &mut AppState,
    context: &mut Context<'_>,
    change: Change,
    gesture: Gesture,
) {
    let Some(id) = state.library.selected else {
        return;
    };
    if refused(state, context) {
        return;
    }
    let at = context.now();
    let goes_on = state.ongoing.goes_on(id, gesture, at);
    // No event follows what is drawn: its stamps come sixty a second.
    let stamp = gesture == Gesture::Dragged && matches!(change, Change::Mask { .. });
    let before = state.project.held.filter(|held| held.row == id && goes_on);
    if before.is_none() {
        keep_held(state, context.project);
    }
    match gesture {
        Gesture::Single | Gesture::Dropped => {
            state.project.held = None;
            let _ = keep(state, context.project, id, change, false);
        }
        Gesture::Dragged | Gesture::Wheel => {
            let turned = (gesture == Gesture::Wheel).then_some(at);
            let joins = before.map_or(turned.is_some() && goes_on, |held| held.joins);
            if let Some(draft) = draft_of(state, id) {
                draft.hold(change);
                state.project.held = Some(Held {
                    row: id,
                    turned,
                    joins,
                });
                context
                    .ctx
                    .request_repaint_after(Duration::from_secs_f64(PAUSE));
            }
        }
    }
    if !stamp {
        replies::retrack(state, id);
    }
}

/// A class that no model knows, for every clip of the project. Its lane is the one corrections are about from now on.
fn new_class(state: &mut AppState, context: &mut Context<'_>, name: &str) {
    let name = name.trim();
    if name.is_empty() || refused(state, context) {
        return;
    }
    let named = known_as(state, name).unwrap_or_else(|| Label::from(name));
    if *named != *name {
        let title = format!("{named} is known already");
        let advice = "Capitals make no other class: its lane is chosen.";
        note(state, context.now(), title, advice);
    }
    let shown = state.shown();
    if !shown.is_some_and(|shown| shown_classes(shown, state).contains(&named)) {
        let class = Some(Class {
            name: named.to_string(),
            color: None,
            merged_into: None,
        });
        let label = LabelId::named(&named);
        keep_of_project(state, context.project, Change::Class { label, class });
    }
    timeline::choose_lane(state, named);
}

/// The class of the model or of the project that is called so, however it is capitalized.
fn known_as(state: &AppState, name: &str) -> Option<Label> {
    let shown = state.shown().map(|shown| shown_classes(shown, state));
    let by_model = state.model.iter().flat_map(|model| model.labels.iter());
    let all = shown.into_iter().flatten().chain(by_model.cloned());
    let lower = name.to_lowercase();
    let same = all.filter(|label| label.to_lowercase() == lower);
    // Where there are two from before, the one that is written so is meant.
    same.min_by_key(|label| **label != *name)
}

/// Keep a change of what holds for every clip.
fn keep_of_project(state: &mut AppState, desk: &mut ProjectDesk, change: Change) {
    let Some(draft) = &mut state.project.shared else {
        return;
    };
    let ticket = desk.ticket();
    if draft.ask(ticket, change.clone()) {
        let of = Scope::Project;
        desk.edit(ticket, Edit { of, change }, false);
        (state.project.waiting, state.project.last) = (true, Last::OfProject);
    }
    replies::classes_changed(state);
}

fn draft_of(state: &mut AppState, id: RowId) -> Option<&mut Draft> {
    state.library.row_mut(id)?.corrected.draft()
}

/// Whether nothing can be changed; says why.
fn refused(state: &mut AppState, context: &Context<'_>) -> bool {
    let Some(why) = state.editing_off().map(ToOwned::to_owned) else {
        return false;
    };
    note(state, context.now(), "Editing is off".into(), &why);
    true
}

/// Keep a change of a clip, and show it meanwhile; gives the clip, where that changes anything.
fn keep(
    state: &mut AppState,
    desk: &mut ProjectDesk,
    id: RowId,
    change: Change,
    joins: bool,
) -> Option<ClipId> {
    let row = state.library.row_mut(id)?;
    let clip = row.clip.as_ref().map(|clip| clip.id);
    let (clip, draft) = (clip?, row.corrected.draft()?);
    let ticket = desk.ticket();
    if draft.ask(ticket, change.clone()) {
        desk.edit(ticket, Edit::of_clip(clip, change), joins);
        state.toasts.retain(|toast| toast.offer.is_none());
        (state.project.waiting, state.project.last) = (true, Last::OfClip);
        return Some(clip);
    }
    None
}

/// Keep a change of each of several clips: one undo takes all of them back. Gives how many clips changed.
pub(super) fn keep_of_many(
    state: &mut AppState,
    context: &mut Context<'_>,
    changes: Vec<(RowId, Change)>,
) -> usize {
    if refused(state, context) {
        return 0;
    }
    let_go(state, context);
    let mut clips = Vec::new();
    for (id, change) in changes {
        clips.extend(keep(state, context.project, id, change, false));
        replies::retrack(state, id);
    }
    let count = clips.len();
    if count > 0 {
        state.project.last = Last::OfMany(clips.into());
    }
    count
}

/// Take in what a file says: new classes first, then all that is said, as one edit. Says whether that changes anything.
pub(super) fn take_in(
    state: &mut AppState,
    context: &mut Context<'_>,
    id: RowId,
    plan: &ImportPlan,
) -> bool {
    if refused(state, context) {
        return false;
    }
    let_go(state, context);
    if let Some(change) = plan.project.clone() {
        keep_of_project(state, context.project, change);
    }
    let change = plan.clip.clone();
    let kept = change.and_then(|change| keep(state, context.project, id, change, false));
    replies::retrack(state, id);
    kept.is_some()
}

/// The movement of the hand has ended: what it held is kept.
pub(super) fn let_go(state: &mut AppState, context: &mut Context<'_>) {
    state.ongoing.end();
    state.mask_hand.on = None;
    keep_held(state, context.project);
}

/// Keep what a hand held.
pub fn keep_held(state: &mut AppState, desk: &mut ProjectDesk) {
    let Some(held) = state.project.held.take() else {
        return;
    };
    let change = draft_of(state, held.row).and_then(Draft::let_go);
    if let Some(change) = change {
        let _ = keep(state, desk, held.row, change, held.joins);
    }
}

/// Keep what a hand held once its movement has ended, wherever that was seen, or the wheel has stood still.
pub fn settle(state: &mut AppState, context: &mut Context<'_>) {
    let Some(held) = state.project.held else {
        return;
    };
    let still = held
        .turned
        .is_some_and(|last| context.now() - last >= PAUSE);
    if state.library.selected != Some(held.row) {
        state.ongoing.end();
    }
    if still || state.ongoing.over() != Some(held.row) {
        keep_held(state, context.project);
    } else if held.turned.is_some() {
        context
            .ctx
            .request_repaint_after(Duration::from_secs_f64(PAUSE));
    }
}

/// Take the last edit of the clip on screen back, or do it again.
pub(super) fn step(state: &mut AppState, context: &mut Context<'_>, back: bool) {
    if refused(state, context) {
        return;
    }
    let_go(state, context);
    let together = match (back, state.project.last.clone()) {
        (true, Last::OfProject) => Some((vec![Scope::Project], Last::UndoneOfProject)),
        (false, Last::UndoneOfProject) => Some((vec![Scope::Project], Last::OfProject)),
        (true, Last::OfMany(clips)) => Some((scopes(&clips), Last::UndoneOfMany(clips))),
        (false, Last::UndoneOfMany(clips)) => Some((scopes(&clips), Last::OfMany(clips))),
        _ => None,
    };
    if let Some((scopes, last)) = together {
        for of in scopes {
            context.project.step(of, back);
        }
        (state.project.waiting, state.project.last) = (true, last);
        return;
    }
    let row = state.library.selected_row();
    let read = row.filter(|row| matches!(row.corrected, Corrected::Open(_)));
    let clip = read.and_then(|row| row.clip.as_ref());
    if let Some(clip) = clip.map(|clip| clip.id) {
        context.project.step(Scope::Clip(clip), back);
        state.project.waiting = true;
        if matches!(state.project.last, Last::OfMany(_) | Last::UndoneOfMany(_)) {
            state.project.last = Last::OfClip;
        }
    }
}

fn scopes(clips: &[ClipId]) -> Vec<Scope> {
    clips.iter().copied().map(Scope::Clip).collect()
}

/// File what the project's thread answers.
pub fn answered(state: &mut AppState, desk: &mut ProjectDesk, answer: Answer, now: f64) {
    match answer {
        Answer::Ready(why) => {
            state.project.off = why;
            desk.corrected();
        }
        Answer::Corrected(clips) => training::corrected_read(state, clips),
        Answer::Since(kept) => {
            if let Some(recovered) = &mut state.recovered {
                recovered.kept = Some(kept);
            }
        }
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
        Answer::Copied(file, Ok(())) => {
            let title = format!("A copy is in {}", file_name(&file));
            note(state, now, title, "This project stays open.");
        }
        Answer::Copied(_, Err(why)) => {
            let advice = "Nothing was written.";
            warn(state, now, "The project is not copied", advice, &why);
        }
        Answer::Refused(ticket, why) => {
            forget(state, desk, ticket);
            let advice = "What is shown now is what is kept.";
            warn(state, now, "The last change is not kept", advice, &why);
        }
    }
    state.project.waiting = desk.is_waiting();
}

fn read(state: &mut AppState, of: Scope, found: Found, now: f64) {
    let Scope::Clip(clip) = of else {
        if let Ok(kept) = found {
            state.project.shared = Some(Box::new(Draft::new(of, *kept)));
            replies::classes_changed(state);
        }
        return;
    };
    if let (Err(why), None) = (&found, &state.project.off) {
        let advice = "This clip cannot be edited.";
        warn(state, now, "Corrections cannot be read", advice, why);
    }
    let corrected = match found {
        Ok(kept) => Corrected::Open(Box::new(Draft::new(of, *kept))),
        Err(why) => Corrected::Off(why),
    };
    let Some(id) = state.library.of_clip(clip) else {
        return;
    };
    if let Some(row) = state.library.row_mut(id) {
        row.corrected = corrected;
    }
    replies::retrack(state, id);
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
    on_draft(state, kept.of, |draft| draft.keep(ticket, &kept.set));
    let Some(ticket) = ticket else {
        if let Scope::Clip(clip) = kept.of
            && state.library.of_clip(clip).is_none()
        {
            // Another window said something of a clip that is not on this one's list.
            desk.corrected();
        }
        return;
    };
    state.project.kept = Some(SystemTime::now());
    training::corrected(state, now);
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
    on_draft(state, of, |draft| draft.forget(ticket));
    Some(asked)
}

fn on_draft(state: &mut AppState, of: Scope, change: impl FnOnce(&mut Draft)) {
    match of {
        Scope::Clip(clip) => on_clip(state, clip, change),
        Scope::Project => {
            if let Some(draft) = &mut state.project.shared {
                change(draft);
                replies::classes_changed(state);
            }
        }
    }
}

fn on_clip(state: &mut AppState, clip: ClipId, change: impl FnOnce(&mut Draft)) {
    let Some(id) = state.library.of_clip(clip) else {
        return;
    };
    if let Some(draft) = draft_of(state, id) {
        change(draft);
        replies::retrack(state, id);
    }
}

/// A note of what was taken away, with undo beside it until something else is changed.
pub(super) fn note_gone(state: &mut AppState, now: f64, title: String) {
    note(state, now, title, "Undo brings it back.");
    if let Some(toast) = state.toasts.last_mut() {
        toast.offer = Some(Command::Undo);
    }
}

/// One such note at a time.
pub(super) fn note(state: &mut AppState, now: f64, title: String, advice: &str) {
    let last = state.project.note;
    state.toasts.retain(|toast| Some(toast.id) != last);
    replies::tell(state, Problem::note(title, advice), now);
    state.project.note = state.toasts.last().map(|toast| toast.id);
}

fn warn(state: &mut AppState, now: f64, title: &str, advice: &str, detail: &str) {
    let problem = Problem::warning(title, advice).with_detail(detail);
    replies::tell(state, problem, now);
}
