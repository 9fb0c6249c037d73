//! Which head answers its task, and deleting one: as long as undo is offered, it is only off the list.

use mettle_core::base::{HeadId, Problem};

use super::Context;
use crate::command::Command;
use crate::replies;
use crate::requests;
use crate::state::{AppState, RemovedHead};

/// So long can a deleted head be brought back, in seconds: longer than a note stays, as minutes of training are in it.
const OFFERED: f64 = 20.0;

/// The new head is used from now on.
pub(super) fn adopt(state: &mut AppState, context: &mut Context<'_>) {
    let proposal = state.training.proposal.as_ref();
    if let Some(id) = proposal.map(|proposal| proposal.trained.head.id) {
        use_head(state, context, id);
        state.training.proposal = None;
    }
}

/// The head that answers its task from now on: a trained one, or the model's own.
pub(super) fn use_head(state: &mut AppState, context: &mut Context<'_>, id: HeadId) {
    let heads = &state.training.heads;
    let Some(head) = heads.iter().find(|head| head.id == id).cloned() else {
        return;
    };
    // Whoever uses the new head has decided about it.
    let proposal = &mut state.training.proposal;
    proposal.take_if(|proposal| proposal.trained.head.id == id);
    let choice = state.model_choice.clone();
    let chosen = (!head.own).then_some(id);
    state.settings.choose_head(&choice, head.task, chosen);
    requests::use_head(state, &mut **context.engine, head.task);
    replies::thresholds_moved(state);
}

/// Take a trained head off the list. Its files go once undo is no longer offered.
pub(super) fn remove(state: &mut AppState, context: &mut Context<'_>, id: HeadId) {
    let heads = state.training.heads.iter();
    let Some(head) = heads.clone().find(|head| head.id == id && !head.own) else {
        return;
    };
    if state.head_in_use(head.task) == Some(id) {
        return;
    }
    let title = format!("The head “{}” is deleted", head.name);
    // Undo is about one thing at a time: the last.
    state.toasts.retain(|toast| toast.offer.is_none());
    remove_for_good(state, context);
    let now = context.now();
    replies::tell(state, Problem::note(title, "Undo brings it back."), now);
    let Some(toast) = state.toasts.last_mut() else {
        return;
    };
    (toast.offer, toast.until) = (Some(Command::Undo), Some(now + OFFERED));
    let note = toast.id;
    let proposal = &mut state.training.proposal;
    let proposal = proposal.take_if(|proposal| proposal.trained.head.id == id);
    state.training.removed = Some(RemovedHead { id, note, proposal });
}

/// Bring the deleted head back, where that is offered. Says whether it was.
pub(super) fn bring_back(state: &mut AppState) -> bool {
    let Some(removed) = state.training.removed.take() else {
        return false;
    };
    state.toasts.retain(|toast| toast.id != removed.note);
    if state.training.proposal.is_none() {
        state.training.proposal = removed.proposal;
    }
    replies::check_proposal(state);
    true
}

/// A deleted head that nobody can bring back any more: its files go. Where the window is closed before, they stay.
pub fn remove_for_good(state: &mut AppState, context: &mut Context<'_>) {
    let toasts = &state.toasts;
    let over = |removed: &mut RemovedHead| !toasts.iter().any(|toast| toast.id == removed.note);
    if let Some(removed) = state.training.removed.take_if(over) {
        requests::list_heads(state, &mut **context.engine, Some(removed.id));
    }
}
