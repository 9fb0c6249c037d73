//! What the engine tells of exports.

use mettle_core::base::Problem;
use mettle_core::engine::{Reply, ReplyBody};

use super::tell;
use crate::state::{AppState, Dialog};

/// File it, if it is of an export. Says whether nothing is left to be done with it.
pub(super) fn file(state: &mut AppState, reply: &Reply, now: f64) -> bool {
    if let ReplyBody::Exported(clip) = &reply.body {
        state.export.file(reply.job, (**clip).clone());
        return true;
    }
    let Some(run) = state.export.run.filter(|run| run.job == reply.job) else {
        return false;
    };
    let failure = match &reply.body {
        ReplyBody::Done | ReplyBody::Cancelled => None,
        ReplyBody::Failed(problem) => Some(problem.clone()),
        _ => return false,
    };
    state.export.run = None;
    state.export.failure = failure;
    if run.writes {
        ended(state, &reply.body, now);
    }
    true
}

/// Said aloud where the dialog is not there to say it.
fn ended(state: &mut AppState, how: &ReplyBody, now: f64) {
    if state.dialog == Dialog::Export {
        return;
    }
    let summary = state.export.summary();
    let problem = match (how, &state.export.failure) {
        (_, Some(problem)) => problem.clone(),
        (ReplyBody::Cancelled, None) => Problem::note("The export was stopped", summary),
        (_, None) if state.export.counts()[2] > 0 => {
            Problem::warning("Not all clips were exported", format!("{summary}."))
        }
        (_, None) => Problem::note("Exported", format!("{summary}.")),
    };
    tell(state, problem, now);
}
