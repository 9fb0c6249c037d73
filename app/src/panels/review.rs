//! The review page: the seconds of all clips most worth a look, how many are left, and what can be done with the one on screen.

use egui::{ComboBox, Pos2, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use mettle_core::predict::WorthBy;
use mettle_core::project::Review;

use super::widgets::{command_button, dim, elided, emphasis, thin_bar};
use crate::command::Command;
use crate::intent::{Commands, ReviewIntent, ViewIntent};
use crate::state::{AppState, Looked, Mode, Row};
use crate::theme::{figures, mix, size, tokens};

/// Height of a row.
const ROW: f32 = 24.0;

/// Draw it.
pub fn review_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Review", size::HEADING));
    progress_ui(ui, state, state.looked());
    ui.horizontal_wrapped(|ui| {
        for command in [Command::Accept, Command::Looked, Command::Flag] {
            command_button(ui, command, commands);
        }
    });
    ui.horizontal_wrapped(|ui| {
        for command in [Command::PreviousReview, Command::NextReview] {
            command_button(ui, command, commands);
        }
    });
    order_ui(ui, state, commands);
    ui.add_space(2.0);
    match state.review.flagged {
        true => flagged_ui(ui, state, commands),
        false => queue_ui(ui, state, commands),
    }
}

/// How much is left, and about how long that takes.
fn progress_ui(ui: &mut Ui, state: &AppState, looked: Looked) {
    let t = tokens(ui.ctx());
    let share = looked.reviewed as f32 / looked.seconds.max(1) as f32;
    thin_bar(ui, share, t.both, "Looked at");
    let left = looked
        .seconds
        .saturating_sub(looked.reviewed + looked.flagged);
    let mut text = format!(
        "{} of {} s looked at, {} flagged, {left} left",
        looked.reviewed, looked.seconds, looked.flagged
    );
    if let Some(pace) = state.review.pace() {
        let minutes = (pace * left as f64 / 60.0).ceil();
        text.push_str(&format!(" (about {minutes} min)"));
    }
    dim(ui, text);
}

fn order_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let (mut by, mut flagged) = (state.review.by(), state.review.flagged);
    ui.horizontal_wrapped(|ui| {
        let shown = ComboBox::from_id_salt("order").selected_text(by.text());
        let response = shown.width(170.0).show_ui(ui, |ui| {
            for each in WorthBy::ALL {
                ui.selectable_value(&mut by, each, each.text());
            }
        });
        let label = format!("Order: {}", by.text());
        let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
        response.response.widget_info(info);
        ui.checkbox(&mut flagged, "Flagged");
    });
    if by != state.review.by() {
        commands.push(ReviewIntent::SortBy(by));
    }
    if flagged != state.review.flagged {
        commands.push(ReviewIntent::Flagged(flagged));
    }
    if by == WorthBy::Disagreement && state.mode() != Mode::Parsing {
        dim(
            ui,
            "Only parsing tells what is heard from what is seen: Alt+2",
        );
    }
    if state.review.is_outdated() {
        ui.horizontal_wrapped(|ui| {
            dim(ui, "Scores came since; the order stays as it is");
            if ui.small_button("Sort anew").clicked() {
                commands.push(ReviewIntent::SortBy(by));
            }
        });
    }
}

fn queue_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    if !state.review.is_ready(state.review_task()) || state.review.is_empty() {
        dim(ui, "Seconds come here as clips are analysed.");
        return;
    }
    let list = ScrollArea::vertical().max_height(330.0).auto_shrink(false);
    list.id_salt("queue")
        .show_rows(ui, ROW, state.review.len(), |ui, shown| {
            for place in shown {
                place_ui(ui, state, place, commands);
            }
        });
}

fn place_ui(ui: &mut Ui, state: &AppState, place: usize, commands: &mut Commands) {
    let (Some((row, span, review)), Some((.., worth))) =
        (state.review_at(place), state.review.at(place))
    else {
        ui.allocate_exact_size(vec2(ui.available_width(), ROW - 4.0), Sense::hover());
        return;
    };
    let name = state.library.row(row).map(Row::name).unwrap_or_default();
    let here = state.review.place == Some(place);
    let text = format!("{} {name}", clock(span.second()));
    if second_ui(ui, &text, review, here, Some(worth)) {
        commands.push(ReviewIntent::Look(place));
    }
}

fn flagged_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let flags = state.flagged_seconds();
    if flags.is_empty() {
        dim(
            ui,
            "Nothing is flagged. Q flags the second under the playhead.",
        );
    }
    let list = ScrollArea::vertical().max_height(330.0).auto_shrink(false);
    list.id_salt("flags")
        .show_rows(ui, ROW, flags.len(), |ui, shown| {
            for (row, span) in &flags[shown] {
                let name = state.library.row(*row).map(Row::name).unwrap_or_default();
                let text = format!("{} {name}", clock(span.second()));
                if second_ui(ui, &text, Review::Flagged, false, None) {
                    commands.push(ViewIntent::GoToSecond(*row, span.start));
                }
            }
        });
}

/// A second of the list: how it stands as a sign, not by colour alone. Says whether it was clicked.
fn second_ui(ui: &mut Ui, text: &str, review: Review, here: bool, worth: Option<f32>) -> bool {
    let t = tokens(ui.ctx());
    let stands = match review {
        Review::Open => "nobody looked at it",
        Review::Reviewed => "found right",
        Review::Flagged => "flagged",
    };
    let room = vec2(ui.available_width(), ROW - 4.0);
    let (rect, response) = ui.allocate_exact_size(room, Sense::click());
    let label = format!("{text}, {stands}");
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, here, &label));
    if here || response.hovered() || response.has_focus() {
        let fill = mix(t.bg2, t.accent, if here { 0.18 } else { 0.0 });
        ui.painter().rect_filled(rect, size::CORNER, fill);
    }
    let small = egui::FontId::proportional(size::SMALL);
    sign_ui(ui, rect.left_center() + vec2(10.0, 0.0), review);
    let words = rect.left_center() + vec2(22.0, 0.0);
    elided(ui, words, rect.width() - 66.0, text, small, t.text);
    if let Some(worth) = worth {
        let at = rect.right_center() - vec2(4.0, 0.0);
        let text = format!("{worth:.2}");
        let align = egui::Align2::RIGHT_CENTER;
        ui.painter()
            .text(at, align, text, figures(size::SMALL), t.dim);
    }
    response.on_hover_text(label).clicked()
}

/// A ring, a disc or a flag; drawn, as fonts need not have them.
fn sign_ui(ui: &Ui, at: Pos2, review: Review) {
    let t = tokens(ui.ctx());
    let painter = ui.painter();
    match review {
        Review::Open => {
            painter.circle_stroke(at, 3.5, Stroke::new(1.2, t.dim));
        }
        Review::Reviewed => {
            painter.circle_filled(at, 4.0, t.both);
        }
        Review::Flagged => {
            let pole = at.x - 3.5;
            painter.vline(pole, at.y - 6.0..=at.y + 6.0, Stroke::new(1.5, t.warn));
            let cloth = Rect::from_min_max(pos2(pole, at.y - 6.0), pos2(at.x + 5.0, at.y));
            painter.rect_filled(cloth, 0.0, t.warn);
        }
    }
}

/// `1:05`.
fn clock(second: i64) -> String {
    format!("{}:{:02}", second / 60, second % 60)
}
