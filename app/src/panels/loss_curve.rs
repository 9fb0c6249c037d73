//! The curves of a training: the loss of each epoch, and the score on held-out clips where there are some.

use egui::{Color32, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};
use mettle_core::train::Epoch;

use super::widgets::dim;
use crate::theme::{figures, tokens};

const HEIGHT: f32 = 84.0;

/// Draw them.
pub fn curve_ui(ui: &mut Ui, curve: &[Epoch]) {
    let t = tokens(ui.ctx());
    let Some(last) = curve.last() else { return };
    let scores: Vec<f32> = curve
        .iter()
        .filter_map(|epoch| Some(epoch.figures?.score() as f32))
        .collect();
    let mut words = format!("Epoch {}, loss {:.3}", last.epoch, last.loss);
    if let Some(figures) = last.figures {
        let share = figures.score() * 100.0;
        words.push_str(&format!(", held out {share:.0} % {}", figures.name()));
    }
    dim(ui, &words);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Curve: {words}")));
    ui.painter().rect_filled(rect, 3.0, t.bg0);
    let room = rect.shrink2(vec2(6.0, 8.0));
    let losses: Vec<f32> = curve.iter().map(|epoch| epoch.loss).collect();
    let most = losses.iter().copied().fold(1e-6, f32::max);
    line(ui, room, &losses, most, t.accent);
    if scores.len() == losses.len() {
        line(ui, room, &scores, 1.0, t.both);
    }
    let name = |at: egui::Pos2, align, text: &str, color| {
        ui.painter().text(at, align, text, figures(10.0), color);
    };
    name(
        rect.left_top() + vec2(6.0, 4.0),
        egui::Align2::LEFT_TOP,
        "loss",
        t.accent,
    );
    if !scores.is_empty() {
        let at = rect.right_top() + vec2(-6.0, 4.0);
        name(at, egui::Align2::RIGHT_TOP, "held out", t.both);
    }
}

/// From 0 at the bottom to `most` at the top.
fn line(ui: &Ui, room: Rect, values: &[f32], most: f32, color: Color32) {
    let steps = values.len().saturating_sub(1).max(1) as f32;
    let place = |(i, value): (usize, &f32)| {
        let x = room.left() + room.width() * i as f32 / steps;
        let share = (value / most).clamp(0.0, 1.0);
        pos2(x, room.bottom() - room.height() * share)
    };
    let points: Vec<_> = values.iter().enumerate().map(place).collect();
    match points[..] {
        [one] => drop(ui.painter().circle_filled(one, 2.0, color)),
        _ => drop(
            ui.painter()
                .add(Shape::line(points, Stroke::new(1.5, color))),
        ),
    }
}
