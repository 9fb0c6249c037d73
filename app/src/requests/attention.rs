//! Asking what the meta-tokens read in the second under the playhead, when that is shown.

use mettle_core::engine::{HeadChoice, JobSpec, WhichHead};

use crate::link::EngineLink;
use crate::state::{AppState, shown_key};

/// Ask for the reading of the second under the playhead, one at a time: while the clip plays, the newest is asked next.
pub fn want_attention(state: &mut AppState, engine: &mut dyn EngineLink) {
    if !state.attention.wish.on {
        return;
    }
    let Some(key) = shown_key(state).filter(|key| state.attention.wanting(*key)) else {
        return;
    };
    let Some(clip) = state.shown().and_then(|shown| shown.row.clip.clone()) else {
        return;
    };
    let (_, task, segment) = key;
    let model = state.model_choice.clone();
    let job = engine.submit(JobSpec::Attention {
        clip,
        head: HeadChoice {
            model,
            which: WhichHead::For(task),
        },
        segment,
    });
    state.attention.asked(job, key);
}
