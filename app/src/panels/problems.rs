//! What went wrong: the words, the details to copy, and what can be done.

use egui::{Rect, RichText, Ui, UiBuilder, vec2};
use mettle_core::base::Problem;
use mettle_core::gpu::DeviceChoice;

use super::widgets::{card, emphasis, standing_out};
use crate::intent::{ClipIntent, Commands, DialogIntent, EngineIntent, Intent};
use crate::state::{AppState, Shown};
use crate::theme::{size, tokens};

/// In place of the picture: why the clip could not be opened.
pub fn error_card(
    ui: &mut Ui,
    room: Rect,
    state: &AppState,
    shown: Shown<'_>,
    problem: &Problem,
    commands: &mut Commands,
) {
    let place = Rect::from_center_size(
        room.center(),
        vec2(460.0_f32.min(room.width() - 24.0), room.height() - 24.0),
    );
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((place.height() / 2.0 - 110.0).max(0.0));
            card(ui).show(ui, |ui| {
                ui.set_width(place.width() - 24.0);
                ui.vertical(|ui| problem_ui(ui, problem, commands));
                ui.horizontal(|ui| remedies(ui, state, shown, commands));
            });
        });
    });
}

/// What can be done about a clip's failure: the likeliest first, as the button that stands out.
pub fn remedies(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let on_gpu = state.can_change_device && !state.device.name.starts_with("CPU");
    let id = shown.row.id;
    let again = ("Try again", Intent::from(ClipIntent::Retry(id)));
    let mut ways = match (shown.row.clip.is_some(), shown.row.is_missing()) {
        (true, _) if on_gpu => {
            let cpu = EngineIntent::Device(DeviceChoice::Cpu);
            vec![("Use CPU", cpu.into()), again]
        }
        (true, _) => vec![again],
        (false, true) => {
            vec![("Locate file…", ClipIntent::Locate(id).into()), again]
        }
        (false, false) => vec![again],
    };
    if shown.row.clip.is_none() {
        ways.push(("Take off the list", ClipIntent::Close(id).into()));
    }
    for (place, (text, intent)) in ways.into_iter().enumerate() {
        let response = if place == 0 {
            standing_out(ui, text)
        } else {
            ui.button(text)
        };
        if response.clicked() {
            commands.push(intent);
        }
    }
}

/// What failed, why, what to do, and the details to copy.
pub fn problem_ui(ui: &mut Ui, problem: &Problem, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let color = match problem.severity {
        mettle_core::base::Severity::Error => t.warn,
        _ => t.text,
    };
    ui.label(emphasis(&problem.title, size::BODY).color(color));
    ui.add(egui::Label::new(&problem.advice).wrap());
    if !problem.command.is_empty() {
        let copy = ui.button("Copy the command");
        if copy.on_hover_text(&*problem.command).clicked() {
            commands.push(DialogIntent::Copy(problem.command.to_string()));
        }
    }
    if problem.detail.is_empty() {
        return;
    }
    let salt = (&problem.title, &problem.detail);
    egui::CollapsingHeader::new(RichText::new("Details").size(size::SMALL).color(t.dim))
        .id_salt(salt)
        .show(ui, |ui| {
            ui.add(
                egui::Label::new(RichText::new(&problem.detail).monospace().size(size::SMALL))
                    .wrap()
                    .selectable(true),
            );
            if ui.small_button("Copy").clicked() {
                let path = problem
                    .path
                    .as_ref()
                    .map(|p| p.display().to_string())
                    .unwrap_or_default();
                commands.push(DialogIntent::Copy(format!(
                    "{}\n{path}\n{}",
                    problem.title, problem.detail
                )));
            }
        });
}
