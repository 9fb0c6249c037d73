//! The model: what it is, what it can recognise, and choosing another.

use std::path::Path;

use egui::{Button, RichText, ScrollArea, Stroke, Ui};
use mettle_core::engine::ModelChoice;
use mettle_core::model::{ModelInfo, TaskInfo};

use super::mode_switch::tags_ui;
use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, DialogIntent, EngineIntent};
use crate::state::{AppState, Dialog, Wanted, file_name};
use crate::theme::{size, tokens};

/// The chip's words.
pub fn name(info: &ModelInfo) -> String {
    let has = |which: fn(&TaskInfo) -> bool| info.tasks.iter().any(which);
    let name = &info.name;
    match (has(|task| task.untrained), has(|task| task.from_tags)) {
        (true, _) => format!("{name} model, UNTRAINED"),
        (false, true) => format!("{name} model, from tags"),
        (false, false) => format!("{name} model"),
    }
}

/// Says, as long as it is so, that what the model says means nothing.
pub fn warning_ui(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    let Some(warning) = state.model.as_ref().and_then(ModelInfo::warning) else {
        return;
    };
    card(ui).stroke(Stroke::new(1.5, t.warn)).show(ui, |ui| {
        ui.take_available_width();
        ui.add(egui::Label::new(RichText::new(warning).color(t.warn)).wrap());
    });
}

/// Draw the dialog.
pub fn model_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    match &state.model {
        Some(info) => about_ui(ui, info),
        None => drop(dim(ui, "Looking for the model…")),
    }
    tags_ui(ui, state, commands);
    ui.separator();
    ui.label(emphasis("Use", size::BODY));
    choices_ui(ui, state, commands);
}

/// What it is, in its maker's words, and every class it knows.
fn about_ui(ui: &mut Ui, info: &ModelInfo) {
    ui.label(emphasis(name(info), size::HEADING));
    ui.add(egui::Label::new(&info.about).wrap());
    let names: Vec<&str> = info.labels.iter().map(|label| &**label).collect();
    dim(
        ui,
        format!("It can recognise {} classes and nothing else", names.len()),
    );
    // Where its maker lists them already, once is enough.
    if !names.iter().all(|name| info.about.contains(name)) {
        ScrollArea::vertical().max_height(140.0).show(ui, |ui| {
            ui.add(egui::Label::new(names.join(" · ")).wrap());
        });
    }
    let hash: String = info.sha256.to_string().chars().take(16).collect();
    dim(ui, format!("SHA-256 {hash}…"));
}

fn choices_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    choice(ui, state, ModelChoice::Demo, "Demo model", None, commands);
    for folder in &state.settings.model_folders {
        let text = file_name(folder);
        let wanted = ModelChoice::Folder(folder.clone());
        choice(ui, state, wanted, &text, Some(folder), commands);
    }
    ui.horizontal(|ui| {
        if ui.button("Choose a folder…").clicked() {
            commands.push(EngineIntent::ModelFolder);
        }
        if ui.button("Type its path…").clicked() {
            commands.push(DialogIntent::Show(Dialog::Path {
                wanted: Wanted::Model,
                typed: String::new(),
                no_service: false,
                is: None,
            }));
        }
    });
    dim(
        ui,
        "A model is a folder with a model.json and its weights; `mettle models assemble` makes one of backbones. Open clips are analysed anew with it.",
    );
}

fn choice(
    ui: &mut Ui,
    state: &AppState,
    wanted: ModelChoice,
    text: &str,
    folder: Option<&Path>,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let on = state.model_choice == wanted;
    ui.horizontal(|ui| {
        let response = ui.radio(on, text);
        if let Some(folder) = folder {
            let path = RichText::new(folder.display().to_string());
            ui.add(egui::Label::new(path.size(size::SMALL).color(t.dim)).truncate());
        }
        if response.clicked() && !on {
            commands.push(EngineIntent::Model(wanted));
        }
    });
}

/// The row of the inspector that says so plainly.
pub fn reminder_ui(ui: &mut Ui, info: &ModelInfo, commands: &mut Commands) {
    dim(ui, name(info));
    ui.add(egui::Label::new(RichText::new(&info.about).size(12.0)).wrap());
    let text = RichText::new("What it can recognise…").size(size::SMALL);
    if ui.add(Button::new(text).small()).clicked() {
        commands.push(DialogIntent::Show(Dialog::Model));
    }
}
