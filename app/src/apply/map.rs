//! The map of seconds.

use mettle_core::engine::{HeadChoice, JobSpec, WhichHead};

use super::{Context, alike, dialogs};
use crate::state::{AppState, Dialog};

/// Show it, and have it laid out anew: more may have been analysed since.
pub(super) fn open(state: &mut AppState, context: &mut Context<'_>) {
    dialogs::show(state, context, Dialog::Map);
    if let Some(job) = state.map.job() {
        context.engine.cancel(job);
    }
    let job = context.engine.submit(JobSpec::Map {
        head: HeadChoice {
            model: state.model_choice.clone(),
            which: WhichHead::For(alike::compared(state)),
        },
    });
    state.map.asked(job);
}
