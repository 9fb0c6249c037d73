//! A new head's word below that of the head in use, lane by lane: seconds that change are outlined.

use egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use mettle_core::base::Modality;
use mettle_core::predict::{Detail, Prediction};

use super::widgets::count;
use crate::paint::{columns_of, paint_columns, paint_split, split_columns};
use crate::state::{AppState, Changes, Lane, Shown, TimeAxis};
use crate::theme::{figures, size, tokens};

const HEIGHT: f32 = 18.0;

/// Draw what it says of a lane's class.
pub fn new_lane_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    (new, changes): (&Prediction, &Changes),
    lane: &Lane,
    axis: &TimeAxis,
) {
    let t = tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let Some(class) = new.labels.position(&lane.label) else {
        return;
    };
    let cells = rect.with_min_x(axis.left).with_max_x(axis.right);
    let inner = cells.shrink2(vec2(0.0, 2.0));
    let painter = ui.painter_at(cells);
    let parsed = matches!(new.detail, Detail::Parsed { .. });
    if parsed {
        let thresholds = shown.thresholds(&state.settings);
        let columns = split_columns(new, class, &thresholds, state.filter, axis);
        paint_split(&painter, inner, &columns, [t.audible, t.visible], t.bg0);
    } else {
        paint_columns(&painter, inner, &columns_of(new, class, axis), t.both);
    }
    let mut changed = 0;
    for (modality, part) in parts(parsed, inner) {
        for span in new.segments.iter().take(new.scores.len()) {
            let [before, after] = changes.happens(&lane.label, modality, *span);
            if before == after {
                continue;
            }
            changed += 1;
            let (from, to) = (
                axis.screen_from_time(span.start),
                axis.screen_from_time(span.end),
            );
            let cell = Rect::from_x_y_ranges(from..=(to - 1.0).max(from + 1.0), part.y_range());
            let stroke = Stroke::new(1.5, t.accent);
            painter.rect_stroke(cell, 1.0, stroke, StrokeKind::Inside);
        }
    }
    let at = rect.left_center() + vec2(size::NAMES - 10.0, 0.0);
    ui.painter()
        .text(at, Align2::RIGHT_CENTER, "new", figures(10.0), t.dim);
    let id = ui.scope_id().with(("new lane", &lane.label));
    let response = ui.interact(cells, id, Sense::hover());
    let said = format!(
        "{}, new head, {}",
        lane.label,
        count(changed, "changed cell")
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    response.on_hover_text(said);
}

fn parts(parsed: bool, cells: Rect) -> Vec<(Modality, Rect)> {
    let middle = cells.center().y;
    match parsed {
        true => vec![
            (Modality::Audible, cells.with_max_y(middle)),
            (Modality::Visible, cells.with_min_y(middle)),
        ],
        false => vec![(Modality::AudioVisual, cells)],
    }
}
