//! What the engine is asked for training: the training itself, the heads of this machine, what a new head says of the clip on screen.

use mettle_core::base::{HeadId, Task};
use mettle_core::engine::{FineTune, JobSpec, TrainingStage};

use crate::link::EngineLink;
use crate::state::{AppState, InspectorTab, JobKind, Run, Standing};

/// Start a training, or measure what one would cost. Nothing happens while another one runs.
pub fn train(
    state: &mut AppState,
    engine: &mut dyn EngineLink,
    (stage, live): (TrainingStage, bool),
    now: f64,
) {
    if state.training.run.is_some() {
        return;
    }
    let Some(spec) = state.lesson(stage, live) else {
        return;
    };
    let task = state.mode().task();
    if stage == TrainingStage::Train {
        state.training.curve = (task, Vec::new());
    }
    let job = engine.submit(JobSpec::FineTune(Box::new(spec.clone())));
    state.training.run = Some(Run {
        job,
        spec,
        task,
        live,
        paused: false,
        began: now,
        keeps_best: false,
    });
}

/// Which of the project's clips that are not open here can be learned from is looked for once the page shows them.
pub fn want_found(state: &mut AppState, engine: &mut dyn EngineLink) {
    let seen = state.tab == InspectorTab::Train && state.model.is_some();
    if !state.training.look || !seen || state.training.project.is_none() {
        return;
    }
    state.training.look = false;
    let clips = state.spoken_of(state.mode().task());
    if clips.iter().all(|clip| clip.open.is_some()) {
        state.training.missing.clear();
        return;
    }
    if let Some(spec) = state.lesson(TrainingStage::Find, false) {
        state.training.looking = Some(engine.submit(JobSpec::FineTune(Box::new(spec))));
    }
}

/// A training was stopped: its best head so far is kept.
pub fn finish(state: &mut AppState, engine: &mut dyn EngineLink, stopped: Run, now: f64) {
    let spec = FineTune {
        stage: TrainingStage::Finish,
        ..stopped.spec
    };
    let job = engine.submit(JobSpec::FineTune(Box::new(spec.clone())));
    state.training.run = Some(Run {
        job,
        spec,
        began: now,
        keeps_best: false,
        paused: false,
        ..stopped
    });
}

/// Ask for the heads of this machine; one is removed first, if named.
pub fn list_heads(state: &AppState, engine: &mut dyn EngineLink, remove: Option<HeadId>) {
    engine.submit(JobSpec::Heads {
        model: state.model_choice.clone(),
        remove,
    });
}

/// What the new head says of the clip on screen, to be shown beside what the one in use says.
pub fn want_proposed(state: &mut AppState, engine: &mut dyn EngineLink) {
    let (Some(proposal), Some(shown)) = (&state.training.proposal, state.shown()) else {
        return;
    };
    let (task, head) = (proposal.trained.head.task, proposal.trained.head.id);
    let kind = JobKind::Proposed(task, head);
    let id = shown.row.id;
    let served = shown.task == task && shown.analysed();
    if !served || shown.open.asked.contains(&kind) {
        return;
    }
    state.library.change(id, |open| open.asked.insert(kind));
    super::submit(state, engine, id, kind);
}

/// Another head of a task is in use: what it has said already is shown, the rest is asked anew.
pub fn use_head(state: &mut AppState, engine: &mut dyn EngineLink, task: Task) {
    state.attention.forget();
    for known in state.jobs.all().to_vec() {
        if known.kind == JobKind::Predict(task) {
            engine.cancel(known.job);
            state.jobs.remove(known.job);
        }
    }
    let head = state.head_in_use(task);
    let library = &mut state.library;
    for id in library.rows().iter().map(|row| row.id).collect::<Vec<_>>() {
        let known = library.open.get(id).is_some();
        let complete = known
            && library.change(id, |open| {
                open.asked.remove(&JobKind::Predict(task));
                head.is_some_and(|head| open.answers.show(task, head))
            });
        let answer = library.open.get(id).and_then(|open| open.answers.to(task));
        if let Some(answer) = answer.filter(|_| complete) {
            state.review.heard(&answer.prediction);
        }
        if let Some(row) = library.row_mut(id) {
            row.asked.remove(&task);
            let standing = Standing {
                complete,
                ..row.standing_of(task)
            };
            row.standing.insert(task, standing);
            row.view.chosen = None;
        }
    }
    let mode = state.mode().task();
    state.library.analyse_all(mode);
}
