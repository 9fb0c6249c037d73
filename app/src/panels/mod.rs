//! The panels: each draws a part of [`crate::state::AppState`] and queues what the user asks for.

mod alike;
mod attention;
mod calibration;
mod clip_card;
mod clip_grid;
mod clip_words;
mod correct;
mod device;
mod dialogs;
mod empty;
mod event_row;
mod events;
mod export;
mod heads;
mod import;
mod inspector;
mod kept;
mod library;
mod loss_curve;
mod map;
mod mask_hand;
mod mask_thresholds;
mod mask_tools;
mod masks;
mod minimap;
mod mode_switch;
mod model;
mod models;
mod overlays;
mod palette;
mod parsing;
mod problems;
mod projects;
mod recovered;
mod report;
mod review;
mod sheet;
mod status;
mod tags;
mod thresholds;
mod timeline;
mod timeline_edges;
mod timeline_input;
mod timeline_lanes;
mod timeline_new;
mod timeline_said;
mod timeline_sound;
mod top_bar;
mod train;
mod transport;
mod viewer;
mod widgets;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::intent::Commands;
use crate::paint::{install_flat, install_meshes};
use crate::state::{AppState, Mode, Shown};
use crate::theme::{size, tokens, tokens_of};

/// The ground of the window, which no panel paints again.
pub fn ground(theme: egui::Theme) -> egui::Color32 {
    tokens_of(theme).bg1
}

/// Have a window draw what panels paint, before the first frame.
pub fn prepare(cc: &eframe::CreationContext<'_>) {
    install_flat(cc);
    install_meshes(cc);
}

/// The whole window.
pub fn window_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let bar = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::top("top bar")
        .exact_size(size::TOP_BAR)
        .resizable(false)
        .frame(bar)
        .show(ui, |ui| top_bar::top_bar_ui(ui, state, commands));
    Panel::bottom("status bar")
        .exact_size(size::STATUS_BAR)
        .resizable(false)
        .frame(bar)
        .show(ui, |ui| status::status_ui(ui, state, commands));
    if state.library.is_empty() {
        CentralPanel::default()
            .frame(Frame::new().fill(t.bg0))
            .show(ui, |ui| empty::empty_ui(ui, state, commands));
    } else {
        work_ui(ui, state, commands);
    }
    overlays::overlays_ui(ui, state, commands);
    dialogs::dialogs_ui(ui, state, commands);
}

/// A window narrower than this has narrow side panes.
const NARROW: f32 = 1200.0;
/// What the inspector's pages need to be whole; the smallest window has room for it beside the controls under the picture.
const INSPECTOR: f32 = 270.0;

fn work_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    if state.full_picture {
        return picture_ui(ui, state, commands);
    }
    let side = Frame::new().inner_margin(Margin::symmetric(10, 10));
    Panel::left(side_pane("library", ui, state))
        .default_size(228.0)
        .size_range(160.0..=side_limit(ui, 420.0, 0.18).max(160.0))
        .frame(side)
        .show(ui, |ui| library::library_ui(ui, state, commands));
    Panel::right(side_pane("inspector", ui, state))
        .default_size(300.0)
        .size_range(220.0..=side_limit(ui, 480.0, 0.26).max(INSPECTOR))
        .frame(side.inner_margin(Margin::symmetric(12, 10)))
        .show(ui, |ui| inspector::inspector_ui(ui, state, commands));
    let failed = |shown: Shown<'_>| shown.row.clip.is_none() && shown.row.failure.is_some();
    CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
        if state.shown().is_some_and(failed) {
            // Nothing to play and no timeline: the room belongs to what went wrong.
            return viewer::viewer_ui(ui, state, commands);
        }
        let room = ui.available_height();
        // Masks have one lane, and are drawn on the picture: what they leave belongs to it.
        let (timeline, tall) = match state.mode() {
            Mode::Masks => ("mask timeline", 304.0),
            Mode::Events | Mode::Parsing => ("timeline", 400.0),
        };
        Panel::bottom(pane(timeline, state))
            .resizable(true)
            .default_size(tall)
            .size_range(180.0..=(room - 120.0).max(200.0))
            .frame(Frame::new())
            .show(ui, |ui| {
                // A panel shrinks to what is in it: there is nothing in it until the clip is open.
                ui.take_available_height();
                ui.spacing_mut().item_spacing.y = 0.0;
                transport::transport_ui(ui, state, commands);
                timeline::timeline_ui(ui, state, commands);
            });
        if mask_tools::has_tools(state) {
            Panel::top("mask tools")
                .exact_size(mask_tools::HEIGHT)
                .resizable(false)
                .frame(Frame::new().inner_margin(Margin::symmetric(12, 0)))
                .show(ui, |ui| mask_tools::mask_tools_ui(ui, state, commands));
        }
        CentralPanel::default()
            .frame(Frame::new())
            .show(ui, |ui| viewer::viewer_ui(ui, state, commands));
    });
}

/// Only the picture and its controls.
fn picture_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    Panel::bottom("controls")
        .resizable(false)
        .frame(Frame::new())
        .show(ui, |ui| transport::transport_ui(ui, state, commands));
    CentralPanel::default()
        .frame(Frame::new())
        .show(ui, |ui| viewer::viewer_ui(ui, state, commands));
}

/// A pane's name: egui remembers its size under it, and forgets it when the layout is reset.
fn pane(name: &str, state: &AppState) -> egui::Id {
    egui::Id::unique((name, state.layout))
}

/// The same of a side pane. A narrow window has sizes of its own: widened again, it has those from before.
fn side_pane(name: &str, ui: &Ui, state: &AppState) -> egui::Id {
    egui::Id::unique((name, is_narrow(ui), state.layout))
}

fn is_narrow(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() < NARROW
}

/// How wide a side pane may be: a share of a narrow window, so that the controls under the picture keep their room.
fn side_limit(ui: &Ui, widest: f32, share: f32) -> f32 {
    match is_narrow(ui) {
        true => ui.ctx().content_rect().width() * share,
        false => widest,
    }
}
