//! The window without a clip.

use std::path::Path;

use egui::{Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::model;
use super::widgets::{command_button, dim, elided, emphasis, primary_button};
use crate::command::Command;
use crate::intent::{ClipIntent, Commands};
use crate::keymap::key_text;
use crate::paint;
use crate::paint::icons::{self, Icon};
use crate::state::{AppState, file_name};
use crate::theme::{size, tokens};

/// A recent clip.
const CARD: Vec2 = vec2(122.0, 98.0);
/// Shown at most.
const CARDS: usize = 4;

/// Draw it.
pub fn empty_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let room = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((room * 0.5 - 210.0).max(16.0));
        ui.set_max_width(520.0);
        drop_target(ui, state, commands);
        ui.add_space(16.0);
        recent(ui, state, commands);
        ui.add_space(12.0);
        model_ui(ui, state);
        ui.add_space(4.0);
        let keys = [Command::Palette, Command::Shortcuts];
        let hint = keys.map(|c| format!("{}  {}", key_text(ui.ctx(), c), c.text()));
        dim(ui, hint.join("     "));
    });
}

fn drop_target(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(
        vec2(520.0_f32.min(ui.available_width()), 152.0),
        Sense::hover(),
    );
    let stroke = Stroke::new(1.0, t.line);
    ui.painter()
        .rect(rect, size::BOX_CORNER, t.bg1, stroke, StrokeKind::Inside);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect.shrink(20.0)), |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(10.0);
            ui.label(emphasis(
                "See what is heard and seen, second by second",
                17.0,
            ));
            ui.add_space(4.0);
            let hint = if state.drops.unavailable {
                format!(
                    "Open video or sound files with {}, or copy them and paste them here",
                    key_text(ui.ctx(), Command::Open)
                )
            } else {
                "Drop video or sound files here, or open them".to_owned()
            };
            ui.label(RichText::new(hint).color(t.dim));
            ui.add_space(12.0);
            buttons(ui, state, commands);
        });
    });
    ui.advance_cursor_after_rect(rect);
}

fn buttons(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    // A row takes the whole width: centred by the width it had the frame before.
    let id = ui.scope_id().with("buttons");
    let wide = ui
        .ctx()
        .data(|data| data.get_temp::<f32>(id))
        .unwrap_or(330.0);
    let row = ui.allocate_ui(vec2(wide, 34.0), |ui| {
        let row = ui.horizontal(|ui| {
            primary_button(ui, Command::Open, commands);
            if state.sample.is_some() {
                command_button(ui, Command::OpenSample, commands);
            }
            command_button(ui, Command::OpenPath, commands);
        });
        row.response.rect.width()
    });
    ui.ctx().data_mut(|data| data.insert_temp(id, row.inner));
}

/// Cards of clips opened lately, side by side, with their pictures.
fn recent(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    if state.settings.recent.is_empty() {
        return;
    }
    dim(ui, "Recent clips");
    let shown = state.settings.recent.iter().take(CARDS);
    let gaps = (shown.len() as f32 - 1.0) * 10.0;
    let (whole, _) = ui.allocate_exact_size(
        vec2(shown.len() as f32 * CARD.x + gaps, CARD.y),
        Sense::hover(),
    );
    for (place, path) in shown.enumerate() {
        let left = whole.left() + place as f32 * (CARD.x + 10.0);
        let rect = Rect::from_min_size(pos2(left, whole.top()), CARD);
        recent_card(ui, rect, state, path, commands);
    }
}

fn recent_card(ui: &Ui, rect: Rect, state: &AppState, path: &Path, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with(path), Sense::click());
    let name = file_name(path);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open {name}")));
    let lit = response.hovered() || response.has_focus();
    let stroke = Stroke::new(1.0, if lit { t.accent } else { t.line });
    let kind = StrokeKind::Inside;
    ui.painter().rect(rect, size::CORNER, t.bg1, stroke, kind);
    let picture =
        Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - 26.0)).shrink(1.0);
    match state.covers.of(path) {
        Some(cover) => paint::paint_picture(ui.painter(), picture, cover),
        None => icons::paint(ui.painter(), picture, Icon::Play, t.dim),
    }
    let at = pos2(rect.left() + 8.0, rect.bottom() - 13.0);
    let font = egui::FontId::proportional(size::SMALL);
    elided(ui, at, rect.width() - 16.0, &name, font, t.text);
    if response.on_hover_text(path.display().to_string()).clicked() {
        commands.push(ClipIntent::Open(vec![path.to_owned()]));
    }
}

fn model_ui(ui: &mut Ui, state: &AppState) {
    match &state.model {
        Some(info) => {
            let classes = info.labels.len();
            let text = format!("{}, {classes} classes. {}", model::name(info), info.about);
            dim(ui, text)
        }
        None => dim(ui, "Looking for the model…"),
    };
}
