//! What the meta-tokens read in the second under the playhead: the page that chooses a layer and a token, the tint on the
//! picture, and the tint on the sound.

use egui::{Rect, RichText, Ui};
use mettle_core::predict::Attention;

use super::widgets::{card, dim, emphasis};
use crate::intent::{Commands, ViewIntent};
use crate::paint::{Placement, paint_grid};
use crate::state::{AppState, AttentionWish, Mode, Shown, TimeAxis, shown_key};
use crate::theme::{size, tokens};

/// Strength of the tint where the most is read.
const STRONGEST: f32 = 0.8;
/// How many times the mean a place must be read for that.
const PEAK: f32 = 4.0;

/// The reading shown, once it has come.
fn reading(state: &AppState) -> Option<&Attention> {
    let attention = state.attention.get(shown_key(state)?)?;
    Some(attention)
}

/// The layer shown: the one wished for, or the last.
fn layer_of(wish: AttentionWish, attention: &Attention) -> usize {
    let layers = attention.layers();
    let last = layers.last().copied().unwrap_or(0);
    wish.layer
        .filter(|layer| layers.contains(layer))
        .unwrap_or(last)
}

/// Draw the page.
pub fn attention_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let mut wish = state.attention.wish;
    ui.label(emphasis("Attention, not proof", size::HEADING));
    dim(
        ui,
        "Where the head's meta-tokens look in this second. It shows what they draw on, not why the model decides.",
    );
    ui.checkbox(&mut wish.on, "Show attention on picture and sound");
    if wish.on {
        if !state.can(shown.task) {
            let head = state.mode().task().name();
            dim(ui, format!("This model has no {head} head"));
        } else if let Some(attention) = reading(state) {
            choices(ui, attention, &mut wish);
        } else if shown.prediction().is_none() {
            dim(ui, "It comes once the clip is analysed.");
        } else if shown_key(state).is_some_and(|key| state.attention.is_refused(key)) {
            dim(ui, "This second could not be read.");
        } else {
            dim(ui, "Reading this second…");
        }
        let head = match state.mode() {
            Mode::Events => "events",
            Mode::Parsing => "parsing",
            Mode::Masks => "masks",
        };
        ui.label(
            RichText::new(format!("Read by the head for {head}"))
                .size(size::SMALL)
                .color(t.dim),
        );
    }
    if wish != state.attention.wish {
        commands.push(ViewIntent::Attention(wish));
    }
}

fn choices(ui: &mut Ui, attention: &Attention, wish: &mut AttentionWish) {
    let layers = attention.layers();
    if layers.is_empty() {
        dim(
            ui,
            "This head distils without attention: there is nothing to show.",
        );
        return;
    }
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        let layer = layer_of(*wish, attention);
        ui.label(RichText::new("Layer").size(size::SMALL));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
            for &place in &layers {
                let response = ui.selectable_label(layer == place, format!("{}", place + 1));
                response.widget_info(|| {
                    let said = format!("Layer {}", place + 1);
                    egui::WidgetInfo::selected(egui::Role::RadioButton, true, layer == place, said)
                });
                if response.clicked() {
                    wish.layer = Some(place);
                }
            }
        });
        let tokens = attention.tokens();
        let token = wish.token.min(tokens.saturating_sub(1));
        ui.label(RichText::new("Meta-token").size(size::SMALL));
        ui.horizontal_wrapped(|ui| {
            for place in 0..tokens {
                let name = format!("Token {}", place + 1);
                if ui.selectable_label(token == place, name).clicked() {
                    wish.token = place;
                }
            }
        });
        let [picture, sound] = attention.of(layer, token);
        for (what, reading) in [("picture", picture), ("sound", sound)] {
            let words = match reading {
                Some(r) => format!(
                    "{what}: layer {}, stage {}, token {}, {} × {} places, most {:.1} times the mean",
                    r.layer + 1,
                    r.stage + 1,
                    r.token + 1,
                    r.grid.0,
                    r.grid.1,
                    r.largest() * r.weights.len() as f32
                ),
                None => format!("{what}: not read by attention"),
            };
            dim(ui, words);
        }
    });
}

/// Which of the two is tinted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Picture,
    Sound,
}

/// Tint a rectangle by a reading, strongest where the most is read.
fn tint(painter: &egui::Painter, rect: Rect, state: &AppState, side: Side) -> Option<()> {
    let wish = state.attention.wish;
    if !wish.on || state.overlays_hidden {
        return None;
    }
    let key = shown_key(state)?;
    let attention = reading(state)?;
    let layer = layer_of(wish, attention);
    let token = wish.token.min(attention.tokens().saturating_sub(1));
    let [picture, sound] = attention.of(layer, token);
    let reading = match side {
        Side::Picture => picture?,
        Side::Sound => sound?,
    };
    let t = tokens(painter.ctx());
    let (rows, columns) = reading.grid;
    // What is read evenly stays faint: full strength is for a place read at least so many times as much as the mean.
    let mean = 1.0 / (rows * columns).max(1) as f32;
    let full = reading.largest().max(mean * PEAK);
    let strength = |row: usize, column: usize| {
        // Pitch goes up, pictures go down.
        let row = match side {
            Side::Picture => row,
            Side::Sound => rows - 1 - row,
        };
        let weight = reading.weights.get(row * columns + column);
        STRONGEST * weight.copied().unwrap_or(0.0) / full
    };
    let color = match side {
        Side::Picture => t.visible,
        Side::Sound => t.audible,
    };
    let id = egui::Id::unique(("attention", key, layer, token, side));
    paint_grid(painter, rect, id, reading.grid, &strength, color);
    Some(())
}

/// Tint the picture.
pub fn tint_picture(ui: &Ui, place: Placement, state: &AppState) {
    let _ = tint(ui.painter(), place.0, state, Side::Picture);
}

/// Tint the second under the playhead in the row of the sound.
pub fn tint_sound(ui: &Ui, row: Rect, axis: &TimeAxis, state: &AppState) {
    let Some(span) = reading(state).map(|attention| attention.span) else {
        return;
    };
    let (left, right) = (
        axis.screen_from_time(span.start),
        axis.screen_from_time(span.end),
    );
    let cell = Rect::from_x_y_ranges(left..=right, row.y_range());
    let _ = tint(&ui.painter_at(row), cell, state, Side::Sound);
}
