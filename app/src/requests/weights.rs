//! Asking which weights of the full-size backbones are here, and for others.

use mettle_core::engine::{JobSpec, WeightsTask};
use mettle_core::hub::Places;

use crate::link::EngineLink;
use crate::state::AppState;

/// Look which weights are here. Calls nobody.
pub fn look_for_weights(state: &mut AppState, engine: &mut dyn EngineLink) {
    state.weights.home = Places::usual(None).home();
    ask_weights(state, engine, WeightsTask::List);
}

/// Hand in a task, unless the same is under way.
pub fn ask_weights(state: &mut AppState, engine: &mut dyn EngineLink, task: WeightsTask) {
    let view = &mut state.weights;
    if view.jobs.iter().any(|(_, known)| *known == task) {
        return;
    }
    match &task {
        WeightsTask::Pull { model, .. } => view.failures.retain(|(key, _)| key != model),
        WeightsTask::Verify => view.verdicts.clear(),
        WeightsTask::List => {}
    }
    let job = engine.submit(JobSpec::Weights(task.clone()));
    view.jobs.push((job, task));
}
