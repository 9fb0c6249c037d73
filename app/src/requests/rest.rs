//! What the clips off screen get: opened, and analysed for what the mode shows, few at a time.

use super::{LONGEST_UNASKED, submit};
use mettle_core::engine::WhichHead;

use crate::link::EngineLink;
use crate::state::{AppState, JobKind, Library, RowId};

/// Files being opened at once.
const OPENING: usize = 4;
/// Clips with the model at once: the next one's decoder starts while this one is scored.
const ANALYSING: usize = 2;

/// Go on with the clips off screen, once the one on screen has what it shows.
pub fn want_rest(state: &mut AppState, engine: &mut dyn EngineLink) {
    if !shown_is_served(state) {
        return;
    }
    let running = |state: &AppState, of: fn(JobKind) -> bool| {
        let all = state.jobs.all().iter();
        all.filter(|known| of(known.kind)).count()
    };
    while running(state, |kind| kind == JobKind::Open) < OPENING {
        let mut queue = std::mem::take(&mut state.library.to_open);
        let next = Library::next(&mut queue, |id| is_unopened(state, id));
        state.library.to_open = queue;
        let Some(id) = next else { break };
        submit(state, engine, id, JobKind::Open);
    }
    let task = state.mode().task();
    while state.can(task) && running(state, |kind| matches!(kind, JobKind::Predict(_))) < ANALYSING
    {
        let mut queue = std::mem::take(&mut state.library.to_analyse);
        let next = Library::next(&mut queue, |id| is_unasked(state, id));
        state.library.to_analyse = queue;
        let Some(id) = next else { break };
        if let Some(row) = state.library.row_mut(id) {
            row.asked.insert(task);
        }
        submit(state, engine, id, JobKind::Predict(task));
    }
}

fn is_unopened(state: &AppState, id: RowId) -> bool {
    let row = state.library.row(id);
    row.is_some_and(|row| row.clip.is_none() && row.failure.is_none())
        && state.jobs.job(id, JobKind::Open).is_none()
}

fn is_unasked(state: &AppState, id: RowId) -> bool {
    let task = state.mode().task();
    let row = state
        .library
        .row(id)
        .filter(|_| state.library.selected != Some(id));
    row.is_some_and(|row| {
        let asked = row.asked.contains(&task) || row.standing_of(task).complete;
        // Results computed elsewhere are read when the clip is shown.
        let answered = state
            .model
            .as_ref()
            .is_none_or(|model| row.is_answered(task, model));
        let own = state.which_head(task) == WhichHead::For(task);
        let asked = asked || (row.known.is_some() && answered && own);
        row.clip.is_some() && row.failure.is_none() && !asked
    })
}

/// Whether the clip on screen is open, drawn, and (unless it is long) has its scores.
fn shown_is_served(state: &AppState) -> bool {
    let Some(row) = state.library.selected_row() else {
        return true;
    };
    if row.failure.is_some() {
        return true;
    }
    let runs = |kind| state.jobs.job(row.id, kind).is_some();
    let drawing = [JobKind::Waveform, JobKind::Spectrogram, JobKind::Thumbnails];
    let scored = JobKind::Predict(state.mode().task());
    let scoring = row.duration() <= LONGEST_UNASKED && runs(scored);
    row.clip.is_some() && !drawing.into_iter().any(runs) && !scoring
}
