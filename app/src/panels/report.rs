//! The model against the user's word: per class precision, recall and F, and which class is taken for which.

use egui::{Grid, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use mettle_core::base::Label;
use mettle_core::predict::{ClassTally, Report};

use super::widgets::{dim, emphasis};
use crate::state::{AppState, count};
use crate::theme::{figures, mix, size, tokens};

/// A cell of the table of confusions.
const CELL: f32 = 30.0;

/// Draw the dialog.
pub fn report_ui(ui: &mut Ui, state: &AppState) {
    let view = &state.report;
    ui.label(emphasis("Model against corrections", size::HEADING));
    dim(ui, counted(state));
    let tall = ui.ctx().content_rect().height() * 0.7;
    // As tall as it may be from the start: a dialog gives what is in it no more than it had the frame before.
    let page = ScrollArea::both()
        .max_height(tall)
        .min_scrolled_height(tall);
    page.auto_shrink([false, true]).show(ui, |ui| {
        if view.report.classes.is_empty() {
            ui.label("Nothing is said yet of what the model scored. Say where classes are heard and seen, then look here.");
            return clips_ui(ui, state);
        }
        classes_ui(ui, state);
        confusion_ui(ui, &view.report);
    });
}

fn counted(state: &AppState) -> String {
    let view = &state.report;
    let clips = count(view.report.clips, "clip");
    let missing = match view.missing {
        0 => String::new(),
        more => format!(
            "; {} more are not in memory: open them to count them in",
            more
        ),
    };
    let mean = view.report.mean_f1();
    let mean = mean.map_or_else(String::new, |f| format!("; mean F {:.1} %", f * 100.0));
    format!("Counted in seconds of which you said something, over {clips}{missing}{mean}")
}

fn classes_ui(ui: &mut Ui, state: &AppState) {
    let view = &state.report;
    let dim_color = tokens(ui.ctx()).dim;
    let heads = [
        "Class",
        "Clips",
        "Precision",
        "Recall",
        "F",
        "Right",
        "Too much",
        "Missed",
        "Rightly not",
    ];
    Grid::new("classes")
        .striped(true)
        .spacing(vec2(18.0, 4.0))
        .show(ui, |ui| {
            for head in heads {
                ui.label(RichText::new(head).size(size::SMALL).color(dim_color));
            }
            ui.end_row();
            for (label, tally) in &view.report.classes {
                class_ui(ui, label, tally, view.clips.get(label).copied());
                ui.end_row();
            }
        });
}

fn class_ui(ui: &mut Ui, label: &Label, tally: &ClassTally, clips: Option<usize>) {
    let percent = |share: Option<f32>| match share {
        Some(share) => format!("{:.1} %", share * 100.0),
        None => "–".to_owned(),
    };
    let f = percent(tally.f1());
    let response = ui.label(&**label);
    let spoken = format!(
        "{label}: F {f}, {} right, {} too much, {} missed",
        tally.both, tally.model_alone, tally.person_alone
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let cells = [
        clips.unwrap_or(0).to_string(),
        percent(tally.precision()),
        percent(tally.recall()),
        f,
        tally.both.to_string(),
        tally.model_alone.to_string(),
        tally.person_alone.to_string(),
        tally.neither.to_string(),
    ];
    for cell in cells {
        ui.label(RichText::new(cell).font(figures(size::SMALL)));
    }
}

/// In how many clips each class happens, where nothing is there to compare.
fn clips_ui(ui: &mut Ui, state: &AppState) {
    ui.add_space(8.0);
    for (label, clips) in &state.report.clips {
        dim(ui, format!("{label}: in {}", count(*clips, "clip")));
    }
}

/// A row for what the user says, a column for what the model says.
fn confusion_ui(ui: &mut Ui, report: &Report) {
    let labels = report.confused();
    if labels.is_empty() {
        return;
    }
    ui.add_space(10.0);
    ui.label(emphasis("Which is taken for which", size::BODY));
    dim(
        ui,
        "Rows: what you say of a second. Columns: what the model says of it.",
    );
    let most = report.confusion.values().copied().max().unwrap_or(1).max(1);
    Grid::new("confusion")
        .spacing(vec2(2.0, 2.0))
        .show(ui, |ui| {
            ui.label("");
            for place in 1..=labels.len() {
                ui.label(RichText::new(place.to_string()).font(figures(size::SMALL)));
            }
            ui.end_row();
            for (place, person) in labels.iter().enumerate() {
                ui.label(format!("{} {person}", place + 1));
                for model in &labels {
                    let pair = (person.clone(), model.clone());
                    let count = report.confusion.get(&pair).copied().unwrap_or(0);
                    cell_ui(ui, (person, model), count, most);
                }
                ui.end_row();
            }
        });
}

fn cell_ui(ui: &mut Ui, (person, model): (&Label, &Label), count: u32, most: u32) {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(CELL, CELL - 8.0), Sense::hover());
    let words = format!("You say {person}, the model {model}: {count} s");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let right = if person == model { t.both } else { t.warn };
    let share = count as f32 / most as f32;
    ui.painter()
        .rect_filled(rect, 2.0, mix(t.bg2, right, 0.75 * share));
    if count > 0 {
        let (at, align) = (rect.center(), egui::Align2::CENTER_CENTER);
        ui.painter()
            .text(at, align, count.to_string(), figures(size::SMALL), t.text);
    }
    response.on_hover_text(words);
}
