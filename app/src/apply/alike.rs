//! Search by example.

use std::collections::BTreeMap;

use mettle_core::base::{LabelId, Modality, Said, Task, Time, TimeSpan};
use mettle_core::engine::{HeadChoice, JobSpec, WhichHead};
use mettle_core::project::Change;

use super::{Context, clips, dialogs, edits};
use crate::state::{AlikeWish, AppState, Dialog, Mode, RowId, count, word};

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

/// Say something of the seconds that are picked, of all their clips at once: one undo takes it back.
pub(super) fn say(state: &mut AppState, context: &mut Context<'_>, modality: Modality, said: Said) {
    let Some(label) = state.alike_class() else {
        return;
    };
    let of = LabelId::named(&label);
    let mut words: BTreeMap<RowId, Vec<Change>> = BTreeMap::new();
    for found in state.alike.picked() {
        let row = state.library.row(found.row);
        let spans = row.map(|row| TimeSpan::seconds_of(row.duration()));
        let span = spans.and_then(|spans| spans.get(found.segment).copied());
        if let Some(span) = span {
            let words = words.entry(found.row).or_default();
            words.push(word(of, modality, span, said));
        }
    }
    let seconds: usize = words.values().map(Vec::len).sum();
    let changes = words.into_iter().filter_map(|(id, words)| {
        let row = state.library.row(id)?;
        Some((id, Change::joined(row.corrected.shown(), words)))
    });
    let changes: Vec<(RowId, Change)> = changes.collect();
    let clips = edits::keep_of_many(state, context, changes);
    if clips > 0 {
        state.alike.pick_none();
        let clips = count(clips, "clip");
        let title = format!("{label}: said of {seconds} s in {clips}");
        edits::note(
            state,
            context.now(),
            title,
            "One undo takes all of it back.",
        );
    }
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
