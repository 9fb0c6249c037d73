//! Search by example.

use mettle_core::base::{Task, Time};
use mettle_core::engine::{HeadChoice, JobSpec, WhichHead};

use super::{Context, clips, dialogs};
use crate::state::{AlikeWish, AppState, Dialog, Mode, RowId};

/// Look for seconds like the one under the playhead.
pub(super) fn open(state: &mut AppState, context: &mut Context<'_>) {
    let clip = state.shown().and_then(|shown| shown.row.clip.as_ref());
    let Some((clip, segment)) = clip.map(|clip| clip.id).zip(state.current_segment()) else {
        return;
    };
    let by = state.alike.wish.map(|wish| wish.by).unwrap_or_default();
    dialogs::show(state, context, Dialog::Alike);
    find(state, context, AlikeWish { clip, segment, by });
}

/// Ask for the seconds most like one.
pub(super) fn find(state: &mut AppState, context: &mut Context<'_>, wish: AlikeWish) {
    let which = WhichHead::For(compared(state));
    let job = context.engine.submit(JobSpec::Nearest {
        clip: wish.clip,
        segment: wish.segment,
        head: HeadChoice {
            model: state.model_choice.clone(),
            which,
        },
        by: wish.by,
    });
    state.alike.asked(job, wish);
}

/// The task whose head's meta-tokens are compared: the one on screen, and in masks mode, whose meta-tokens are none of a second,
/// the one that most clips were asked.
pub(super) fn compared(state: &AppState) -> Task {
    match state.mode() {
        Mode::Parsing => Task::Parse,
        Mode::Masks if !state.can(Task::Localize) => Task::Parse,
        Mode::Events | Mode::Masks => Task::Localize,
    }
}

/// Show a second of any clip.
pub(super) fn go_to(state: &mut AppState, context: &mut Context<'_>, row: RowId, at: Time) {
    dialogs::show(state, context, Dialog::None);
    if state.library.selected == Some(row) {
        context.player.seek(at);
        return;
    }
    if let Some(row) = state.library.row_mut(row) {
        row.view.time = at;
    }
    clips::select(state, context, Some(row));
}
