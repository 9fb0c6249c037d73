//! Pointer and wheel on the timeline: scrub, zoom, pan, hover.

use egui::{PointerButton, Rect, Role, Sense, Ui, WidgetInfo};

use crate::intent::{Commands, ViewIntent};
use crate::state::{AppState, Hover, TimeAxis};

/// Read it. `scrub` is where a drag moves the playhead; it snaps to the edges of events, unless Alt is held.
pub fn input_ui(
    ui: &Ui,
    whole: Rect,
    scrub: Rect,
    axis: &TimeAxis,
    state: &AppState,
    commands: &mut Commands,
) {
    let response = ui.interact(scrub, ui.scope_id().with("scrub"), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Playhead");
        info.value = Some(state.player.time.as_secs_f64());
        info
    });
    let pointed = response.interact_pointer_pos();
    let (shift, exact) = ui.input(|input| (input.modifiers.shift, input.modifiers.alt));
    let snapped = |x: f32| match state.shown() {
        Some(shown) => shown.snapped(axis, x, false, exact),
        None => axis.time_from_screen(x.clamp(axis.left, axis.right)),
    };
    let origin = ui.input(|input| input.pointer.press_origin());
    let dragged = response.dragged_by(PointerButton::Primary);
    if let (true, true, Some(at), Some(origin)) = (shift, dragged, pointed, origin) {
        let (from, to) = (snapped(at.x.min(origin.x)), snapped(at.x.max(origin.x)));
        commands.push(ViewIntent::Marks(Some(from), Some(to)));
    } else if let Some(at) = pointed.filter(|_| dragged || response.clicked()) {
        commands.push(ViewIntent::Scrub(snapped(at.x)));
    }
    if let Some(at) = pointer_in(ui, whole, axis) {
        wheel(ui, at.x, axis, commands);
    }
}

fn pointer_in(ui: &Ui, whole: Rect, axis: &TimeAxis) -> Option<egui::Pos2> {
    let free = ui
        .ctx()
        .layer_id_at(ui.input(|input| input.pointer.latest_pos())?)
        == Some(ui.layer_id());
    let pointer = ui.input(|input| input.pointer.latest_pos());
    pointer.filter(|at| free && whole.contains(*at) && at.x >= axis.left - 2.0)
}

fn wheel(ui: &Ui, x: f32, axis: &TimeAxis, commands: &mut Commands) {
    let (zoom, scroll, shift, middle, delta) = ui.input(|input| {
        (
            input.zoom_delta(),
            input.smooth_scroll_delta(),
            input.modifiers.shift,
            input.pointer.middle_down(),
            input.pointer.delta(),
        )
    });
    // Shift and the wheel come as sideways scrolling on some systems, as scrolling with Shift on others.
    let sideways = if shift && scroll.x == 0.0 {
        scroll.y
    } else {
        scroll.x
    };
    let (start, span) = if (zoom - 1.0).abs() > 1e-3 {
        axis.zoomed(f64::from(zoom), x)
    } else if sideways != 0.0 {
        axis.panned(sideways)
    } else if middle && delta.x != 0.0 {
        axis.panned(delta.x)
    } else {
        return;
    };
    commands.push(ViewIntent::Window(start, span));
}

/// Keep what is under the pointer, for the status bar.
pub fn hover(
    ui: &Ui,
    whole: Rect,
    axis: &TimeAxis,
    scores: Option<String>,
    state: &AppState,
    commands: &mut Commands,
) {
    let new = pointer_in(ui, whole, axis).map(|at| Hover {
        time: axis.time_from_screen(at.x),
        scores,
    });
    if new != state.hover {
        commands.push(ViewIntent::Hover(new));
    }
}
