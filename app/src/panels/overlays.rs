//! What lies over the panels without stopping the work: messages, the drop hint, frame times.

use egui::{Align2, Area, Id, LayerId, Order, Ui, vec2};

use super::problems::problem_ui;
use super::widgets::card;
use crate::intent::{Commands, DialogIntent};
use crate::state::{AppState, PathKind, file_name};
use crate::theme::{figures, strong, tokens};

/// Draw them.
pub fn overlays_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    toasts(ui, state, commands);
    drop_hint(ui, state);
    if state.show_frame_times {
        frame_times(ui, state);
    }
}

fn toasts(ui: &Ui, state: &AppState, commands: &mut Commands) {
    if state.toasts.is_empty() {
        return;
    }
    Area::new(Id::unique("toasts"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -40.0))
        .show(ui.ctx(), |ui| {
            ui.set_max_width(380.0);
            // The newest few: a flood of them must not cover the window.
            for toast in state.toasts.iter().rev().take(3) {
                card(ui).shadow(ui.visuals().popup_shadow).show(ui, |ui| {
                    ui.set_width(350.0);
                    ui.push_id(toast.id, |ui| problem_ui(ui, &toast.problem, commands));
                    ui.horizontal(|ui| {
                        if let Some(offer) = toast.offer
                            && ui.small_button(offer.text()).clicked()
                        {
                            commands.push(offer);
                        }
                        if ui.small_button("Dismiss").clicked() {
                            commands.push(DialogIntent::Dismiss(toast.id));
                        }
                    });
                });
            }
        });
}

/// The whole window says what a drop will do.
fn drop_hint(ui: &Ui, state: &AppState) {
    let hovered = ui.input(|input| input.raw.hovered_files.clone());
    if hovered.is_empty() {
        return;
    }
    let t = tokens(ui.ctx());
    let layer = LayerId::new(Order::Foreground, Id::unique("drop hint"));
    let painter = ui.ctx().layer_painter(layer);
    let screen = ui.ctx().content_rect();
    painter.rect_filled(screen, 0.0, t.shade);
    let stroke = egui::Stroke::new(2.0, t.accent);
    painter.rect_stroke(screen.shrink(8.0), 8.0, stroke, egui::StrokeKind::Inside);
    let text = drop_text(state, &hovered);
    Area::new(Id::unique("drop words"))
        .order(Order::Tooltip)
        .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .show(ui.ctx(), |ui| {
            let words = egui::RichText::new(text).font(strong(20.0));
            ui.add(egui::Label::new(words.color(t.on_stage)).extend());
        });
}

/// What a drop will do.
fn drop_text(state: &AppState, hovered: &[egui::HoveredFile]) -> String {
    match (state.drops.hovered(), hovered.len()) {
        (Some((_, Some(PathKind::Model))), 1) => "Drop to use this model".to_owned(),
        (Some((_, Some(PathKind::Folder))), 1) => {
            "Drop to open the clips of this folder".to_owned()
        }
        (Some((path, Some(PathKind::Marks))), 1) => {
            format!("Drop to take {} in; first it is shown", file_name(path))
        }
        (Some((path, _)), 1) => format!("Drop to open {}", file_name(path)),
        (None, 1) => "Drop to open this file".to_owned(),
        (_, many) => format!("Drop to open {many} files"),
    }
}

fn frame_times(ui: &Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    let layer = LayerId::new(Order::Tooltip, Id::unique("frame times"));
    let painter = ui.ctx().layer_painter(layer);
    let lag = state.player.lag.map(|lag| lag.as_secs_f64() * 1e3);
    let lag = lag
        .map(|ms| format!(" · picture behind sound {ms:.1} ms"))
        .unwrap_or_default();
    let text = format!("{}{lag}", state.frame_times.summary());
    let galley = painter.layout_no_wrap(text, figures(11.0), t.on_stage);
    let at = ui.ctx().content_rect().center_top() + vec2(-galley.size().x / 2.0, 50.0);
    let plate = egui::Rect::from_min_size(at, galley.size()).expand(6.0);
    painter.rect_filled(plate, 4.0, t.stage.gamma_multiply(0.8));
    painter.galley(at, galley, t.on_stage);
}
