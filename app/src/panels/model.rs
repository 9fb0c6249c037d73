//! The model: what it is, what it can recognise, and choosing another.

use std::path::Path;

use egui::{Button, Grid, RichText, ScrollArea, Stroke, Ui};
use mettle_core::engine::{ModelChoice, Precision, WhichHead};
use mettle_core::model::{Known, ModelInfo, Needs, RoundingPrice, TaskInfo};

use super::mode_switch::tags_ui;
use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, DialogIntent, EngineIntent};
use crate::state::{AppState, Dialog, Mode, Wanted, bytes, file_name};
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

/// The chip's words, with whose word is shown: a trained head may be in use.
pub fn name_in_use(state: &AppState, info: &ModelInfo) -> String {
    match state.which_head(state.mode().task()) {
        WhichHead::Named(_) => format!("{}, trained head", name(info)),
        WhichHead::For(_) => name(info),
    }
}

/// Which trained head answers in place of the model's own, a line each.
pub fn heads_in_use(state: &AppState) -> Vec<String> {
    let trained = Mode::ALL.into_iter().filter_map(|mode| {
        let WhichHead::Named(id) = state.which_head(mode.task()) else {
            return None;
        };
        let mut heads = state.training.heads.iter();
        let head = heads.find(|head| head.id == id);
        let head = head.map_or("a trained head", |head| &head.name);
        Some(format!("{} by the trained head: {head}", mode.text()))
    });
    trained.collect()
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
        Some(info) => about_ui(
            ui,
            info,
            match state.precision {
                Precision::F32 => false,
                Precision::F16 | Precision::Bf16 => true,
                Precision::Auto => state.device.no_f16.is_none() || state.device.no_bf16.is_none(),
            },
        ),
        None => drop(dim(ui, "Looking for the model…")),
    }
    for line in heads_in_use(state) {
        ui.add(egui::Label::new(line).wrap());
    }
    tags_ui(ui, state, commands);
    ui.separator();
    ui.label(emphasis("Use", size::BODY));
    choices_ui(ui, state, commands);
}

/// What it is, in its maker's words, and every class it knows.
fn about_ui(ui: &mut Ui, info: &ModelInfo, half: bool) {
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
    known_ui(ui, info);
    needs_ui(ui, info.needs, half);
    if let Some(price) = RoundingPrice::told(&info.rounded) {
        ui.add(egui::Label::new(RichText::new(price).size(size::SMALL)).wrap());
    }
    let hash: String = info.sha256.to_string().chars().take(16).collect();
    dim(ui, format!("SHA-256 {hash}…"));
}

/// What it will take, before anything is analysed.
fn needs_ui(ui: &mut Ui, needs: Needs, half: bool) {
    if needs == Needs::default() {
        return;
    }
    let (memory, hour) = (bytes(needs.memory(half)), bytes(needs.hour()));
    let text = format!(
        "Its weights take {memory} of memory and what is computed at once some more, however long a clip is. An hour of clips keeps {hour} of features on the disk, as far as they are allowed."
    );
    ui.add(egui::Label::new(RichText::new(text).size(size::SMALL)).wrap());
}

/// What each class was learned from, heard and seen apart, and how it does on what it has not learned from.
fn known_ui(ui: &mut Ui, info: &ModelInfo) {
    if info.known.is_empty() {
        return;
    }
    ScrollArea::vertical().max_height(180.0).show(ui, |ui| {
        Grid::new("known classes").striped(true).show(ui, |ui| {
            for title in ["", "heard", "seen"] {
                ui.label(RichText::new(title).size(size::SMALL).strong());
            }
            ui.end_row();
            for class in &info.known {
                ui.label(RichText::new(&class.label).size(size::SMALL));
                known_cell(ui, &class.heard);
                known_cell(ui, &class.seen);
                ui.end_row();
            }
        });
    });
}

fn known_cell(ui: &mut Ui, known: &Known) {
    let Some(hits) = known.measured else {
        dim(ui, known.from.name());
        return;
    };
    let there = hits.right + hits.missed;
    let text = format!("{}: {} of {there} s", known.from.name(), hits.right);
    let hover = format!(
        "On sounds and pictures kept apart from training: found in {} of {there} seconds that have it, and wrongly in {} others (F1 {:.0} %)",
        hits.right,
        hits.wrong,
        hits.f1() * 100.0
    );
    dim(ui, text).on_hover_text(hover);
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

/// The card of the inspector that says whose word the scores are: in a line with the way to more, or in its maker's words.
pub fn reminder_ui(
    ui: &mut Ui,
    (state, info): (&AppState, &ModelInfo),
    whole: bool,
    commands: &mut Commands,
) {
    dim(ui, name_in_use(state, info));
    if whole {
        ui.add(egui::Label::new(RichText::new(&info.about).size(12.0)).wrap());
    }
    let text = RichText::new("What it can recognise…").size(size::SMALL);
    if ui.add(Button::new(text).small()).clicked() {
        commands.push(DialogIntent::Show(Dialog::Model));
    }
}
