//! Masks drawn by hand: the tools, strokes and polygons, and whole masks copied, accepted or taken back.

use mettle_core::base::TimeSpan;

use super::{Context, edits, says, timeline};
use crate::command::Command;
use crate::state::{AppState, BrushMove, Corners, Gesture, MaskTool, Mode};

/// One press of the keys for the brush's size.
const STEP: f32 = 1.25;

/// Says whether the command was one of these; commands for events mean masks in masks mode.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    match command {
        Command::PaintMask => take_up(state, context, MaskTool::Brush),
        Command::EraseMask => take_up(state, context, MaskTool::Eraser),
        Command::MaskPolygon => take_up(state, context, MaskTool::Polygon),
        Command::BrushSmaller => state.settings.masks.scale_brush(1.0 / STEP),
        Command::BrushLarger => state.settings.masks.scale_brush(STEP),
        Command::CopyMaskForward => copy(state, context, true),
        Command::CopyMaskBack => copy(state, context, false),
        _ if state.mode() != Mode::Masks => return false,
        Command::Accept if state.mask_hand.corners.is_some() => close(state, context, true),
        Command::Accept => accept(state, context),
        Command::AcceptRest => {
            let all = state.accepted_masks(usize::MAX);
            says::together(state, context, all);
        }
        Command::TakeBack if state.mask_hand.corners.is_some() => {
            let corners = &mut state.mask_hand.corners;
            let left = corners.as_mut().and_then(|corners| {
                corners.points.pop();
                corners.points.last()
            });
            if left.is_none() {
                *corners = None;
            }
        }
        Command::TakeBack | Command::Revert => revert(state, context),
        Command::ClearSelection if state.mask_hand.corners.is_some() => {
            state.mask_hand.corners = None;
        }
        Command::ClearSelection if state.mask_hand.tool.is_some() => state.mask_hand.tool = None,
        _ => return false,
    }
    true
}

/// Take a tool into the hand; the one that is there is put down.
fn take_up(state: &mut AppState, context: &mut Context<'_>, tool: MaskTool) {
    edits::let_go(state, context);
    super::modes::set_mode(state, Mode::Masks);
    let hand = &mut state.mask_hand;
    let same = hand.tool == Some(tool);
    hand.tool = (!same).then_some(tool);
    (hand.on, hand.corners) = (None, None);
}

/// The brush goes on over the picture. What plays stops: a mask is of one second.
pub(super) fn brush(state: &mut AppState, context: &mut Context<'_>, way: BrushMove) {
    let goes_on = state.ongoing.over().is_some() && state.ongoing.over() == state.library.selected;
    let on = match state.mask_hand.on.filter(|_| goes_on) {
        Some(on) => Some(on),
        None => {
            context.player.pause();
            state.mask_under(way.from, way.inside)
        }
    };
    state.mask_hand.on = on;
    let change = on.and_then(|on| state.brushed(on, way));
    if let Some(change) = change {
        edits::edit(state, context, change, Gesture::Dragged);
    }
}

/// One more corner of a polygon, of the second under the playhead.
pub(super) fn corner(state: &mut AppState, context: &mut Context<'_>, at: [f32; 2]) {
    context.player.pause();
    let (Some((_, second)), Some(row)) = (state.masked_second(), state.library.selected) else {
        return;
    };
    let corners = &mut state.mask_hand.corners;
    let goes_on = |corners: &&mut Corners| corners.row == row && corners.second == second;
    match corners.as_mut().filter(goes_on) {
        Some(corners) => corners.points.push(at),
        None => {
            *corners = Some(Corners {
                row,
                second,
                points: vec![at],
            });
        }
    }
}

/// The polygon is closed: its inside is added to the mask, or taken out.
pub(super) fn close(state: &mut AppState, context: &mut Context<'_>, inside: bool) {
    let Some(corners) = state.mask_hand.corners.take() else {
        return;
    };
    let here = state.masked_second().map(|(_, second)| second) == Some(corners.second)
        && state.library.selected == Some(corners.row);
    let change = state.filled(&corners, inside).filter(|_| here);
    if let Some(change) = change {
        edits::edit(state, context, change, Gesture::Single);
    }
}

/// The mask shown becomes the neighbour's, and the playhead goes there.
fn copy(state: &mut AppState, context: &mut Context<'_>, forward: bool) {
    let Some((span, changes)) = state.copied_mask(forward) else {
        let why = match state.mode() {
            Mode::Masks => "There is no second to copy it to.",
            Mode::Events | Mode::Parsing => "Masks are copied in masks mode.",
        };
        return edits::note(state, context.now(), "No mask was copied".into(), why);
    };
    let over = drawn_of(state, span);
    says::together(state, context, changes);
    if over {
        let second = span.second();
        let title = format!("Your mask of second {second} is replaced by the copy");
        edits::note_gone(state, context.now(), title);
    }
    context.player.seek(span.start);
    timeline::follow(state, span.start);
}

/// Whether the user drew a mask of a second.
fn drawn_of(state: &AppState, span: TimeSpan) -> bool {
    let row = state.library.selected_row();
    row.is_some_and(|row| row.corrected.shown().drawn_at(span).next().is_some())
}

/// The model's mask is the user's own; on to the next second.
fn accept(state: &mut AppState, context: &mut Context<'_>) {
    let all = state.accepted_masks(1);
    says::together(state, context, all);
    says::go_on(state, context);
}

/// Nothing drawn any more for this second: the model's mask again.
fn revert(state: &mut AppState, context: &mut Context<'_>) {
    let Some((_, span)) = state.masked_second() else {
        return;
    };
    let drawn = drawn_of(state, span);
    let all = state.masks_taken_back(span);
    says::together(state, context, all);
    if drawn {
        let title = format!("Taken back: your mask of second {}", span.second());
        edits::note_gone(state, context.now(), title);
    }
}
