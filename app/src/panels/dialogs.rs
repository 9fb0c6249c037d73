//! The dialogs: go to time, a path, problems; the palette, the shortcut sheet and the model have their own files.

use egui::{Frame, Id, Key, Margin, Modal, Role, ScrollArea, Stroke, TextEdit, Ui, WidgetInfo};
use mettle_core::base::Time;
use mettle_core::engine::ModelChoice;

use super::problems::problem_ui;
use super::widgets::{dim, emphasis};
use super::{
    alike, clip_grid, correct, export, import, kept, map, model, models, palette, projects,
    recovered, report, sheet,
};
use crate::intent::{
    ClipIntent, Commands, DialogIntent, EngineIntent, ExchangeIntent, ProjectIntent, ViewIntent,
};
use crate::state::{AppState, Dialog, PathKind, Wanted, typed_path};
use crate::theme::{size, tokens};

/// What draws the inside of a dialog.
type Body<'a> = Box<dyn FnOnce(&mut Ui, &mut Commands) + 'a>;

/// Draw the one that is open.
pub fn dialogs_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let (width, body): (f32, Body<'_>) = match &state.dialog {
        Dialog::None => return,
        Dialog::Shortcuts(filter, waiting) => (
            940.0,
            Box::new(|ui, c| sheet::sheet_ui(ui, state, filter, *waiting, c)),
        ),
        Dialog::Model => (460.0, Box::new(|ui, c| model::model_ui(ui, state, c))),
        Dialog::Models => (600.0, Box::new(|ui, c| models::models_ui(ui, state, c))),
        Dialog::Palette(text, row) => (
            480.0,
            Box::new(|ui, c| palette::palette_ui(ui, state, text, *row, c)),
        ),
        Dialog::GoTo(text) => (320.0, Box::new(|ui, c| go_to_ui(ui, text, c))),
        Dialog::NewClass(text) => (360.0, Box::new(|ui, c| correct::new_class_ui(ui, text, c))),
        Dialog::Path {
            wanted,
            typed,
            no_service,
            is,
        } => (
            560.0,
            Box::new(|ui, c| path_ui(ui, *wanted, typed, (*no_service, *is), c)),
        ),
        Dialog::Export => (640.0, Box::new(|ui, c| export::export_ui(ui, state, c))),
        Dialog::Report => (860.0, Box::new(|ui, _| report::report_ui(ui, state))),
        Dialog::Projects => (480.0, Box::new(|ui, c| projects::projects_ui(ui, state, c))),
        Dialog::Import => (560.0, Box::new(|ui, c| import::import_ui(ui, state, c))),
        Dialog::Alike => (560.0, Box::new(|ui, c| alike::alike_ui(ui, state, c))),
        Dialog::ClipGrid => (
            720.0,
            Box::new(|ui, c| clip_grid::clip_grid_ui(ui, state, c)),
        ),
        Dialog::Map => (640.0, Box::new(|ui, c| map::map_ui(ui, state, c))),
        Dialog::Kept => (420.0, Box::new(|ui, c| kept::kept_ui(ui, state, c))),
        Dialog::Recovered => (
            460.0,
            Box::new(|ui, c| recovered::recovered_ui(ui, state, c)),
        ),
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
        commands.push(DialogIntent::Show(Dialog::None));
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

fn go_to_ui(ui: &mut Ui, text: &str, commands: &mut Commands) {
    ui.label(emphasis("Go to time", size::HEADING));
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, "1:23.5, or seconds");
    if response.changed() {
        commands.push(DialogIntent::Show(Dialog::GoTo(typed.clone())));
    }
    let time = time_of(&typed);
    if !typed.trim().is_empty() && time.is_none() {
        dim(
            ui,
            "Not a time. Write seconds, minutes:seconds or hours:minutes:seconds",
        );
    }
    if let Some(time) = time.filter(|_| entered(ui, &response)) {
        commands.push(ViewIntent::Seek(time));
        commands.push(DialogIntent::Show(Dialog::None));
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

fn path_ui(
    ui: &mut Ui,
    wanted: Wanted,
    text: &str,
    (no_service, is): (bool, Option<PathKind>),
    commands: &mut Commands,
) {
    let (title, hint, what) = match wanted {
        Wanted::Clips => (
            "Open by path",
            "/path/to/clip.mp4, or a folder",
            "a file or folder",
        ),
        Wanted::Folder => ("Open a folder", "/path/to/clips", "a folder"),
        Wanted::Model => ("Use a model folder", "/path/to/model", "a model folder"),
        Wanted::Export => ("Export into a folder", "/path/to/folder", "a folder"),
        Wanted::NewProject => ("New project", "/path/to/project.mettle", "its file"),
        Wanted::Project => ("Open a project", "/path/to/project.mettle", "its file"),
        Wanted::Copy => (
            "Save a copy of the project",
            "/path/to/copy.mettle",
            "the copy",
        ),
        Wanted::Import => ("Import a file", "/path/to/clip.eaf", "a file"),
        Wanted::Moved(_) => ("Locate the file", "/path/to/clip.mp4", "the file"),
    };
    ui.label(emphasis(title, size::HEADING));
    if no_service {
        ui.label(format!(
            "This desktop has no file dialog, so type or paste the path of {what}."
        ));
    }
    let mut typed = text.to_owned();
    let response = field(ui, &mut typed, hint);
    if response.changed() {
        let typed = typed.clone();
        commands.push(DialogIntent::Show(Dialog::Path {
            wanted,
            typed,
            no_service,
            is: None,
        }));
    }
    let path = typed_path(&typed);
    if is == Some(PathKind::Missing) {
        dim(ui, "There is no such file yet");
    }
    let open = ui.button("Open").clicked() || entered(ui, &response);
    if let Some(path) = path.filter(|_| open) {
        match wanted {
            Wanted::Clips | Wanted::Folder => commands.push(ClipIntent::Open(vec![path])),
            Wanted::Model => commands.push(EngineIntent::Model(ModelChoice::Folder(path))),
            Wanted::Moved(id) => commands.push(ClipIntent::Moved(id, path)),
            Wanted::NewProject => commands.push(ProjectIntent::New(path)),
            Wanted::Project => commands.push(ProjectIntent::Open(path)),
            Wanted::Copy => commands.push(ProjectIntent::Copy(path)),
            // Only asked for in its own dialog.
            Wanted::Export => {}
            Wanted::Import => {
                return commands.push(ExchangeIntent::Read(path));
            }
        }
        commands.push(DialogIntent::Show(Dialog::None));
    }
}

fn problems_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("What went wrong", size::HEADING));
    let tall = ui.ctx().content_rect().height() * 0.6;
    ScrollArea::vertical()
        .max_height(tall)
        .min_scrolled_height(tall)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (index, problem) in state.problems.iter().enumerate().rev() {
                ui.push_id(index, |ui| problem_ui(ui, problem, commands));
                ui.separator();
            }
        });
}
