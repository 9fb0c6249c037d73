//! The listed clips as pictures: what was found in each and how much of it was looked at; a click opens it.

use egui::{
    Align, Color32, Layout, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, pos2, vec2,
};

use super::clip_card::{cover_ui, menu, named};
use super::clip_words::standing;
use super::library::{counts, listing, search};
use super::widgets::{dim, emphasis};
use crate::intent::{ClipIntent, Commands, DialogIntent};
use crate::state::{AppState, Dialog, Row};
use crate::theme::{mix, size, tokens};

/// A picture with the words below it.
const TILE: [f32; 2] = [168.0, 134.0];
const PICTURE: f32 = 92.0;
const GAP: f32 = 8.0;
/// Height of all tiles that are seen at once.
const HEIGHT: f32 = 440.0;

/// Draw the dialog.
pub fn clip_grid_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.label(emphasis("Clips", size::HEADING));
        dim(ui, counts(&state.library));
    });
    search(ui, state, commands);
    listing(ui, &state.library, commands);
    let listed = state.library.listed();
    if listed.is_empty() {
        dim(ui, "No clip is like this");
    }
    ui.spacing_mut().item_spacing = vec2(GAP, GAP);
    let across = ((ui.available_width() + GAP) / (TILE[0] + GAP)).max(1.0) as usize;
    let rows = ScrollArea::vertical()
        .max_height(HEIGHT)
        .min_scrolled_height(HEIGHT)
        .auto_shrink([false, false]);
    rows.show_rows(ui, TILE[1], listed.len().div_ceil(across), |ui, range| {
        let seen = range.start * across..(range.end * across).min(listed.len());
        if !state.library.views(&seen) {
            commands.push(ClipIntent::InView(seen.clone()));
        }
        for ids in listed.get(seen).unwrap_or_default().chunks(across) {
            ui.horizontal(|ui| {
                for row in ids.iter().filter_map(|id| state.library.row(*id)) {
                    ui.push_id(row.id, |ui| tile_ui(ui, state, row, commands));
                }
            });
        }
    });
}

fn tile_ui(ui: &mut Ui, state: &AppState, row: &Row, commands: &mut Commands) {
    let selected = state.library.selected == Some(row.id);
    let (rect, response) = ui.allocate_exact_size(TILE.into(), Sense::click());
    let stands = standing(state, row);
    named(&response, row, selected, &stands);
    if response.clicked() {
        match ui.input(|input| input.modifiers.command) {
            true => commands.push(ClipIntent::Mark(row.id, !row.marked)),
            false => {
                commands.push(ClipIntent::Select(row.id));
                commands.push(DialogIntent::Show(Dialog::None));
            }
        }
    }
    response.context_menu(|ui| menu(ui, row, commands));
    let picture = Rect::from_min_size(rect.min, vec2(rect.width(), PICTURE));
    picture_ui(ui, row, picture, border(ui, selected, &response));
    let words = Rect::from_min_max(pos2(rect.left(), picture.bottom() + 6.0), rect.max);
    let down = Layout::top_down(Align::Min);
    let mut below = ui.new_child(UiBuilder::new().max_rect(words).layout(down));
    below.spacing_mut().item_spacing.y = 2.0;
    below.add(egui::Label::new(row.name()).truncate());
    let t = tokens(ui.ctx());
    let color = if row.failure.is_some() { t.warn } else { t.dim };
    let short = RichText::new(stands.short);
    below.add(egui::Label::new(short.size(size::SMALL).color(color)).truncate());
}

fn border(ui: &Ui, selected: bool, response: &Response) -> Color32 {
    let t = tokens(ui.ctx());
    match (selected, response.hovered() || response.has_focus()) {
        (true, _) => t.accent,
        (false, true) => mix(t.line, t.accent, 0.5),
        (false, false) => t.line,
    }
}

/// The clip's picture, and on its lower edge how much of the clip was looked at.
fn picture_ui(ui: &Ui, row: &Row, picture: Rect, border: Color32) {
    let (t, painter) = (tokens(ui.ctx()), ui.painter());
    cover_ui(ui, row, picture, f32::from(size::CORNER));
    let looked = picture.width() * row.reviewed_share();
    let bar = Rect::from_min_size(picture.left_bottom() - vec2(0.0, 4.0), vec2(looked, 4.0));
    painter.rect_filled(bar, 0.0, t.both);
    let stroke = Stroke::new(1.0, border);
    painter.rect_stroke(picture, size::CORNER, stroke, StrokeKind::Inside);
}
