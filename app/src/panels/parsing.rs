//! The inspector in parsing: each class's two probabilities in a second, and where what is heard and seen differ.

use egui::{Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use mettle_core::base::Modality;
use mettle_core::predict::{Prediction, Thresholds};

use super::widgets::{card, dim, elided};
use crate::intent::{Commands, ViewIntent};
use crate::state::{AppState, Disagreement, FEW, Shown, perceived};
use crate::theme::{figures, mix, size, tokens};

/// Width of the names.
const NAMES: f32 = 104.0;

/// `Dog: heard and seen`, one line each for what is heard, seen, or both.
pub fn happening(
    prediction: &Prediction,
    thresholds: &Thresholds,
    segment: usize,
) -> [(&'static str, Vec<String>); 3] {
    let mut lists = [
        ("heard and seen", vec![]),
        ("heard", vec![]),
        ("seen", vec![]),
    ];
    for (class, label) in prediction.labels.iter().enumerate() {
        let place = match perceived(prediction, thresholds, segment, class) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => continue,
        };
        lists[place].1.push(label.to_string());
    }
    lists
}

/// Draw the bars of a second: as many as there are lanes.
pub fn parsing_bars(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    prediction: &Prediction,
    segment: usize,
) {
    let t = tokens(ui.ctx());
    let thresholds = shown.thresholds(&state.settings);
    let of = |modality: Modality| prediction.scores_of(modality).get(segment);
    let (Some(heard), Some(seen)) = (of(Modality::Audible), of(Modality::Visible)) else {
        return;
    };
    let mut order: Vec<usize> = (0..prediction.labels.len().min(heard.len())).collect();
    order.sort_by(|a, b| heard[*b].max(seen[*b]).total_cmp(&heard[*a].max(seen[*a])));
    if !state.all_lanes {
        order.truncate(FEW);
    }
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let halves = halves(head);
    for (half, words) in halves.iter().zip(["audible", "visible"]) {
        let font = egui::FontId::proportional(size::SMALL);
        elided(ui, half.left_center(), half.width(), words, font, t.dim);
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for class in order {
            let scores = [heard[class], seen[class]];
            bar(ui, prediction, &thresholds, class, scores);
        }
    });
}

/// Where the two bars of a row lie.
fn halves(row: Rect) -> [Rect; 2] {
    let rails = row.with_min_x(row.left() + NAMES);
    let width = (rails.width() - 8.0) / 2.0;
    [0.0, width + 8.0]
        .map(|x| Rect::from_min_size(rails.min + vec2(x, 0.0), vec2(width, row.height())))
}

fn bar(
    ui: &mut Ui,
    prediction: &Prediction,
    thresholds: &Thresholds,
    class: usize,
    scores: [f32; 2],
) {
    let t = tokens(ui.ctx());
    let label = &prediction.labels[class];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let [heard, seen] = scores.map(|score| score * 100.0);
    let said = format!("{label}, audible {heard:.0} %, visible {seen:.0} %");
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &said));
    let limits = [Modality::Audible, Modality::Visible].map(|m| thresholds.of(label, m));
    let any = scores
        .iter()
        .zip(limits)
        .any(|(score, limit)| *score >= limit);
    let words = if any { t.text } else { t.dim };
    let font = egui::FontId::proportional(12.5);
    elided(ui, rect.left_center(), NAMES - 6.0, label, font, words);
    let colors = [t.audible, t.visible];
    for (half, rail) in halves(rect).into_iter().enumerate() {
        let rail = Rect::from_center_size(rail.center(), vec2(rail.width(), 8.0));
        let over = scores[half] >= limits[half];
        let color = match over {
            true => colors[half],
            false => mix(t.bg0, colors[half], 0.55),
        };
        ui.painter().rect_filled(rail, 4.0, t.bg0);
        let filled = rail.with_max_x(rail.left() + rail.width() * scores[half].clamp(0.0, 1.0));
        ui.painter().rect_filled(filled, 4.0, color);
        let x = rail.left() + rail.width() * limits[half];
        let tick = Stroke::new(1.0, t.dim);
        ui.painter().vline(x, rail.y_range().expand(3.0), tick);
    }
    response.on_hover_text(said);
}

/// How long what is heard and what is seen differ, each a filter to switch on.
pub fn disagreements(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    prediction: &Prediction,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let thresholds = shown.thresholds(&state.settings);
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        for (which, color) in [
            (Disagreement::HeardNotSeen, t.audible),
            (Disagreement::SeenNotHeard, t.visible),
        ] {
            let on = state.filter == Some(which);
            let seconds = which.seconds(prediction, &thresholds, None);
            let (rect, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
            let said = format!("{}, {seconds} s", which.text());
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &said));
            if on || response.hovered() || response.has_focus() {
                let fill = mix(t.bg2, t.accent, if on { 0.3 } else { 0.1 });
                ui.painter().rect_filled(rect, size::CORNER, fill);
            }
            let dot = Rect::from_center_size(rect.left_center() + vec2(12.0, 0.0), vec2(9.0, 9.0));
            ui.painter().rect_filled(dot, 2.0, color);
            let font = egui::FontId::proportional(size::BODY);
            let at = rect.left_center() + vec2(26.0, 0.0);
            elided(ui, at, rect.width() - 62.0, which.text(), font, t.text);
            ui.painter().text(
                rect.right_center() - vec2(6.0, 0.0),
                egui::Align2::RIGHT_CENTER,
                format!("{seconds} s"),
                figures(size::SMALL),
                t.text,
            );
            let tip = match on {
                true => "Show everything again",
                false => "Show only these seconds",
            };
            if response.on_hover_text(tip).clicked() {
                commands.push(ViewIntent::Filter((!on).then_some(which)));
            }
        }
        if state.filter.is_some() {
            dim(
                ui,
                "Other seconds are faint, classes without one are left out.",
            );
        }
    });
}
