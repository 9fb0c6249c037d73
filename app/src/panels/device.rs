//! The device that computes: its chip, why a better one is not used, another choice, and a report to copy.

use egui::{Button, Popup, PopupCloseBehavior, Ui};
use mettle_core::engine::Precision;
use mettle_core::gpu::DeviceChoice;
use mettle_core::media::ffmpeg_version;
use mettle_core::tools::{vectors, vectors_there};

use super::widgets::{chip, dim, emphasis};
use crate::intent::{Commands, DialogIntent, EngineIntent};
use crate::state::{AppState, Tested};
use crate::theme::{size, tokens};

/// What computes; a click says why nothing else does, and lets another be chosen.
pub fn device_chip(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let device = &state.device;
    let name = if device.name.is_empty() {
        "Starting the device…"
    } else {
        &device.name
    };
    let dot = match (device.failed.is_empty(), device.refusals.is_empty()) {
        (false, _) => t.warn,
        (true, false) => t.audible,
        (true, true) => t.both,
    };
    let response = chip(ui, dot, name);
    // It stays for the answer of a test.
    let stays = PopupCloseBehavior::CloseOnClickOutside;
    Popup::menu(&response).close_behavior(stays).show(|ui| {
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
        self_test_ui(ui, state, commands);
        if ui.button("Copy report").clicked() {
            commands.push(DialogIntent::Copy(report(state)));
        }
    });
}

/// Whether it computes rightly, and how fast, for who doubts it.
fn self_test_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let waits = matches!(state.self_test, Tested::Asked(_));
    ui.horizontal(|ui| {
        if ui.add_enabled(!waits, Button::new("Test it")).clicked() {
            commands.push(EngineIntent::SelfTest);
        }
        match state.self_test {
            Tested::Not => {}
            Tested::Asked(_) => drop(dim(ui, "Waiting for the device…")),
            Tested::Found(found) => drop(ui.label(found.to_string())),
        }
    });
}

/// What somebody who is to help needs to know.
fn report(state: &AppState) -> String {
    let (version, os) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    let mut lines = vec![
        format!("Mettle Studio {version} on {os} {}", std::env::consts::ARCH),
        format!("device: {}", state.device.name),
    ];
    let refused = state.device.refusals.iter();
    lines.extend(refused.map(|why| format!("not used: {why}")));
    for (name, why) in refused_halves(state) {
        lines.push(format!("no {name}: {why}"));
    }
    if let Tested::Found(found) = state.self_test {
        lines.push(format!("self-test: {found}"));
    }
    let there = vectors_there().join(", ");
    lines.push(format!("kernels: {} (of {there})", vectors()));
    lines.push(format!("FFmpeg: {}", ffmpeg_version()));
    if let Some(info) = &state.model {
        lines.push(format!("model: {} ({})", info.name, info.sha256));
    }
    lines.push("`mettle doctor --verbose` says what every adapter's driver says".to_owned());
    lines.join("\n")
}

/// Numbers of 16 bit that are not to be had, and why.
fn refused_halves(state: &AppState) -> impl Iterator<Item = (Precision, &str)> {
    let device = &state.device;
    let all = [
        (Precision::F16, &device.no_f16),
        (Precision::Bf16, &device.no_bf16),
    ];
    all.into_iter()
        .filter_map(|(precision, why)| Some((precision, why.as_deref()?)))
}

/// In which numbers backbones are kept, with the reason where some are not to be had.
fn precision_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    for (precision, text) in [
        (Precision::F32, "Backbones in f32"),
        (Precision::F16, "Backbones in f16, half the memory"),
        (Precision::Bf16, "Backbones in bf16, half the memory"),
        (Precision::Auto, "The 16 bit that the device computes in"),
    ] {
        let on = state.precision == precision;
        let usable = on || refused_halves(state).all(|(refused, _)| refused != precision);
        let radio = ui.add_enabled(usable, egui::RadioButton::new(on, text));
        if radio.clicked() && !on {
            commands.push(EngineIntent::Precision(precision));
        }
    }
    for (name, reason) in refused_halves(state) {
        dim(ui, format!("No {name}: {reason}"));
    }
}
