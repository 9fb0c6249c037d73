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
        if state.settings.calibrated {
            // Temperatures of trained heads are known only now.
            super::recalibrated(state);
        }
        return true;
    }
    if let (ReplyBody::Missing(clips), Some(looking)) = (&reply.body, state.training.looking)
        && looking == reply.job
    {
        state.training.missing = clips.iter().copied().collect();
        state.training.looking = None;
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
            ReplyBody::Epoch(_)
                | ReplyBody::TrainingCost(_)
                | ReplyBody::Trained(_)
                | ReplyBody::Missing(_)
        );
    };
    match &reply.body {
        ReplyBody::Epoch(epoch) => {
            let (_, curve) = &mut state.training.curve;
            curve.retain(|known| known.epoch < epoch.epoch);
            curve.push(*epoch);
        }
        ReplyBody::Missing(clips) => state.training.missing = clips.iter().copied().collect(),
        ReplyBody::TrainingCost(cost) => state.training.cost = Some((run.task, *cost)),
        ReplyBody::Trained(trained) => {
            state.training.proposal = Some(Proposal {
                trained: (**trained).clone(),
                live: run.live,
                outdated: false,
            });
            check_proposal(state);
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

/// Whether the head that came of the last training learned words that were taken back meanwhile.
pub fn check_proposal(state: &mut AppState) {
    let proposal = state.training.proposal.as_ref();
    let outdated = proposal.is_some_and(|proposal| state.is_outdated(&proposal.trained.head));
    if let Some(proposal) = &mut state.training.proposal {
        proposal.outdated = outdated;
    }
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
