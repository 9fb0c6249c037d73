//! What the engine tells of trainings and heads.

use mettle_core::engine::{Reply, ReplyBody};

use crate::link::EngineLink;
use crate::requests;
use crate::state::{AppState, Proposal};

/// File it, if it is of a training or lists heads. Says whether nothing is left to be done with it.
pub(super) fn file(
    state: &mut AppState,
    engine: &mut dyn EngineLink,
    reply: &Reply,
    now: f64,
) -> bool {
    if let ReplyBody::Heads(heads) = &reply.body {
        state.training.heads = heads.clone();
        forget_missing(state, engine);
        return true;
    }
    let Some(run) = state
        .training
        .run
        .clone()
        .filter(|run| run.job == reply.job)
    else {
        // Of a training that is no longer wanted, nothing is taken.
        return matches!(
            reply.body,
            ReplyBody::Epoch(_) | ReplyBody::TrainingCost(_) | ReplyBody::Trained(_)
        );
    };
    match &reply.body {
        ReplyBody::Epoch(epoch) => {
            let curve = &mut state.training.curve;
            curve.retain(|known| known.epoch < epoch.epoch);
            curve.push(*epoch);
        }
        ReplyBody::TrainingCost(cost) => state.training.cost = Some(*cost),
        ReplyBody::Trained(trained) => {
            state.training.proposal = Some(Proposal {
                trained: (**trained).clone(),
                live: run.live,
            });
            requests::list_heads(state, engine, None);
        }
        ReplyBody::Done | ReplyBody::Failed(_) => {
            state.training.run = None;
            return matches!(reply.body, ReplyBody::Done);
        }
        ReplyBody::Cancelled => {
            state.training.run = None;
            if run.keeps_best {
                requests::finish(state, engine, run, now);
            }
        }
        _ => return false,
    }
    true
}

/// A head in use that is nowhere any more gives way to the model's own.
fn forget_missing(state: &mut AppState, engine: &mut dyn EngineLink) {
    let choice = state.model_choice.clone();
    for task in mettle_core::base::Task::ALL {
        let chosen = state.settings.head_of(&choice, task);
        let there = |id| state.training.heads.iter().any(|head| head.id == id);
        if chosen.is_some_and(|id| !there(id)) {
            state.settings.choose_head(&choice, task, None);
            requests::use_head(state, engine, task);
        }
    }
    let gone = |proposal: &Proposal| {
        let heads = &state.training.heads;
        !heads.iter().any(|head| head.id == proposal.trained.head.id)
    };
    if state.training.proposal.as_ref().is_some_and(gone) {
        state.training.proposal = None;
    }
}
