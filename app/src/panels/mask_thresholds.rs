//! The thresholds of masks: the clip's, and that of the second under the playhead; and where on the strip seconds differ.

use egui::{Align2, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use mettle_core::predict::Prediction;
use mettle_core::project::{Change, MaskThresholds};

use super::thresholds::{Row, RowAsked, threshold_row};
use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, EditIntent};
use crate::state::{AppState, Gesture, Shown, TimeAxis, segment_at};
use crate::theme::{figures, size, tokens};

/// How many seconds are named before the rest is counted.
const NAMED: usize = 8;

/// Draw them.
pub fn mask_thresholds_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    commands: &mut Commands,
) {
    let masks = &shown.row.corrected.shown().mask_thresholds;
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("Mask threshold", size::BODY));
        if let Some(why) = state.editing_off() {
            dim(ui, "Editing is off").on_hover_text(why);
            ui.disable();
        }
        let row = Row {
            name: "Whole clip",
            said: "mask threshold of the clip",
            value: masks.clip,
            own: None,
            back: "",
        };
        answer(threshold_row(ui, &row), commands, |value| {
            Change::MaskThreshold(value.unwrap_or_default())
        });
        let second = shown
            .prediction()
            .and_then(|prediction| segment_at(prediction, state.player.time));
        let span = second.and_then(|second| {
            let span = shown.prediction()?.segments.get(second)?;
            Some((second, *span))
        });
        if let Some((second, span)) = span {
            let own = masks.own(span);
            let row = Row {
                name: "This second",
                said: &format!("mask threshold of second {second}"),
                value: masks.of(span),
                own: Some(own.is_some()),
                back: "Follow the whole clip again",
            };
            answer(threshold_row(ui, &row), commands, |value| {
                Change::MaskThresholdOf { span, value }
            });
        }
        if !masks.spans.is_empty() {
            others(ui, masks, commands);
        }
    });
}

fn answer(asked: Option<RowAsked>, commands: &mut Commands, edit: impl Fn(Option<f32>) -> Change) {
    match asked {
        Some(RowAsked::Set(value, gesture)) => {
            commands.push(EditIntent::Change(edit(Some(value)), gesture));
        }
        Some(RowAsked::Reset) => commands.push(EditIntent::Change(edit(None), Gesture::Single)),
        Some(RowAsked::LetGo) => commands.push(EditIntent::LetGo),
        None => {}
    }
}

/// Which seconds have a threshold of their own.
fn others(ui: &mut Ui, masks: &MaskThresholds, commands: &mut Commands) {
    let names = masks.spans.keys().map(|span| span.second().to_string());
    let names: Vec<String> = names.collect();
    let mut words = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED {
        words.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    let seconds = if names.len() == 1 {
        "Second"
    } else {
        "Seconds"
    };
    dim(ui, format!("{seconds} with an own threshold: {words}"));
    let button = egui::Button::new(RichText::new("One threshold for all").size(size::SMALL));
    let tip = "Every second follows the whole clip again";
    if ui.add(button).on_hover_text(tip).clicked() {
        commands.push(EditIntent::Change(
            Change::OneMaskThreshold,
            Gesture::Single,
        ));
    }
}

/// Mark the seconds of the strip that have a threshold of their own.
pub fn own_marks(ui: &Ui, row: Rect, axis: &TimeAxis, shown: Shown<'_>, prediction: &Prediction) {
    let t = tokens(ui.ctx());
    let masks = &shown.row.corrected.shown().mask_thresholds;
    for (second, span) in prediction.segments.iter().enumerate() {
        let Some((_, value)) = masks.own(*span) else {
            continue;
        };
        let (left, right) = (
            axis.screen_from_time(span.start),
            axis.screen_from_time(span.end),
        );
        if right <= axis.left || left >= axis.right {
            continue;
        }
        let cell = Rect::from_x_y_ranges(left..=right - 1.0, row.y_range());
        let painter = ui.painter_at(row);
        painter.hline(cell.x_range(), cell.top() + 1.0, Stroke::new(2.0, t.accent));
        let text = painter.layout_no_wrap(format!("{value:.2}"), figures(10.0), t.text);
        let plate = Rect::from_min_size(
            cell.left_bottom() - vec2(0.0, text.size().y + 2.0),
            text.size() + vec2(6.0, 2.0),
        );
        if plate.width() < cell.width() {
            painter.rect_filled(plate, 2.0, t.bg2);
            let at = plate.center();
            let place = Align2::CENTER_CENTER.anchor_size(at, text.size());
            painter.galley(place.min, text, t.text);
        }
        let id = ui.scope_id().with(("own mask threshold", second));
        let response = ui.interact(cell.intersect(row), id, Sense::hover());
        let said = format!("Second {second}, mask threshold {value:.2}");
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        response.on_hover_text(said);
    }
}
