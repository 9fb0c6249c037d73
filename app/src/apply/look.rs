//! How the window looks and sounds.

use super::Context;
use crate::command::Command;
use crate::playback::Player;
use crate::state::AppState;

/// Says whether the command was one of these.
pub(super) fn run(state: &mut AppState, context: &mut Context<'_>, command: Command) -> bool {
    match command {
        Command::SwitchTheme => switch_theme(state, context),
        Command::FullScreen => full_screen(context),
        Command::FullPicture => state.full_picture = !state.full_picture,
        Command::Larger => scale(state, context, state.settings.scale + 0.1),
        Command::Smaller => scale(state, context, state.settings.scale - 0.1),
        Command::UsualSize => scale(state, context, 1.0),
        Command::ResetLayout => reset_layout(state, context),
        Command::FrameTimes => state.show_frame_times = !state.show_frame_times,
        Command::FocusControls => context
            .ctx
            .memory_mut(|memory| memory.move_focus(egui::FocusDirection::Next)),
        Command::Mute => {
            state.settings.muted = !state.settings.muted;
            push_volume(state, context.player);
        }
        Command::Louder => set_volume(state, context, state.settings.volume + 0.1),
        Command::Softer => set_volume(state, context, state.settings.volume - 0.1),
        _ => return false,
    }
    true
}

fn switch_theme(state: &mut AppState, context: &Context<'_>) {
    use egui::ThemePreference::{Dark, Light, System};
    let next = match state.settings.theme {
        System => Dark,
        Dark => Light,
        Light => System,
    };
    set_theme(state, context, next);
}

fn full_screen(context: &Context<'_>) {
    let full = context
        .ctx
        .input(|i| i.viewport().fullscreen.unwrap_or(false));
    let wish = egui::ViewportCommand::Fullscreen(!full);
    context.ctx.send_viewport_cmd(wish);
}

fn scale(state: &mut AppState, context: &Context<'_>, to: f32) {
    state.settings.scale = ((to * 10.0).round() / 10.0).clamp(0.6, 2.5);
    context.ctx.set_zoom_factor(state.settings.scale);
}

/// Panes are remembered under names that hold this number: a new number forgets them.
fn reset_layout(state: &mut AppState, context: &Context<'_>) {
    state.layout += 1;
    state.full_picture = false;
    state.all_lanes = false;
    state.settings.sound_view = Default::default();
    state.settings.contrast = Default::default();
    scale(state, context, 1.0);
    if let Some(row) = state.library.selected_mut() {
        row.view.start = 0.0;
        row.view.span = row.duration().as_secs_f64().max(1.0);
    }
}

pub(super) fn set_theme(state: &mut AppState, context: &Context<'_>, theme: egui::ThemePreference) {
    state.settings.theme = theme;
    context.ctx.set_theme(theme);
}

pub(super) fn set_volume(state: &mut AppState, context: &mut Context<'_>, value: f32) {
    state.settings.volume = value.clamp(0.0, 1.0);
    state.settings.muted = false;
    push_volume(state, context.player);
}

/// Tell the player how loud.
pub fn push_volume(state: &AppState, player: &mut Player) {
    let settings = &state.settings;
    player.set_volume(if settings.muted { 0.0 } else { settings.volume });
}
