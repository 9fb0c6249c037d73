//! What the engine is asked to do for clips, and when: for the one on screen what it shows, at once; for the others, few at a
//! time, once the one on screen has what it needs.

mod attention;
mod export;
mod rest;
mod shown;
mod training;
mod weights;

use std::sync::Arc;

use mettle_core::base::Time;
use mettle_core::engine::{HeadChoice, JobId, JobSpec, WhichHead};
use mettle_core::media::Clip;

use crate::link::EngineLink;
use crate::state::{AppState, JobKind, Row, RowId};

pub use attention::want_attention;
pub use export::want_export;
pub use rest::want_rest;
pub use shown::{leave, want_shown};
pub use training::{finish, list_heads, train, use_head, want_found, want_proposed};
pub use weights::{ask_weights, look_for_weights};

/// Clips up to this long are asked everything, longer ones what the mode shows: masks of an hour would take room that nobody
/// asked for.
const LONGEST_UNASKED: Time = Time::from_micros(600_000_000);

/// Hand in a job for a row, unless it runs already or has nothing to work on.
fn submit(
    state: &mut AppState,
    engine: &mut dyn EngineLink,
    id: RowId,
    kind: JobKind,
) -> Option<JobId> {
    if state.jobs.job(id, kind).is_some() {
        return None;
    }
    let row = state.library.row(id)?;
    let job = engine.submit(job_for(row, kind, state)?);
    state.jobs.add(job, id, kind);
    Some(job)
}

/// Analyse a clip anew; what there is stays until the new scores come.
pub fn analyse(state: &mut AppState, id: RowId) {
    forget_asked(state, id);
    if let Some(row) = state.library.row_mut(id) {
        row.failure = None;
        row.known = None;
        row.standing.values_mut().for_each(|s| s.complete = false);
        state.library.to_analyse.push_front(id);
    }
    state.library.change(id, |open| open.answers.are_old());
}

/// Whatever failed with a clip is tried once more.
pub fn try_again(state: &mut AppState, id: RowId) {
    let failed = state.library.row_mut(id).and_then(|row| row.failure.take());
    if failed.is_some() {
        analyse(state, id);
    }
}

/// What was asked of the model may be asked again.
fn forget_asked(state: &mut AppState, id: RowId) {
    if let Some(row) = state.library.row_mut(id) {
        row.asked.clear();
    }
    if state.library.open.get(id).is_some() {
        let of_model = |kind: &JobKind| matches!(kind, JobKind::Predict(_));
        state
            .library
            .change(id, |open| open.asked.retain(|kind| !of_model(kind)));
    }
}

/// Another model: what the old one said, and what it still works on, goes, and every clip is asked anew.
pub fn analyse_all(state: &mut AppState, engine: &mut dyn EngineLink) {
    state.attention.forget();
    for known in state.jobs.all().to_vec() {
        if matches!(known.kind, JobKind::Predict(_)) {
            engine.cancel(known.job);
            state.jobs.remove(known.job);
        }
    }
    let task = state.mode().task();
    state.library.forget_answers();
    state.library.analyse_all(task);
}

/// The engine was started anew: what the old one had not finished is asked again.
pub fn ask_again(state: &mut AppState) {
    for known in state.jobs.take() {
        let (id, library) = (known.row, &mut state.library);
        match known.kind {
            JobKind::Open => library.to_open.push_front(id),
            JobKind::Predict(task) => {
                if let Some(row) = library.row_mut(id) {
                    row.asked.remove(&task);
                }
                library.to_analyse.push_front(id);
            }
            JobKind::Waveform
            | JobKind::Spectrogram
            | JobKind::Thumbnails
            | JobKind::Proposed(..) => {}
        }
        if library.open.get(id).is_some() {
            library.change(id, |open| open.asked.remove(&known.kind));
        }
    }
}

fn job_for(row: &Row, kind: JobKind, state: &AppState) -> Option<JobSpec> {
    let clip = || row.clip.clone();
    let heard = || clip().filter(|clip: &Arc<Clip>| clip.audio.is_some());
    Some(match kind {
        JobKind::Open => JobSpec::Open {
            path: row.path.clone(),
        },
        JobKind::Waveform => JobSpec::Waveform { clip: heard()? },
        JobKind::Spectrogram => JobSpec::Spectrogram { clip: heard()? },
        JobKind::Thumbnails => JobSpec::Thumbnails {
            clip: clip().filter(|clip| clip.video.is_some())?,
        },
        JobKind::Predict(task) => JobSpec::Predict {
            clip: clip()?,
            head: HeadChoice {
                model: state.model_choice.clone(),
                which: state.which_head(task),
            },
        },
        JobKind::Proposed(_, head) => JobSpec::Predict {
            clip: clip()?,
            head: HeadChoice {
                model: state.model_choice.clone(),
                which: WhichHead::Named(head),
            },
        },
    })
}
