//! The curves of a training: the loss of each epoch, and the score on held-out clips where there are some.

use egui::{
    Color32, Label, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use mettle_core::train::{Epoch, Figures};

use crate::theme::{size, tokens};

const HEIGHT: f32 = 84.0;

/// Draw them.
pub fn curve_ui(ui: &mut Ui, curve: &[Epoch]) {
    let t = tokens(ui.ctx());
    let Some(last) = curve.last() else { return };
    let scores: Vec<f32> = curve
        .iter()
        .filter_map(|epoch| Some(epoch.figures?.score() as f32))
        .collect();
    // Each line's words in its colour: names over the curves would hide where they begin.
    let mut words = format!("Epoch {}, loss {:.3}", last.epoch, last.loss);
    named(ui, &words, t.accent);
    if let Some(figures) = &last.figures {
        let held_out = held_out(figures);
        named(ui, &held_out, t.both);
        words = format!("{words}, {held_out}");
    }
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
}

fn named(ui: &mut Ui, words: &str, color: Color32) {
    let words = RichText::new(words).size(size::SMALL).color(color);
    ui.add(Label::new(words).wrap());
}

/// What was counted on held-out clips. Of events, seconds of which a class is only denied do not count here, as they do where two
/// heads are compared: that both are right is seen from the words.
fn held_out(figures: &Figures) -> String {
    let share = figures.score() * 100.0;
    match figures {
        Figures::Localize { .. } => {
            format!(
                "held out: the event is right in {share:.0} % of the seconds whose event is known"
            )
        }
        Figures::Parse(_) | Figures::Segment(_) => {
            format!("held out {share:.0} % {}", figures.name())
        }
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
