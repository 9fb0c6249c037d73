//! Wishes about training and heads.

use mettle_core::engine::TrainingStage;
use mettle_core::project::{ClipFacts, Corrections};

use super::{Context, heads};
use crate::intent::TrainIntent;
use crate::replies;
use crate::requests;
use crate::state::{AppState, InspectorTab};

/// So long after the last correction it is learned, in seconds: corrections come in runs.
const DEBOUNCE: f64 = 0.4;

/// Carry one out.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: TrainIntent) {
    let now = context.now();
    match intent {
        TrainIntent::Measure => {
            let how = (TrainingStage::Measure, false);
            requests::train(state, &mut **context.engine, how, now);
        }
        TrainIntent::Start => {
            let how = (TrainingStage::Train, false);
            requests::train(state, &mut **context.engine, how, now);
        }
        TrainIntent::Pause(paused) => pause(state, context, paused),
        TrainIntent::Stop { keep_best } => stop(state, context, keep_best),
        TrainIntent::HoldOut(clip, true) => drop(state.training.held_out.insert(clip)),
        TrainIntent::HoldOut(clip, false) => drop(state.training.held_out.remove(&clip)),
        TrainIntent::PseudoLabels(on) => state.training.forgets = !on,
        TrainIntent::Relearn(on) => state.training.relearns = Some(on),
        TrainIntent::Live(on) => {
            state.training.live = on;
            state.training.due = on.then_some(now);
        }
        TrainIntent::Adopt => heads::adopt(state, context),
        TrainIntent::Keep => state.training.proposal = None,
        TrainIntent::Use(head) => heads::use_head(state, context, head),
        TrainIntent::Remove(head) => heads::remove(state, context, head),
    }
}

/// Show the page, with the heads there are.
pub(super) fn show(state: &mut AppState, context: &mut Context<'_>) {
    state.tab = InspectorTab::Train;
    state.training.look = true;
    if state.training.heads.is_empty() {
        requests::list_heads(state, &mut **context.engine, None);
    }
}

fn pause(state: &mut AppState, context: &mut Context<'_>, paused: bool) {
    if let Some(run) = &mut state.training.run {
        run.paused = paused;
        match paused {
            true => context.engine.pause(run.job),
            false => context.engine.resume(run.job),
        }
    }
}

/// What was learned up to the last epoch can be kept.
fn stop(state: &mut AppState, context: &mut Context<'_>, keep_best: bool) {
    if let Some(run) = &mut state.training.run {
        run.keeps_best = keep_best;
        context.engine.cancel(run.job);
    }
}

/// What is said of the project's clips is read.
pub(super) fn corrected_read(state: &mut AppState, clips: Vec<(ClipFacts, Corrections)>) {
    state.training.project = Some(clips);
    state.training.read += 1;
    state.training.look = true;
}

/// A correction is on the disk: where each is learned at once, this one is soon.
pub(super) fn corrected(state: &mut AppState, now: f64) {
    if state.training.live {
        state.training.due = Some(now + DEBOUNCE);
    }
    replies::check_proposal(state);
}

/// Learn what was corrected once that is due; a training that learns less gives way.
pub fn learn_live(state: &mut AppState, context: &mut Context<'_>) {
    let Some(due) = state.training.due else {
        return;
    };
    let now = context.now();
    let wait = due - now;
    if wait > 0.0 {
        let wait = std::time::Duration::from_secs_f64(wait);
        return context.ctx.request_repaint_after(wait);
    }
    match &state.training.run {
        // It gives way; the newest wish follows when its end has come.
        Some(run) if run.live => context.engine.cancel(run.job),
        // One that was asked for is not disturbed.
        Some(_) => {}
        None => {
            state.training.due = None;
            let how = (TrainingStage::Train, true);
            requests::train(state, &mut **context.engine, how, now);
        }
    }
}
