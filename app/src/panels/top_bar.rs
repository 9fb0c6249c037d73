//! The top bar: opening, the menu, the model, the device.

use std::path::PathBuf;

use egui::{Align, Layout, Popup, RichText, Ui};

use super::mode_switch::mode_switch_ui;
use super::model;
use super::widgets::{chip, command_button, dim, emphasis};
use mettle_core::engine::Precision;
use mettle_core::gpu::DeviceChoice;

use crate::command::{Command, Group};
use crate::intent::{ClipIntent, Commands, DialogIntent, EngineIntent, Intent, ProjectIntent};
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
            device_chip(ui, state, commands);
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
    let tip = "What the model is and what it can recognise; choose another";
    let dot = if info.warning().is_some() {
        t.warn
    } else {
        t.accent
    };
    let response = chip(ui, dot, &model::name(info)).on_hover_text(tip);
    if response.clicked() {
        commands.push(Command::ChooseModel);
    }
}

fn sound_chip(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    if let SoundState::Silent(reason) = &state.player.sound {
        chip(ui, t.audible, "Plays without sound")
            .on_hover_text(format!("The clip plays by the wall clock: {reason}."));
    }
}

fn device_chip(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let device = &state.device;
    let name = if device.name.is_empty() {
        "Starting the device…"
    } else {
        &device.name
    };
    let dot = if device.refusals.is_empty() {
        t.both
    } else {
        t.audible
    };
    let response = chip(ui, dot, name);
    Popup::menu(&response).show(|ui| {
        ui.set_max_width(380.0);
        ui.label(emphasis(name, size::BODY));
        if device.refusals.is_empty() {
            ui.label("The best device found here.");
        } else {
            dim(ui, "Why not another one");
            // A menu spreads its text over the whole width: not sentences.
            ui.vertical(|ui| {
                device.refusals.iter().for_each(|reason| {
                    ui.label(reason);
                });
            });
        }
        if state.can_change_device {
            ui.separator();
            for (choice, text) in [
                (DeviceChoice::Auto, "The fastest that works"),
                (DeviceChoice::Cpu, "CPU"),
                (DeviceChoice::Wgpu, "GPU, even one drawn by software"),
            ] {
                let on = state.device_choice == choice;
                if ui.radio(on, text).clicked() && !on {
                    commands.push(EngineIntent::Device(choice));
                }
            }
            ui.separator();
            precision_ui(ui, state, commands);
        }
        if ui.button("Copy report").clicked() {
            let report = format!("{name}\n{}", device.refusals.join("\n"));
            commands.push(DialogIntent::Copy(report));
        }
    });
}

/// In which numbers backbones are kept, with the reason where f16 is not to be had.
fn precision_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let no_f16 = state.device.no_f16.as_deref();
    for (precision, text) in [
        (Precision::F32, "Backbones in f32"),
        (Precision::F16, "Backbones in f16, half the memory"),
        (Precision::Auto, "f16 where the device computes in it"),
    ] {
        let on = state.precision == precision;
        let usable = on || precision != Precision::F16 || no_f16.is_none();
        let radio = ui.add_enabled(usable, egui::RadioButton::new(on, text));
        if radio.clicked() && !on {
            commands.push(EngineIntent::Precision(precision));
        }
    }
    if let Some(reason) = no_f16 {
        dim(ui, format!("No f16: {reason}"));
    }
}
