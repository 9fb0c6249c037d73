//! The window without a clip.

use egui::{Button, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use super::widgets::{command_button, dim, emphasis, key_text, primary_button};
use crate::command::{Command, Commands, Intent};
use crate::state::{AppState, file_name};
use crate::theme::{size, tokens};

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
        model(ui, state);
        ui.add_space(4.0);
        let keys = [Command::Palette, Command::Shortcuts];
        let hint = keys.map(|c| format!("{}  {}", key_text(ui, c), c.text()));
        dim(ui, hint.join("     "));
    });
}

fn drop_target(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(
        vec2(520.0_f32.min(ui.available_width()), 190.0),
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
            let hint = if state.no_drop {
                format!(
                    "Open a video or sound file with {}",
                    key_text(ui, Command::Open)
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

fn recent(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    if state.settings.recent.is_empty() {
        return;
    }
    dim(ui, "Recent");
    for path in state.settings.recent.iter().take(5) {
        let text = RichText::new(file_name(path)).color(t.accent);
        let button = ui.add(Button::new(text).frame(false).truncate());
        if button.on_hover_text(path.display().to_string()).clicked() {
            commands.push(Intent::OpenPaths(vec![path.clone()]));
        }
    }
}

fn model(ui: &mut Ui, state: &AppState) {
    match &state.model {
        Some(model) => {
            let classes = model.labels.len();
            dim(
                ui,
                format!("{} model, {classes} classes. {}", model.name, model.about),
            )
        }
        None => dim(ui, "Looking for the model…"),
    };
}
