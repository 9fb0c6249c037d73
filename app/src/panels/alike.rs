//! Search by example: the seconds most like one, as a list to go through.

use egui::{Align, Layout, ScrollArea, Ui};
use mettle_core::base::Time;
use mettle_core::predict::Likeness;

use super::widgets::{dim, emphasis};
use crate::intent::{Commands, ViewIntent};
use crate::state::{AlikeWish, AppState, Found, Row};
use crate::theme::size;

/// Rows of the list.
const ROW: f32 = 26.0;

/// Draw the dialog.
pub fn alike_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(wish) = state.alike.wish else { return };
    let row = state.library.of_clip(wish.clip);
    let row = row.and_then(|row| state.library.row(row));
    let name = row.map_or_else(|| "a clip".to_owned(), Row::name);
    let title = format!("Seconds like {} of {name}", clock(wish.segment));
    ui.label(emphasis(title, size::HEADING));
    ui.horizontal(|ui| by_ui(ui, wish, commands));
    let found = state.alike.found();
    if state.alike.is_unknown() {
        dim(ui, "This second is not analysed yet.");
    } else if found.is_empty() {
        dim(
            ui,
            match state.alike.is_waiting() {
                true => "Looking…",
                false => "No other second is analysed yet.",
            },
        );
    }
    let area = ScrollArea::vertical()
        .max_height(360.0)
        .min_scrolled_height(360.0)
        .auto_shrink([false, true]);
    area.show_rows(ui, ROW, found.len(), |ui, shown| {
        for found in &found[shown] {
            found_ui(ui, state, found, commands);
        }
    });
}

fn by_ui(ui: &mut Ui, wish: AlikeWish, commands: &mut Commands) {
    let ways = [
        (Likeness::Both, "Sight and sound"),
        (Likeness::Sight, "Sight"),
        (Likeness::Sound, "Sound"),
    ];
    for (by, text) in ways {
        if ui.selectable_label(wish.by == by, text).clicked() {
            commands.push(ViewIntent::FindAlike(AlikeWish { by, ..wish }));
        }
    }
}

fn found_ui(ui: &mut Ui, state: &AppState, found: &Found, commands: &mut Commands) {
    let Some(row) = state.library.row(found.row) else {
        return;
    };
    let text = format!("{} of {}", clock(found.segment), row.name());
    ui.horizontal(|ui| {
        ui.set_min_height(ROW - 4.0);
        let response = ui.selectable_label(false, text);
        if response.on_hover_text("Go to this second").clicked() {
            let at = Time::from_micros(found.segment as i64 * 1_000_000);
            commands.push(ViewIntent::GoToSecond(found.row, at));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            dim(ui, format!("{:.2}", found.likeness));
        });
    });
}

/// `1:05`.
fn clock(segment: usize) -> String {
    format!("{}:{:02}", segment / 60, segment % 60)
}
