//! What the clip on screen wants.

use super::{LONGEST_UNASKED, submit};
use crate::link::EngineLink;
use crate::state::{AppState, JobKind, RowId, Shown, SoundView};
use mettle_core::base::Task;
use mettle_core::engine::WhichHead;

/// Ask for what the clip on screen shows and has not been asked yet. What was cancelled or has failed is not asked again by
/// itself.
pub fn want_shown(state: &mut AppState, engine: &mut dyn EngineLink) {
    let Some(row) = state.library.selected_row() else {
        return wait_for_opening(state, engine);
    };
    let id = row.id;
    let (failed, unopened) = (row.failure.is_some(), row.clip.is_none());
    if state.library.open.get(id).is_none() {
        state.library.change(id, |_| {});
    }
    if unopened && !failed {
        submit(state, engine, id, JobKind::Open);
    }
    wait_for_opening(state, engine);
    let Some(shown) = state.shown().filter(|_| !failed && !unopened) else {
        return;
    };
    for kind in lacking(state, shown) {
        state.library.change(id, |open| open.asked.insert(kind));
        if let (JobKind::Predict(task), Some(row)) = (kind, state.library.row_mut(id)) {
            row.asked.insert(task);
        }
        match kind {
            JobKind::Predict(task) if is_answered(state, id, task) => {
                state.library.to_read.insert(id);
            }
            _ => drop(submit(state, engine, id, kind)),
        }
    }
}

/// Whether results computed elsewhere hold the answer: then they are read.
fn is_answered(state: &AppState, id: RowId, task: Task) -> bool {
    let (row, model) = (state.library.row(id), state.model.as_ref());
    // A trained head has not said it.
    let own = state.which_head(task) == WhichHead::For(task);
    row.zip(model)
        .filter(|_| own)
        .is_some_and(|(row, model)| row.is_answered(task, model))
}

/// The user sees nothing until the clip on screen is open: that comes first.
fn wait_for_opening(state: &mut AppState, engine: &mut dyn EngineLink) {
    let opening = state.library.selected;
    let opening = opening.and_then(|id| state.jobs.job(id, JobKind::Open));
    if state.jobs.awaited != opening {
        state.jobs.awaited = opening;
        engine.set_awaited(opening);
    }
}

fn lacking(state: &AppState, shown: Shown<'_>) -> Vec<JobKind> {
    let mut wanted = vec![JobKind::Waveform, JobKind::Thumbnails];
    if state.settings.sound_view == SoundView::Spectrogram {
        wanted.push(JobKind::Spectrogram);
    }
    wanted.extend(lacking_answers(state, shown).map(JobKind::Predict));
    wanted.retain(|kind| !shown.open.asked.contains(kind));
    wanted
}

/// The answer shown, then whatever else the model can say: the later ones read the features that the first analysis leaves.
fn lacking_answers<'a>(state: &'a AppState, shown: Shown<'a>) -> impl Iterator<Item = Task> {
    let complete = move |task: Task| {
        let answer = shown.open.answers.to(task);
        answer.is_some_and(|answer| answer.complete)
    };
    let short = shown.duration() <= LONGEST_UNASKED;
    let all = complete(shown.task) && state.model.is_some() && short;
    // Whether results computed elsewhere are this model's shows when the model is known.
    let waits = shown.row.known.is_some() && state.model.is_none();
    Task::ALL
        .into_iter()
        .filter(move |_| !waits)
        .filter(move |&task| (task == shown.task || all) && state.can(task) && !complete(task))
}

/// Another clip comes on screen: what draws this one stops, and what it still lacks waits its turn with the rest.
pub fn leave(state: &mut AppState, engine: &mut dyn EngineLink, id: RowId) {
    let drawing = |kind| {
        matches!(
            kind,
            JobKind::Waveform | JobKind::Spectrogram | JobKind::Thumbnails
        )
    };
    let of_row: Vec<_> = state.jobs.of_row(id).copied().collect();
    for known in of_row.into_iter().filter(|known| drawing(known.kind)) {
        engine.cancel(known.job);
        state.jobs.remove(known.job);
        state
            .library
            .change(id, |open| open.asked.remove(&known.kind));
    }
    state.library.to_open.push_front(id);
    state.library.to_analyse.push_front(id);
}
