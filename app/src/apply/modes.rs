//! Events, parsing, masks: which is on screen, and how it is drawn.

use mettle_core::predict::MaskStyle;
use mettle_core::project::Change;

use super::Context;
use super::edits;
use crate::command::Command;
use crate::replies;
use crate::state::{AppState, Disagreement, Gesture, InspectorTab, Mode, ThresholdOf};

/// One press of the keys for opacity.
const STEP: f32 = 0.1;

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    let masks = &mut state.settings.masks;
    match command {
        Command::ModeEvents => set_mode(state, Mode::Events),
        Command::ModeParsing => set_mode(state, Mode::Parsing),
        Command::ModeMasks => set_mode(state, Mode::Masks),
        Command::HeardNotSeen => filter(state, Disagreement::HeardNotSeen),
        Command::SeenNotHeard => filter(state, Disagreement::SeenNotHeard),
        Command::MaskStyle => {
            masks.style = match masks.style {
                MaskStyle::Fill => MaskStyle::Outline,
                MaskStyle::Outline => MaskStyle::Heat,
                MaskStyle::Heat => MaskStyle::Fill,
            }
        }
        Command::MaskFainter => masks.opacity = (masks.opacity - STEP).max(0.0),
        Command::MaskStronger => masks.opacity = (masks.opacity + STEP).min(1.0),
        Command::CrossFade => masks.cross_fade = !masks.cross_fade,
        Command::AttentionView => {
            state.attention.wish.on = !state.attention.wish.on;
            if state.attention.wish.on {
                state.tab = InspectorTab::Attention;
            }
        }
        Command::OwnThreshold if state.mode() == Mode::Masks => own_mask_threshold(state, context),
        Command::OwnThreshold => own_threshold(state),
        _ => return false,
    }
    true
}

/// Show another of the answers.
pub(super) fn set_mode(state: &mut AppState, mode: Mode) {
    let before = std::mem::replace(&mut state.settings.mode, mode);
    if before != mode {
        state.library.change_task(mode.task());
    }
    if mode != Mode::Parsing {
        state.filter = None;
    }
    state.tab = match (mode, state.tab) {
        (Mode::Masks, InspectorTab::Second) => InspectorTab::Masks,
        (Mode::Events | Mode::Parsing, InspectorTab::Masks) => InspectorTab::Second,
        (_, tab) => tab,
    };
}

/// Move the threshold of what is on screen.
pub(super) fn set_threshold(
    state: &mut AppState,
    context: &mut Context<'_>,
    value: f32,
    gesture: Gesture,
) {
    let value = value.clamp(0.0, 1.0);
    if state.mode() == Mode::Masks {
        return edits::edit(state, context, Change::MaskThreshold(value), gesture);
    }
    state.settings.threshold = value;
    replies::thresholds_moved(state);
}

fn filter(state: &mut AppState, which: Disagreement) {
    let same = state.filter == Some(which);
    state.filter = (!same).then_some(which);
    if state.filter.is_some() {
        set_mode(state, Mode::Parsing);
    }
}

/// Give the second under the playhead a mask threshold of its own, or take it back.
fn own_mask_threshold(state: &mut AppState, context: &mut Context<'_>) {
    let Some((masks, span)) = state.mask_thresholds_here() else {
        return;
    };
    let value = match masks.own(span) {
        Some(_) => None,
        None => Some(masks.clip),
    };
    let change = Change::MaskThresholdOf { span, value };
    edits::edit(state, context, change, Gesture::Single);
}

fn own_threshold(state: &mut AppState) {
    let Some(lane) = state.shown().and_then(|shown| shown.row.view.lane.clone()) else {
        return;
    };
    let of = ThresholdOf::Class(lane.to_string());
    let own = &mut state.settings.own_thresholds;
    let new = match own.get(&of) {
        Some(_) => None,
        None => Some(state.settings.threshold),
    };
    own.set(&of, new);
    replies::thresholds_moved(state);
}
