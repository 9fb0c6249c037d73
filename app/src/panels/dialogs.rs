//! The dialogs: shortcuts, go to time, open by path, problems; the palette has its own file.

use egui::{
    Frame, Id, Key, Margin, Modal, RichText, Role, ScrollArea, Stroke, TextEdit, Ui, WidgetInfo,
};
use mettle_core::base::Time;

use super::palette;
use super::viewer::problem_ui;
use super::widgets::{dim, emphasis};
use crate::command::{Command, Commands, Group, Intent};
use crate::files;
use crate::state::{AppState, Dialog};
use crate::theme::{figures, size, tokens};

/// Draw the one that is open.
pub fn dialogs_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let (width, body): (f32, Box<dyn FnOnce(&mut Ui, &mut Commands)>) = match &state.dialog {
        Dialog::None => return,
        Dialog::Shortcuts(filter) => (620.0, Box::new(|ui, c| shortcuts_ui(ui, filter, c))),
        Dialog::Palette(text, row) => (
            480.0,
            Box::new(|ui, c| palette::palette_ui(ui, state, text, *row, c)),
        ),
        Dialog::GoTo(text) => (320.0, Box::new(|ui, c| go_to_ui(ui, text, c))),
        Dialog::Path { text, no_service } => {
            (560.0, Box::new(|ui, c| path_ui(ui, text, *no_service, c)))
        }
        Dialog::Problems => (520.0, Box::new(|ui, c| problems_ui(ui, state, c))),
    };
    let t = tokens(ui.ctx());
    let frame = Frame::new()
        .fill(t.bg1)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(size::BOX_CORNER)
        .inner_margin(Margin::same(16));
    let modal = Modal::new(Id::unique("dialog"))
        .frame(frame)
        .backdrop_color(t.shade);
    let response = modal.show(ui.ctx(), |ui| {
        ui.set_width(width.min(ui.ctx().content_rect().width() - 60.0));
        body(ui, commands);
    });
    if response.should_close() {
        commands.push(Intent::Dialog(Dialog::None));
    }
}

/// A field that has the keyboard from the start.
pub fn field(ui: &mut Ui, text: &mut String, hint: &str) -> egui::Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .margin(egui::vec2(8.0, 6.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, hint));
    // Shown for the first time if it was not there the frame before.
    let frame = ui.ctx().cumulative_frame_nr();
    let last = ui.ctx().data(|data| data.get_temp::<u64>(response.id));
    if last.is_none_or(|last| last + 1 < frame) {
        response.request_focus();
    }
    ui.ctx()
        .data_mut(|data| data.insert_temp(response.id, frame));
    response
}

/// Whether Enter was pressed in a field.
pub fn entered(ui: &Ui, response: &egui::Response) -> bool {
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

fn shortcuts_ui(ui: &mut Ui, filter: &str, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    ui.label(emphasis("Keyboard shortcuts", size::HEADING));
    let mut text = filter.to_owned();
    if field(ui, &mut text, "Search shortcuts").changed() {
        commands.push(Intent::Dialog(Dialog::Shortcuts(text)));
    }
    let wanted = filter.trim().to_lowercase();
    let tall = ui.ctx().content_rect().height() * 0.65;
    ScrollArea::vertical().max_height(tall).auto_shrink([false, true]).show(ui, |ui| {
        for group in Group::ALL {
            let of_group = Command::ALL.iter().filter(|c| c.group() == group);
            let found: Vec<_> = of_group
                .filter(|c| wanted.is_empty() || c.text().to_lowercase().contains(&wanted) || c.tooltip().to_lowercase().contains(&wanted))
                .collect();
            if found.is_empty() {
                continue;
            }
            ui.add_space(4.0);
            ui.label(emphasis(group.text(), size::BODY));
            egui::Grid::new(group.text()).num_columns(3).spacing([18.0, 4.0]).show(ui, |ui| {
                for command in found {
                    let keys: Vec<String> = command
                        .keys()
                        .iter()
                        .map(|(modifiers, key)| ui.ctx().format_shortcut(&egui::KeyboardShortcut::new(*modifiers, *key)))
                        .collect();
                    ui.label(RichText::new(keys.join(", ")).font(figures(11.5)).color(t.accent));
                    ui.label(command.text());
                    dim(ui, command.tooltip());
                    ui.end_row();
                }
            });
        }
        ui.add_space(6.0);
        dim(ui, "On the timeline, Ctrl and the wheel zoom at the pointer, Shift and the wheel or the middle button move it.");
    });
}

fn go_to_ui(ui: &mut Ui, text: &str, commands: &mut Commands) {
    ui.label(emphasis("Go to time", size::HEADING));
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, "1:23.5, or seconds");
    if response.changed() {
        commands.push(Intent::Dialog(Dialog::GoTo(typed.clone())));
    }
    let time = time_of(&typed);
    if !typed.trim().is_empty() && time.is_none() {
        dim(
            ui,
            "Not a time. Write seconds, minutes:seconds or hours:minutes:seconds",
        );
    }
    if let Some(time) = time.filter(|_| entered(ui, &response)) {
        commands.push(Intent::Seek(time));
        commands.push(Intent::Dialog(Dialog::None));
    }
}

/// `83.5`, `1:23.5` or `0:01:23.5`.
pub fn time_of(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut secs = 0.0;
    for part in &parts {
        let value: f64 = part.trim().parse().ok()?;
        if !value.is_finite() || value < 0.0 {
            return None;
        }
        secs = secs * 60.0 + value;
    }
    Some(Time::from_secs_f64(secs))
}

fn path_ui(ui: &mut Ui, text: &str, no_service: bool, commands: &mut Commands) {
    ui.label(emphasis("Open by path", size::HEADING));
    if no_service {
        ui.label("This desktop has no file dialog, so type or paste the path of a file.");
    }
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, "/path/to/clip.mp4");
    if response.changed() {
        let text = typed.clone();
        commands.push(Intent::Dialog(Dialog::Path { text, no_service }));
    }
    let open = ui.button("Open").clicked() || entered(ui, &response);
    if let Some(path) = files::typed_path(&typed).filter(|_| open) {
        commands.push(Intent::OpenPaths(vec![path]));
        commands.push(Intent::Dialog(Dialog::None));
    }
}

fn problems_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("What went wrong", size::HEADING));
    let tall = ui.ctx().content_rect().height() * 0.6;
    ScrollArea::vertical()
        .max_height(tall)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (index, problem) in state.problems.iter().enumerate().rev() {
                ui.push_id(index, |ui| problem_ui(ui, problem, commands));
                ui.separator();
            }
        });
}
