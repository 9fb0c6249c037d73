//! The whole clip in one row, whatever part of it the timeline shows: events, what was said, the playhead, and the part in view. A click
//! or a drag goes there.

use egui::{Mesh, PointerButton, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2};
use mettle_core::base::{Modality, TimeSpan};

use crate::intent::{Commands, ViewIntent};
use crate::paint::paint_flat;
use crate::state::{AppState, Shown, TimeAxis};
use crate::theme::{Tokens, tokens};

/// Height of the row.
pub const HEIGHT: f32 = 20.0;

/// Draw it.
pub fn minimap_ui(
    ui: &Ui,
    rect: Rect,
    state: &AppState,
    shown: Shown<'_>,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let axis = TimeAxis {
        left: rect.left(),
        right: rect.right(),
        start: 0.0,
        span: shown.duration().as_secs_f64().max(0.01),
    };
    let room = rect.shrink2(egui::vec2(0.0, 3.0));
    let painter = ui.painter_at(rect);
    painter.rect_filled(room, 2.0, t.bg1);
    events(&painter, room, shown, &axis, t);
    let view = &shown.row.view;
    let (from, to) = (
        axis.screen_from_secs(view.start),
        axis.screen_from_secs(view.start + view.span),
    );
    let window = Rect::from_x_y_ranges(from..=to.max(from + 3.0), rect.y_range());
    for hidden in [room.with_max_x(from), room.with_min_x(to)] {
        if hidden.is_positive() {
            painter.rect_filled(hidden, 2.0, t.bg0.gamma_multiply(0.6));
        }
    }
    painter.rect_stroke(window, 2.0, Stroke::new(1.0, t.dim), StrokeKind::Inside);
    let now = axis.screen_from_time(state.player.time);
    painter.vline(now, rect.y_range(), Stroke::new(1.0, t.accent));
    go_there(ui, rect, state, shown, &axis, commands);
}

/// A column a point: filled where something happens; a line on top where the user said something. Thousands of events are one mesh.
fn events(painter: &egui::Painter, room: Rect, shown: Shown<'_>, axis: &TimeAxis, t: &Tokens) {
    let columns = room.width().max(1.0) as usize;
    let mut happens: Vec<Option<Modality>> = vec![None; columns];
    let mut said = vec![false; columns];
    let at = axis.placer();
    let range = |span: TimeSpan| {
        let place = |time| ((at(time) - room.left()).max(0.0) as usize).min(columns);
        let from = place(span.start).min(columns.saturating_sub(1));
        from..place(span.end).max(from + 1)
    };
    for track in shown.tracks() {
        for event in &track.events {
            for column in &mut happens[range(event.span)] {
                // Both at once stands out over either.
                *column = (*column).max(Some(track.modality));
            }
        }
    }
    let corrections = shown.row.corrected.shown();
    let statements = corrections.statements.iter().map(|(_, said)| said.span);
    let masks = corrections.masks.keys().map(|(span, _)| *span);
    for span in statements.chain(masks) {
        said[range(span)].fill(true);
    }
    let mut mesh = Mesh::default();
    for (column, (happens, said)) in happens.into_iter().zip(said).enumerate() {
        let x = room.left() + column as f32;
        let mut bar = |top: f32, bottom: f32, color| {
            mesh.add_colored_rect(
                Rect::from_min_max(pos2(x, top), pos2(x + 1.0, bottom)),
                color,
            );
        };
        let color = happens.map(|modality| match modality {
            Modality::Audible => t.audible,
            Modality::Visible => t.visible,
            Modality::AudioVisual => t.both,
        });
        if let Some(color) = color {
            bar(room.top() + 4.0, room.bottom(), color);
        }
        if said {
            bar(room.top(), room.top() + 2.0, t.text);
        }
    }
    paint_flat(painter, mesh);
}

fn go_there(
    ui: &Ui,
    rect: Rect,
    state: &AppState,
    shown: Shown<'_>,
    axis: &TimeAxis,
    commands: &mut Commands,
) {
    let id = ui.scope_id().with("minimap");
    let response = ui.interact(rect, id, Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Whole clip");
        info.value = Some(state.player.time.as_secs_f64());
        info
    });
    let dragged = response.dragged_by(PointerButton::Primary);
    let at = response.interact_pointer_pos();
    if let Some(at) = at.filter(|_| dragged || response.clicked()) {
        let time = axis.time_from_screen(at.x.clamp(axis.left, axis.right));
        let span = shown.row.view.span;
        commands.push(ViewIntent::Window(time.as_secs_f64() - span / 2.0, span));
        commands.push(ViewIntent::Scrub(time));
    }
}
