//! The palette: every command by a few of its letters.

use egui::{Button, Key, RichText, ScrollArea, Ui};

use super::dialogs::field;
use super::widgets::dim;
use crate::command::Command;
use crate::intent::{Commands, DialogIntent};
use crate::keymap::key_text;
use crate::state::{AppState, Dialog};
use crate::theme::{mix, size, tokens};

/// The commands that have these letters in this order, the best match first.
pub fn found(text: &str) -> Vec<Command> {
    let mut hits: Vec<(usize, Command)> = Command::ALL
        .iter()
        .filter_map(|command| {
            Some((
                spread(&command.text().to_lowercase(), &text.trim().to_lowercase())?,
                *command,
            ))
        })
        .collect();
    hits.sort_by_key(|(spread, _)| *spread);
    hits.into_iter().map(|(_, command)| command).collect()
}

/// How far apart the letters of `wanted` lie in `name`; `None` if they are not all there in order.
fn spread(name: &str, wanted: &str) -> Option<usize> {
    if let Some(at) = name.find(wanted) {
        return Some(at);
    }
    let mut letters = name.char_indices();
    let mut ends = (usize::MAX, 0);
    for letter in wanted.chars().filter(|c| !c.is_whitespace()) {
        let (at, _) = letters.find(|(_, c)| *c == letter)?;
        ends = (ends.0.min(at), at);
    }
    Some(100 + ends.1 - ends.0.min(ends.1))
}

/// Height of the list, where all of it does not fit.
const LIST: f32 = 360.0;

/// Draw it.
pub fn palette_ui(ui: &mut Ui, state: &AppState, text: &str, row: usize, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, "What to do");
    // In a slow frame letters and Enter come together: what is meant is what was typed, not what stood there before.
    let row = if response.changed() { 0 } else { row };
    let hits: Vec<Command> = found(&typed)
        .into_iter()
        .filter(|c| state.why_not(*c).is_none())
        .filter(|c| !c.is_held() && (*c != Command::OpenSample || state.sample.is_some()))
        .collect();
    if response.changed() {
        commands.push(DialogIntent::Show(Dialog::Palette(typed.clone(), 0)));
    }
    let row = move_row(ui, row, hits.len(), &typed, commands);
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    let mut chosen = hits.get(row).copied().filter(|_| enter);
    ScrollArea::vertical()
        .max_height(LIST)
        .min_scrolled_height(LIST)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for (place, command) in hits.iter().enumerate() {
                let key = RichText::new(key_text(ui.ctx(), *command))
                    .size(size::SMALL)
                    .color(t.dim);
                let fill = if place == row {
                    mix(t.bg2, t.accent, 0.25)
                } else {
                    t.bg1
                };
                let button = Button::new(command.text())
                    .right_text(key)
                    .fill(fill)
                    .stroke(egui::Stroke::NONE);
                let button = ui.add(button.min_size(egui::vec2(ui.available_width(), 26.0)));
                if place == row
                    && ui.input(|input| {
                        input.key_pressed(Key::ArrowDown) || input.key_pressed(Key::ArrowUp)
                    })
                {
                    button.scroll_to_me(None);
                }
                if button.on_hover_text(command.tooltip()).clicked() {
                    chosen = Some(*command);
                }
            }
            if hits.is_empty() {
                dim(ui, "No command has these letters");
            }
        });
    if let Some(command) = chosen {
        commands.push(DialogIntent::Show(Dialog::None));
        commands.push(command);
    }
}

fn move_row(ui: &Ui, row: usize, rows: usize, text: &str, commands: &mut Commands) -> usize {
    let (down, up) = ui.input(|input| {
        (
            input.key_pressed(Key::ArrowDown),
            input.key_pressed(Key::ArrowUp),
        )
    });
    let last = rows.saturating_sub(1);
    let moved = match (down, up) {
        (true, _) => (row + 1).min(last),
        (_, true) => row.saturating_sub(1),
        _ => row.min(last),
    };
    if moved != row {
        commands.push(DialogIntent::Show(Dialog::Palette(text.to_owned(), moved)));
    }
    moved
}
