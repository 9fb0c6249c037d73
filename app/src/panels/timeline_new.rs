//! A new head's word below that of the head in use, lane by lane: seconds that change are outlined.

use egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use mettle_core::base::Modality;
use mettle_core::predict::{Detail, Prediction};

use crate::paint::{
    Bars, columns_of, is_bar, paint_bars, paint_columns, paint_split, split_columns,
};
use crate::state::{AppState, Changes, Lane, Shown, TimeAxis, count, happens_in};
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
    let class = new.labels.position(&lane.label);
    let Some(class) = class.filter(|_| ui.is_rect_visible(rect)) else {
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
    let at = axis.placer();
    for (modality, part) in parts(parsed, inner) {
        let mut bars = Bars::new(&painter);
        let [old, new_events] = changes.of_lane(&lane.label, modality);
        for span in new.segments.iter().take(new.scores.len()) {
            let middle = span.middle();
            if happens_in(old, middle) == happens_in(new_events, middle) {
                continue;
            }
            changed += 1;
            let (from, to) = (at(span.start), at(span.end));
            if to < axis.left || from > axis.right {
                continue;
            }
            let cell = Rect::from_x_y_ranges(from..=(to - 1.0).max(from + 1.0), part.y_range());
            if is_bar(cell) {
                bars.add(cell, t.accent);
                continue;
            }
            let stroke = Stroke::new(1.5, t.accent);
            painter.rect_stroke(cell, 1.0, stroke, StrokeKind::Inside);
        }
        paint_bars(&painter, [bars]);
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
