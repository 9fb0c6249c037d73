//! The inspector: the scores of a second, or the events as a table.

use egui::{Align, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};
use mettle_core::base::{BACKGROUND, Modality};
use mettle_core::predict::{Detail, Prediction, Thresholds, UNFAMILIAR, label_of, winner};

use super::calibration::calibration_ui;
use super::mode_switch::missing_head;
use super::thresholds::thresholds_ui;
use super::widgets::{card, dim, elided, emphasis, tabs};
use super::{attention, correct, events, masks, model, parsing, problems, review, tags, train};
use crate::intent::{Commands, ViewIntent};
use crate::state::{AppState, InspectorTab, Shown};
use crate::theme::{figures, mix, size, tokens};

/// The bar of the event's own score.
const ANY_EVENT: &str = "Any event";

/// Draw it.
pub fn inspector_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let pages = [
        (InspectorTab::Second, "Second"),
        (InspectorTab::Events, "Events"),
        (InspectorTab::Review, "Review"),
        (InspectorTab::Masks, "Masks"),
        (InspectorTab::Attention, "Attention"),
        (InspectorTab::Train, "Train"),
    ];
    if let Some(tab) = tabs(ui, state.tab, &pages) {
        commands.push(ViewIntent::Tab(tab));
    }
    let Some(shown) = state.shown() else { return };
    // Each page begins at its top.
    let page = ScrollArea::vertical().id_salt(state.tab);
    page.auto_shrink(false).show(ui, |ui| {
        model::warning_ui(ui, state);
        if let Some(problem) = shown
            .row
            .failure
            .as_ref()
            .filter(|_| shown.row.clip.is_some())
        {
            card(ui).show(ui, |ui| {
                problems::problem_ui(ui, problem, commands);
                ui.horizontal(|ui| problems::remedies(ui, state, shown, commands));
            });
        }
        match (state.tab, shown.prediction()) {
            (InspectorTab::Events, _) => events::events_ui(ui, state, shown, commands),
            (InspectorTab::Review, _) => review::review_ui(ui, state, commands),
            (InspectorTab::Masks, _) => masks::masks_ui(ui, state, shown, commands),
            (InspectorTab::Train, _) => train::train_ui(ui, state, shown, commands),
            (InspectorTab::Attention, _) => attention::attention_ui(ui, state, shown, commands),
            (InspectorTab::Second, _) if !state.can(shown.task) => {
                missing_head(ui, state, shown.task, commands);
            }
            (InspectorTab::Second, Some(prediction)) => {
                second_ui(ui, state, shown, prediction, commands);
                if matches!(prediction.detail, Detail::Parsed { .. }) {
                    parsing::disagreements(ui, state, shown, prediction, commands);
                }
                thresholds_ui(ui, state, shown, commands);
                calibration_ui(ui, state, shown, commands);
            }
            (InspectorTab::Second, None) => {
                let words = if shown.analysis().is_some() {
                    "The scores come as the seconds are analysed."
                } else if shown.row.clip.is_none() && shown.row.failure.is_some() {
                    "This clip could not be opened."
                } else if shown.row.clip.is_none() {
                    "The clip is being opened."
                } else {
                    "This clip is not analysed."
                };
                dim(ui, words);
            }
        }
        // All that is to be known of it, as long as there is room for it.
        let alone = state.tab == InspectorTab::Second && shown.prediction().is_none();
        model_ui(ui, state, alone, commands);
    });
}

/// What is said of the second, the buttons that correct it, and the scores of all classes, which may be many.
fn second_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    prediction: &Prediction,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let Some(segment) = state.current_segment() else {
        return;
    };
    ui.horizontal(|ui| {
        ui.label(emphasis(format!("Second {segment}"), size::HEADING));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(span) = prediction.segments.get(segment) {
                let (from, to) = (span.start.as_secs_f64(), span.end.as_secs_f64());
                let text = RichText::new(format!("{from:.1}–{to:.1} s"));
                ui.label(text.font(figures(size::SMALL)).color(t.dim));
            }
        });
    });
    if segment >= shown.scored() {
        dim(ui, "Not yet analysed");
        return correct::correct_ui(ui, state, commands);
    }
    let thresholds = shown.thresholds(&state.settings);
    if matches!(prediction.detail, Detail::Parsed { .. }) {
        let colors = [t.both, t.audible, t.visible];
        let lists = parsing::happening(prediction, &thresholds, segment);
        for ((how, labels), color) in lists.into_iter().zip(colors) {
            if !labels.is_empty() {
                let words = format!("{}: {how}", labels.join(", "));
                ui.label(RichText::new(words).color(color));
            }
        }
        unfamiliar(ui, prediction, segment);
        tags::tags_ui(ui, &shown.open.tags, segment);
        correct::correct_ui(ui, state, commands);
        ui.add_space(4.0);
        return parsing::parsing_bars(ui, state, shown, prediction, segment);
    }
    let label = label_of(prediction, &thresholds, segment);
    if &*label == BACKGROUND {
        ui.label(RichText::new("Background: nothing it knows is heard and seen").color(t.dim));
    } else {
        ui.label(RichText::new(format!("{label}: heard and seen")).color(t.both));
    }
    unfamiliar(ui, prediction, segment);
    tags::tags_ui(ui, &shown.open.tags, segment);
    correct::correct_ui(ui, state, commands);
    ui.add_space(4.0);
    bars(ui, prediction, &thresholds, segment);
}

/// The two numbers of AVE's rule: whether anything happens, held against the threshold; and each class's.
fn bars(ui: &mut Ui, prediction: &Prediction, thresholds: &Thresholds, segment: usize) {
    let (Some(scores), Some(event)) = (prediction.scores.get(segment), prediction.event(segment))
    else {
        return;
    };
    let won = winner(prediction, thresholds, segment).map(|(class, _)| class);
    let largest = prediction.best(segment).map(|(class, _)| class);
    let mut order: Vec<usize> = (0..scores.len().min(prediction.labels.len())).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let class = largest.and_then(|class| prediction.labels.get(class));
        let threshold = class.map_or(thresholds.global, |class| {
            thresholds.of(class, Modality::AudioVisual)
        });
        let words = "Above the threshold the largest class below is said, as in AVE's evaluation; otherwise background.";
        bar(ui, ANY_EVENT, event, Some(won.is_some()), Some(threshold)).on_hover_text(words);
        for class in order {
            let label = &prediction.labels[class];
            bar(ui, label, scores[class], Some(won == Some(class)), None);
        }
        if let Some(rest) = prediction.background(segment) {
            bar(ui, BACKGROUND, rest, None, None);
        }
    });
}

/// Says so where the model does not know what it sees and hears.
fn unfamiliar(ui: &mut Ui, prediction: &Prediction, segment: usize) {
    let t = tokens(ui.ctx());
    let Some(familiarity) = prediction.familiarity.get(segment) else {
        return;
    };
    if *familiarity < UNFAMILIAR {
        card(ui).stroke(Stroke::new(1.0, t.audible)).show(ui, |ui| {
            let words = "This does not look or sound like what the model was trained on: its scores mean little here.";
            ui.add(egui::Label::new(RichText::new(words).size(12.0)).wrap());
        });
    }
}

/// A score with its name. `over`: whether a class is said of the second; none for what is no class. Its threshold is a tick.
fn bar(
    ui: &mut Ui,
    label: &str,
    score: f32,
    over: Option<bool>,
    threshold: Option<f32>,
) -> egui::Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Meter, true, format!("{label} {:.0} %", score * 100.0))
    });
    let words = if over == Some(true) { t.text } else { t.dim };
    let font = egui::FontId::proportional(12.5);
    elided(ui, rect.left_center(), 116.0, label, font, words);
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width(), 8.0));
    let rail = rail
        .with_min_x(rect.left() + 122.0)
        .with_max_x(rect.right() - 38.0);
    ui.painter().rect_filled(rail, 4.0, t.bg0);
    let color = match over {
        Some(true) => t.both,
        Some(false) => mix(t.bg0, t.both, 0.55),
        None => mix(t.bg0, t.dim, 0.6),
    };
    let filled = rail.with_max_x(rail.left() + rail.width() * score.clamp(0.0, 1.0));
    ui.painter().rect_filled(filled, 4.0, color);
    if let Some(threshold) = threshold {
        let x = rail.left() + rail.width() * threshold;
        ui.painter()
            .vline(x, rail.y_range().expand(3.0), Stroke::new(1.0, t.dim));
    }
    let at = rect.right_center();
    ui.painter().text(
        at,
        egui::Align2::RIGHT_CENTER,
        format!("{score:.2}"),
        figures(11.5),
        words,
    );
    response
}

fn model_ui(ui: &mut Ui, state: &AppState, alone: bool, commands: &mut Commands) {
    let Some(info) = &state.model else { return };
    ui.add_space(8.0);
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        model::reminder_ui(ui, (state, info), alone, commands);
    });
}
