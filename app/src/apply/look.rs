//! How the window looks and sounds.

use super::Hands;
use crate::command::Command;
use crate::playback::Player;
use crate::state::AppState;

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, hands: &mut Hands<'_>, command: Command) -> bool {
    match command {
        Command::SwitchTheme => switch_theme(state, hands),
        Command::FullScreen => full_screen(hands),
        Command::FullPicture => state.full_picture = !state.full_picture,
        Command::Larger => scale(state, hands, state.settings.scale + 0.1),
        Command::Smaller => scale(state, hands, state.settings.scale - 0.1),
        Command::UsualSize => scale(state, hands, 1.0),
        Command::ResetLayout => reset_layout(state, hands),
        Command::FrameTimes => state.show_frame_times = !state.show_frame_times,
        Command::FocusControls => hands
            .ctx
            .memory_mut(|memory| memory.move_focus(egui::FocusDirection::Next)),
        Command::Mute => {
            state.settings.muted = !state.settings.muted;
            push_volume(state, hands.player);
        }
        Command::Louder => set_volume(state, hands, state.settings.volume + 0.1),
        Command::Softer => set_volume(state, hands, state.settings.volume - 0.1),
        _ => return false,
    }
    true
}

fn switch_theme(state: &mut AppState, hands: &Hands<'_>) {
    use egui::ThemePreference::{Dark, Light, System};
    let next = match state.settings.theme {
        System => Dark,
        Dark => Light,
        Light => System,
    };
    set_theme(state, hands, next);
}

fn full_screen(hands: &Hands<'_>) {
    let full = hands
        .ctx
        .input(|i| i.viewport().fullscreen.unwrap_or(false));
    let wish = egui::ViewportCommand::Fullscreen(!full);
    hands.ctx.send_viewport_cmd(wish);
}

fn scale(state: &mut AppState, hands: &Hands<'_>, to: f32) {
    state.settings.scale = ((to * 10.0).round() / 10.0).clamp(0.6, 2.5);
    hands.ctx.set_zoom_factor(state.settings.scale);
}

/// Panes are remembered under names that hold this number: a new number forgets them.
fn reset_layout(state: &mut AppState, hands: &Hands<'_>) {
    state.layout += 1;
    state.full_picture = false;
    state.all_lanes = false;
    state.settings.sound_view = Default::default();
    scale(state, hands, 1.0);
    if let Some(row) = state.library.selected_mut() {
        row.view.start = 0.0;
        row.view.span = row.duration().as_secs_f64().max(1.0);
    }
}

pub(super) fn set_theme(state: &mut AppState, hands: &Hands<'_>, theme: egui::ThemePreference) {
    state.settings.theme = theme;
    hands.ctx.set_theme(theme);
}

pub(super) fn set_volume(state: &mut AppState, hands: &mut Hands<'_>, value: f32) {
    state.settings.volume = value.clamp(0.0, 1.0);
    state.settings.muted = false;
    push_volume(state, hands.player);
}

/// Tell the player how loud.
pub fn push_volume(state: &AppState, player: &mut Player) {
    let settings = &state.settings;
    player.set_volume(if settings.muted { 0.0 } else { settings.volume });
}
