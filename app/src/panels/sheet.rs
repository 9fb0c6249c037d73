//! The shortcut sheet: every command with its key, to look up and to change.

use egui::{Button, RichText, ScrollArea, Ui};

use super::dialogs::field;
use super::widgets::{dim, emphasis};
use crate::command::{Command, Group};
use crate::intent::{Commands, DialogIntent};
use crate::keymap::{Keymap, chord_text};
use crate::state::{AppState, Dialog};
use crate::theme::{figures, size, tokens};

/// Draw it. `waiting` is the command whose new key is awaited.
pub fn sheet_ui(
    ui: &mut Ui,
    state: &AppState,
    filter: &str,
    waiting: Option<Command>,
    commands: &mut Commands,
) {
    head(ui, state, commands);
    taken_ui(ui, state, commands);
    let mut text = filter.to_owned();
    if field(ui, &mut text, "Search shortcuts").changed() {
        commands.push(DialogIntent::Show(Dialog::Shortcuts(text, None)));
    }
    let wanted = filter.trim().to_lowercase();
    let tall = ui.ctx().content_rect().height() * 0.62;
    let scroll = ScrollArea::vertical()
        .max_height(tall)
        .min_scrolled_height(tall);
    scroll.auto_shrink([false, true]).show(ui, |ui| {
        let mut any = false;
        for group in Group::ALL {
            let of_group = Command::ALL.iter().copied().filter(|c| c.group() == group);
            let found: Vec<Command> = of_group.filter(|c| fits(ui, *c, &wanted)).collect();
            if !found.is_empty() {
                any = true;
                group_ui(ui, group, &found, waiting, commands);
            }
        }
        if !any {
            dim(ui, "No command has this in its name, its key or its description");
        }
        ui.add_space(6.0);
        dim(ui, "On the timeline, Ctrl and the wheel zoom at the pointer, Shift and the wheel or the middle button move it, Shift and a drag select.");
    });
}

fn head(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.label(emphasis("Keyboard shortcuts", size::HEADING));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let changed = !state.settings.keys.is_empty();
            let button = ui.add_enabled(changed, Button::new("Reset all keys").small());
            if button.clicked() {
                commands.push(DialogIntent::BindDefaults);
            }
            let copy = ui.add(Button::new("Copy as text").small());
            if copy.on_hover_text("The whole sheet, to print").clicked() {
                commands.push(DialogIntent::Copy(as_text(ui)));
            }
        });
    });
}

/// The key that was pressed is another command's: every command works everywhere, so one of the two gives way.
fn taken_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some((command, chord)) = state.taken_key else {
        return;
    };
    let Some(owner) = Keymap::of(ui.ctx()).command_of(chord) else {
        return;
    };
    let key = chord_text(ui.ctx(), chord);
    let words = format!("{key} is the key of {} already.", owner.text());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words).color(tokens(ui.ctx()).warn));
        if ui
            .button(format!("Give it to {}", command.text()))
            .clicked()
        {
            commands.push(DialogIntent::TakeKey);
        }
        if ui.button("Leave it").clicked() {
            commands.push(DialogIntent::AskKey(None));
        }
    });
}

/// The sheet as lines of text.
fn as_text(ui: &Ui) -> String {
    let mut lines = Vec::new();
    for group in Group::ALL {
        lines.push(format!("\n{}", group.text()));
        for command in Command::ALL.iter().filter(|c| c.group() == group) {
            let (keys, text) = (keys_text(ui, *command), command.text());
            lines.push(format!("{keys:<24}{text}: {}", command.tooltip()));
        }
    }
    lines.join("\n")
}

fn keys_text(ui: &Ui, command: Command) -> String {
    let map = Keymap::of(ui.ctx());
    let keys = map.keys(command).iter();
    let keys: Vec<String> = keys.map(|chord| chord_text(ui.ctx(), *chord)).collect();
    keys.join(", ")
}

fn fits(ui: &Ui, command: Command, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || has(command.text())
        || has(command.tooltip())
        || has(&keys_text(ui, command))
}

fn group_ui(
    ui: &mut Ui,
    group: Group,
    found: &[Command],
    waiting: Option<Command>,
    commands: &mut Commands,
) {
    ui.add_space(4.0);
    ui.label(emphasis(group.text(), size::BODY));
    let grid = egui::Grid::new(group.text()).num_columns(3);
    grid.spacing([14.0, 4.0]).show(ui, |ui| {
        for &command in found {
            key_button(ui, command, waiting == Some(command), commands);
            ui.label(command.text());
            let tooltip = command.tooltip();
            let text = RichText::new(tooltip).size(size::SMALL);
            let text = egui::Label::new(text.color(tokens(ui.ctx()).dim));
            // Else the longest one makes the sheet wider than its head.
            ui.add(text.truncate()).on_hover_text(tooltip);
            ui.end_row();
        }
    });
}

fn key_button(ui: &mut Ui, command: Command, waiting: bool, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let keys = keys_text(ui, command);
    let (text, color) = match (waiting, keys.is_empty()) {
        (true, _) => ("Press a key…".to_owned(), t.audible),
        (false, true) => ("none".to_owned(), t.dim),
        (false, false) => (keys, t.accent),
    };
    let text = RichText::new(text).font(figures(11.5)).color(color);
    let button = Button::new(text).min_size(egui::vec2(128.0, 22.0));
    let tip = "Click, then press the new key. Esc leaves it as it is, Backspace takes it away.";
    let response = ui.add(button).on_hover_text(tip);
    let name = format!("Key of {}", command.text());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if response.clicked() {
        commands.push(DialogIntent::AskKey((!waiting).then_some(command)));
    }
}
