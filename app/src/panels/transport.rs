//! The row of controls under the picture.

use egui::{Frame, Layout, Margin, RichText, Role, Slider, Ui, WidgetInfo};

use super::widgets::{dim, gesture_of, icon_button};
use crate::command::Command;
use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::paint::icons::Icon;
use crate::state::{AppState, Focus, Mode};
use crate::theme::{figures, tokens};

/// From this width on the row holds all it has; below, the volume is only on or off and the threshold goes unnamed.
const ROOMY: f32 = 580.0;

/// What the threshold's name takes: it is left out where it would lie over the times.
const NAMED: f32 = 72.0;

const SPEEDS: [f64; 6] = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0];

/// Draw it.
pub fn transport_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 5));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(30.0);
            let roomy = ui.available_width() > ROOMY;
            buttons(ui, state, commands);
            times(ui, state);
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                speed(ui, state, commands);
                volume(ui, state, roomy, commands);
                threshold(ui, state, roomy, commands);
            });
        });
    });
}

fn buttons(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let play = if state.player.playing {
        Icon::Pause
    } else {
        Icon::Play
    };
    icon_button(ui, Icon::ToStart, Command::ToStart, false, false, commands);
    icon_button(
        ui,
        Icon::StepBack,
        Command::StepBack,
        false,
        false,
        commands,
    );
    icon_button(ui, play, Command::PlayPause, true, false, commands);
    icon_button(
        ui,
        Icon::StepForward,
        Command::StepForward,
        false,
        false,
        commands,
    );
    let looping = state.settings.looping;
    icon_button(
        ui,
        Icon::Loop,
        Command::LoopSelection,
        false,
        looping,
        commands,
    );
}

fn times(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    let total = state
        .shown()
        .map(|shown| shown.duration())
        .unwrap_or_default();
    ui.add_space(8.0);
    ui.label(RichText::new(state.player.time.to_string()).font(figures(13.0)));
    if ui.available_width() > 420.0 {
        ui.label(
            RichText::new(format!("/ {total}"))
                .font(figures(13.0))
                .color(t.faint),
        );
    }
}

fn threshold(ui: &mut Ui, state: &AppState, roomy: bool, commands: &mut Commands) {
    // The handle grows with the height of the row: keep it in proportion to the rail.
    ui.spacing_mut().interact_size.y = 18.0;
    let mut value = state.main_threshold();
    ui.label(RichText::new(format!("{value:.2}")).font(figures(13.0)));
    ui.spacing_mut().slider_width = if roomy { 88.0 } else { 64.0 };
    let slider = Slider::new(&mut value, 0.0..=1.0)
        .show_value(false)
        .step_by(0.01);
    let tip = match state.mode() {
        Mode::Masks => "Above which probability a place of the picture sounds  (T)",
        Mode::Events => "Above which score something happens: then the largest class is said  (T)",
        Mode::Parsing => "From which score on a class counts as heard or seen  (T)",
    };
    let response = ui.add(slider).on_hover_text(tip);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(value), "Threshold"));
    if state.focus == Some(Focus::Threshold) {
        response.request_focus();
    }
    if response.changed() {
        commands.push(EditIntent::Threshold(value, gesture_of(&response)));
    } else if response.drag_stopped() {
        commands.push(EditIntent::LetGo);
    }
    if roomy && ui.available_width() > NAMED {
        dim(ui, "Threshold");
    }
}

fn volume(ui: &mut Ui, state: &AppState, roomy: bool, commands: &mut Commands) {
    let settings = &state.settings;
    if roomy {
        volume_slider(ui, settings.volume, commands);
    }
    let icon = if settings.muted {
        Icon::Muted
    } else {
        Icon::Sound
    };
    icon_button(ui, icon, Command::Mute, false, false, commands);
    ui.add_space(6.0);
}

fn volume_slider(ui: &mut Ui, volume: f32, commands: &mut Commands) {
    let mut value = volume;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().slider_width = 56.0;
    let slider = Slider::new(&mut value, 0.0..=1.0).show_value(false);
    let response = ui.add(slider).on_hover_text("Volume");
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Volume");
        info.value = Some(f64::from(value));
        info
    });
    if response.changed() {
        commands.push(ViewIntent::Volume(value));
    }
}

fn speed(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let now = state.player.speed;
    let text = RichText::new(format!("{now}×")).font(figures(13.0));
    let response = ui.menu_button(text, |ui| {
        for speed in SPEEDS {
            if ui
                .selectable_label(speed == now, format!("{speed}×"))
                .clicked()
            {
                commands.push(ViewIntent::Speed(speed));
                ui.close();
            }
        }
    });
    response.response.on_hover_text("Speed");
}
