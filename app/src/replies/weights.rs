//! Filing answers about weights.

use mettle_core::base::Problem;
use mettle_core::engine::{Reply, ReplyBody, WeightsTask};

use crate::link::EngineLink;
use crate::requests::ask_weights;
use crate::state::AppState;

/// File an answer, if it is about weights.
pub(super) fn file(state: &mut AppState, engine: &mut dyn EngineLink, reply: &Reply) -> bool {
    let view = &mut state.weights;
    let place = view.jobs.iter().position(|(job, _)| *job == reply.job);
    let Some(place) = place else { return false };
    match &reply.body {
        ReplyBody::Models(lines) => view.lines = lines.clone(),
        ReplyBody::Verified(verdict) => view.verdicts.push((**verdict).clone()),
        ReplyBody::Done => drop(view.jobs.remove(place)),
        ReplyBody::Cancelled => ended(state, engine, place, None),
        ReplyBody::Failed(problem) => ended(state, engine, place, Some(problem.clone())),
        _ => {}
    }
    true
}

/// A task that came to nothing; what came of a download is there to go on with.
fn ended(state: &mut AppState, engine: &mut dyn EngineLink, place: usize, why: Option<Problem>) {
    let (_, task) = state.weights.jobs.remove(place);
    if let (WeightsTask::Pull { model, .. }, Some(problem)) = (&task, &why) {
        state
            .weights
            .failures
            .push((model.clone(), problem.clone()));
    }
    state.problems.extend(why);
    if task != WeightsTask::List {
        ask_weights(state, engine, WeightsTask::List);
    }
}
