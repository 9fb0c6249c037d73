//! The top bar: opening, the menu, the model, the device.

use std::path::PathBuf;

use egui::{Align, Layout, RichText, Ui};

use super::mode_switch::mode_switch_ui;
use super::widgets::{chip, command_button};
use super::{device, model};
use crate::command::{Command, Group};
use crate::intent::{ClipIntent, Commands, Intent, ProjectIntent};
use crate::keymap::key_text;
use crate::state::{AppState, SoundState, file_name};
use crate::theme::{size, tokens};

/// From this width on there is room for a menu button a group beside the chips.
const ROOMY: f32 = 980.0;

/// Draw it.
pub fn top_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.horizontal_centered(|ui| {
        command_button(ui, Command::Open, commands);
        menus(ui, state, commands);
        mode_switch_ui(ui, state, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            device::device_chip(ui, state, commands);
            sound_chip(ui, state);
            model_chip(ui, state, commands);
        });
    });
}

/// A button a group; where they would lie under what is at the right, one button for all of them.
fn menus(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    if ui.available_width() >= ROOMY {
        for group in Group::ALL {
            ui.menu_button(group.text(), |ui| menu(ui, group, state, commands));
        }
        return;
    }
    ui.menu_button("Menu", |ui| {
        for group in Group::ALL {
            ui.menu_button(group.text(), |ui| menu(ui, group, state, commands));
        }
    });
}

/// What was opened lately: clips and projects, by name, with the whole path as a tip.
fn recent(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    type Opens = fn(PathBuf) -> Intent;
    let lists: [(&str, &[PathBuf], Opens); 2] = [
        ("Recent clips", &state.settings.recent, |path| {
            ClipIntent::Open(vec![path]).into()
        }),
        ("Recent projects", &state.settings.projects, |path| {
            ProjectIntent::Open(path).into()
        }),
    ];
    ui.separator();
    for (name, paths, open) in lists {
        ui.add_enabled_ui(!paths.is_empty(), |ui| {
            ui.menu_button(name, |ui| {
                for path in paths {
                    let tip = path.display().to_string();
                    if ui.button(file_name(path)).on_hover_text(tip).clicked() {
                        commands.push(open(path.clone()));
                        ui.close();
                    }
                }
            });
        });
    }
}

fn menu(ui: &mut Ui, group: Group, state: &AppState, commands: &mut Commands) {
    ui.set_min_width(230.0);
    for &command in Command::ALL.iter().filter(|c| c.group() == group) {
        let no_sample = command == Command::OpenSample && state.sample.is_none();
        if no_sample || command.is_held() {
            continue;
        }
        let why_not = state.why_not(command);
        let key = RichText::new(key_text(ui.ctx(), command)).size(size::SMALL);
        let button = egui::Button::new(command.text())
            .right_text(key)
            .frame(false);
        let mut response = ui.add_enabled(why_not.is_none(), button);
        if let Some(why) = why_not {
            response = response.on_disabled_hover_text(why);
        }
        if response.clicked() {
            commands.push(command);
            ui.close();
        }
    }
    if group == Group::File {
        recent(ui, state, commands);
    }
}

fn model_chip(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let Some(info) = &state.model else { return };
    let mut tip = "What the model is and what it can recognise; choose another".to_owned();
    for line in model::heads_in_use(state) {
        tip = format!("{tip}\n{line}");
    }
    let dot = if info.warning().is_some() {
        t.warn
    } else {
        t.accent
    };
    let response = chip(ui, dot, &model::name_in_use(state, info)).on_hover_text(tip);
    if response.clicked() {
        commands.push(Command::ChooseModel);
    }
}

fn sound_chip(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    if let SoundState::Silent(reason) = &state.player.sound {
        // A system's reason is a sentence, or a part of one.
        let reason = reason.trim_end_matches('.');
        chip(ui, t.audible, "Plays without sound")
            .on_hover_text(format!("The clip plays by the wall clock: {reason}."));
    }
}
