//! The tools that draw masks, as a row above the picture, and on the strip which seconds' masks were drawn.

use egui::{Align, Layout, Rect, Role, Sense, Slider, Ui, WidgetInfo, pos2};
use mettle_core::predict::{Prediction, SecondMask};

use super::widgets::{dim, emphasis, tip};
use crate::command::Command;
use crate::intent::{Commands, ViewIntent};
use crate::state::{AppState, MaskSettings, MaskTool, Shown, TimeAxis};
use crate::theme::{size, tokens};

/// Height of the row.
pub const HEIGHT: f32 = 36.0;

/// What it takes to say whose mask it is; in a narrow window the strip and the edge say it.
const WORDS: f32 = 116.0;

/// Whether there is a mask to be drawn on.
pub fn has_tools(state: &AppState) -> bool {
    state.masked_second().is_some() && !state.full_picture
}

/// Draw the row.
pub fn mask_tools_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if let Some(why) = state.editing_off() {
            dim(ui, "Editing is off").on_hover_text(why);
            ui.disable();
        }
        for (text, tool, command) in [
            ("Paint", MaskTool::Brush, Command::PaintMask),
            ("Erase", MaskTool::Eraser, Command::EraseMask),
            ("Polygon", MaskTool::Polygon, Command::MaskPolygon),
        ] {
            let on = state.mask_hand.tool == Some(tool);
            let tip = tip(ui, command);
            if ui.selectable_label(on, text).on_hover_text(tip).clicked() {
                commands.push(command);
            }
        }
        brush_size(ui, state.settings.masks, commands);
        ui.separator();
        for (text, command) in [
            ("Copy back", Command::CopyMaskBack),
            ("Copy on", Command::CopyMaskForward),
            ("Accept", Command::Accept),
            ("Model's", Command::Revert),
        ] {
            let button = egui::Button::new(text).frame_when_inactive(false);
            let response = ui.add(button).on_hover_text(tip(ui, command));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, command.text()));
            if response.clicked() {
                commands.push(command);
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            whose(ui, state);
        });
    });
}

fn brush_size(ui: &mut Ui, mut masks: MaskSettings, commands: &mut Commands) {
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().slider_width = 64.0;
    let slider = Slider::new(&mut masks.brush, MaskSettings::BRUSHES)
        .logarithmic(true)
        .show_value(false);
    let response = ui.add(slider).on_hover_text(tip(ui, Command::BrushLarger));
    let now = f64::from(masks.brush);
    response.widget_info(|| WidgetInfo::slider(true, now, "Brush size"));
    if response.changed() {
        commands.push(ViewIntent::Masks(masks));
    }
}

/// Whose mask is on the picture.
fn whose(ui: &mut Ui, state: &AppState) {
    if ui.available_width() < WORDS {
        return;
    }
    let (Some((segment, _)), Some(shown)) = (state.masked_second(), state.shown()) else {
        return;
    };
    match shown.mask(segment) {
        Some(SecondMask::Drawn(_)) => drop(ui.label(emphasis("Your mask", size::BODY))),
        Some(SecondMask::Model(_)) => drop(dim(ui, "The model's mask")),
        None => {}
    }
}

/// Mark the seconds of the strip whose masks were drawn, as lanes mark what was said.
pub fn drawn_marks(ui: &Ui, row: Rect, axis: &TimeAxis, shown: Shown<'_>, prediction: &Prediction) {
    let t = tokens(ui.ctx());
    let corrections = shown.row.corrected.shown();
    if corrections.masks.is_empty() {
        return;
    }
    for (second, span) in prediction.segments.iter().enumerate() {
        let (left, right) = (
            axis.screen_from_time(span.start),
            axis.screen_from_time(span.end),
        );
        let seen = right > axis.left && left < axis.right;
        if !seen || corrections.drawn_at(*span).next().is_none() {
            continue;
        }
        let cell = Rect::from_x_y_ranges(left..=right - 1.0, row.y_range()).intersect(row);
        let bar = Rect::from_min_max(cell.min, pos2(cell.right(), cell.top() + 3.0));
        ui.painter_at(row).rect_filled(bar, 1.0, t.text);
        let id = ui.scope_id().with(("drawn mask", second));
        let response = ui.interact(bar, id, Sense::hover());
        let said = format!("Second {second}, mask drawn by you");
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        response.on_hover_text(said);
    }
}
