//! Weights of the full-size backbones: what the window knows of them, what it asks for, and how they are put in words.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::Problem;
use mettle_core::engine::{JobId, JobSpec, Reply, ReplyBody, WeightsTask};
use mettle_core::hub::{ModelLine, Places, WeightsState};
use mettle_core::model::{Contents, Verdict};

use crate::link::EngineLink;
use crate::state::{AppState, Dialog};

/// What the window knows of weights.
#[derive(Clone, Debug, Default)]
pub struct WeightsView {
    /// Every model, once looked for.
    pub lines: Arc<Vec<ModelLine>>,
    /// Where downloads go.
    pub home: PathBuf,
    /// What is under way.
    pub jobs: Vec<(JobId, WeightsTask)>,
    /// What the last check found of each file.
    pub verdicts: Vec<Verdict>,
    /// Why the last download of a model failed.
    pub failures: Vec<(String, Problem)>,
}

impl WeightsView {
    /// The download of a model that is under way.
    pub fn pull_of(&self, key: &str) -> Option<JobId> {
        let of =
            |task: &WeightsTask| matches!(task, WeightsTask::Pull { model, .. } if model == key);
        self.jobs
            .iter()
            .find(|(_, task)| of(task))
            .map(|(job, _)| *job)
    }

    /// The check that is under way.
    pub fn check(&self) -> Option<JobId> {
        let check = self
            .jobs
            .iter()
            .find(|(_, task)| *task == WeightsTask::Verify);
        check.map(|(job, _)| *job)
    }
}

/// Open the dialog and look which weights are here. Calls nobody.
pub fn show(state: &mut AppState, engine: &mut dyn EngineLink) {
    state.dialog = Dialog::Models;
    state.weights.home = Places::usual(None).home();
    ask(state, engine, WeightsTask::List);
}

/// Hand in a task, unless the same is under way.
pub fn ask(state: &mut AppState, engine: &mut dyn EngineLink, task: WeightsTask) {
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

/// File an answer, if it is about weights.
pub fn file(state: &mut AppState, engine: &mut dyn EngineLink, reply: &Reply) -> bool {
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
        ask(state, engine, WeightsTask::List);
    }
}

/// Bytes for people: `913.4 MB`.
pub fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        c if c >= 1e9 => format!("{:.2} GB", c / 1e9),
        c if c >= 1e6 => format!("{:.1} MB", c / 1e6),
        c if c >= 1e3 => format!("{:.1} kB", c / 1e3),
        c => format!("{c:.0} B"),
    }
}

/// How a model's weights stand on this machine.
pub fn standing(state: &WeightsState) -> String {
    match state {
        WeightsState::Here(found) => found.path.display().to_string(),
        WeightsState::Partly(part) if part.total > 0 => {
            format!("{} of {} have come", bytes(part.done), bytes(part.total))
        }
        WeightsState::Partly(part) => format!("{} have come", bytes(part.done)),
        WeightsState::Missing => "not here".into(),
    }
}

/// What is in a file of weights.
pub fn contents_text(contents: &Result<Contents, String>) -> String {
    match contents {
        Ok(found) => {
            let million = found.numbers as f64 / 1e6;
            format!("{} tensors, {million:.1} M numbers", found.tensors)
        }
        Err(error) => error.clone(),
    }
}
