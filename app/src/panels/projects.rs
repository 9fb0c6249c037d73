//! Which project is open, and choosing another: lately opened ones, the usual one, or any file.

use egui::{RichText, Ui};

use super::widgets::{dim, emphasis};
use crate::command::Command;
use crate::intent::{Commands, DialogIntent, ProjectIntent};
use crate::state::{AppState, Dialog, PathKind, Wanted, file_name};
use crate::theme::size;

/// Draw the dialog.
pub fn projects_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Projects", size::HEADING));
    dim(
        ui,
        "A project keeps what you say of clips, flags and thresholds. Everything is kept as you go; the clips stay where they are.",
    );
    ui.label(format!("Open now: {}", state.project.name()));
    ui.separator();
    let usual = state.project.usual.is_some();
    if usual && state.project.file != state.project.usual {
        let response = ui.button("Usual project");
        let tip = "The one that is always there";
        if response.on_hover_text(tip).clicked() {
            commands.push(ProjectIntent::Usual);
        }
    }
    let others = state.settings.projects.iter();
    for file in others.filter(|file| Some(*file) != state.project.file.as_ref()) {
        ui.horizontal(|ui| {
            if ui.button(file_name(file)).clicked() {
                commands.push(ProjectIntent::Open(file.clone()));
            }
            let folder = file.parent().map(|folder| folder.display().to_string());
            let text = RichText::new(folder.unwrap_or_default()).size(size::SMALL);
            ui.add(egui::Label::new(text.weak()).truncate());
        });
    }
    ui.separator();
    ui.horizontal(|ui| {
        if ui.button("Choose a file…").clicked() {
            commands.push(ProjectIntent::Choose);
        }
        if ui.button("By path…").clicked() {
            commands.push(DialogIntent::Show(Dialog::Path {
                wanted: Wanted::Project,
                typed: String::new(),
                no_service: false,
                is: None::<PathKind>,
            }));
        }
        for command in [Command::NewProject, Command::SaveCopy] {
            if ui.button(command.text()).clicked() {
                commands.push(DialogIntent::Show(Dialog::None));
                commands.push(command);
            }
        }
    });
}
