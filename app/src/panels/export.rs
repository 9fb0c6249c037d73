//! Exporting: which clips, whose word, in which format and where; what would be kept, before it is written, and what was.

use egui::{ComboBox, RichText, Role, ScrollArea, Ui, WidgetInfo};
use mettle_core::engine::{ExportedClip, Outcome};
use mettle_core::exchange::marks::What;
use mettle_core::exchange::{ExportFormat, Exported};

use super::widgets::{card, dim, emphasis, row_name, standing_out, thin_bar};
use crate::intent::{Commands, ExchangeIntent};
use crate::state::{AppState, ExportForm, ExportScope, Row, file_name};
use crate::theme::{size, tokens};

/// Height of two lines of what a format loses.
const TWO_LINES: f32 = 34.0;
/// Height of the heading and three lines of what is kept of a clip.
const FOUR_LINES: f32 = 70.0;

/// Draw the dialog.
pub fn export_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Export", size::HEADING));
    let mut form = state.export.form.clone();
    ui.add_enabled_ui(!state.export.is_writing(), |ui| {
        scope_ui(ui, state, &mut form);
        what_ui(ui, &mut form);
        format_ui(ui, &mut form);
        folder_ui(ui, &mut form, commands);
    });
    if form != state.export.form {
        commands.push(ExchangeIntent::Form(form));
    }
    ui.add_space(4.0);
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.set_min_height(FOUR_LINES);
        match state.export.done.is_empty() && !state.export.is_writing() {
            true => preview_ui(ui, state),
            false => done_ui(ui, state),
        }
    });
    ui.add_space(4.0);
    buttons_ui(ui, state, commands);
}

fn line(ui: &mut Ui, name: &str, inside: impl FnOnce(&mut Ui)) {
    let color = tokens(ui.ctx()).dim;
    ui.horizontal_wrapped(|ui| {
        row_name(ui, name, color);
        inside(ui);
    });
}

fn scope_ui(ui: &mut Ui, state: &AppState, form: &mut ExportForm) {
    let count = |scope| state.exported_rows(scope).len();
    let shown = state.library.selected_row().map(Row::name);
    let scopes = [
        (
            ExportScope::Shown,
            shown.unwrap_or_else(|| "This clip".into()),
        ),
        (
            ExportScope::Marked,
            format!("Marked clips ({})", count(ExportScope::Marked)),
        ),
        (
            ExportScope::Listed,
            format!("All of the list ({})", count(ExportScope::Listed)),
        ),
    ];
    line(ui, "Clips", |ui| {
        for (scope, text) in scopes {
            ui.radio_value(&mut form.scope, scope, text)
                .on_hover_text("Mark clips with Ctrl and a click on the list");
        }
    });
}

fn what_ui(ui: &mut Ui, form: &mut ExportForm) {
    line(ui, "What", |ui| {
        for what in What::ALL {
            ui.radio_value(&mut form.what, what, what.text());
        }
    });
}

fn format_ui(ui: &mut Ui, form: &mut ExportForm) {
    line(ui, "Format", |ui| {
        let box_ = ComboBox::from_id_salt("format").selected_text(form.format.title());
        let response = box_.width(260.0).height(420.0).show_ui(ui, |ui| {
            for format in ExportFormat::all() {
                ui.selectable_value(&mut form.format, format, format.title());
            }
        });
        let label = format!("Format: {}", form.format.title());
        let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
        response.response.widget_info(info);
    });
    let loses = form.format.loses();
    let words = match loses.is_empty() {
        true => "Has a place for everything".to_owned(),
        false => format!("Has no place for {loses}"),
    };
    // Room for the longest words: nothing moves away under the pointer when another format is chosen.
    ui.horizontal_top(|ui| {
        row_name(ui, "", tokens(ui.ctx()).dim);
        ui.vertical(|ui| {
            ui.set_min_height(TWO_LINES);
            dim(ui, words);
        });
    });
}

fn folder_ui(ui: &mut Ui, form: &mut ExportForm, commands: &mut Commands) {
    line(ui, "Folder", |ui| {
        // What is left of the line, with the button after it: a line that wraps speaks of its whole width.
        let left = ui.max_rect().right() - ui.cursor().left();
        let field = egui::TextEdit::singleline(&mut form.folder)
            .hint_text("/path/to/folder")
            .desired_width(left - 110.0);
        let response = ui.add(field);
        let info = || WidgetInfo::labeled(Role::TextInput, true, "Folder to write into");
        response.widget_info(info);
        if ui.button("Browse…").clicked() {
            commands.push(ExchangeIntent::Browse);
        }
    });
}

/// What would become of the first clip.
fn preview_ui(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    dim(ui, "Before writing");
    let export = &state.export;
    if let Some(why) = state.export_refused() {
        ui.label(RichText::new(why).color(t.warn));
    } else if let Some(problem) = &export.failure {
        ui.label(RichText::new(&problem.title).color(t.warn));
        ui.add(egui::Label::new(&problem.advice).wrap());
    } else if let Some(clip) = &export.preview {
        clip_ui(ui, clip, true);
        let more = state
            .exported_rows(export.form.scope)
            .len()
            .saturating_sub(1);
        if more > 0 {
            dim(ui, format!("and {more} more in the same way"));
        }
    } else {
        dim(ui, "Looking at what is kept…");
    }
}

/// How far the export has come, and what became of each clip.
fn done_ui(ui: &mut Ui, state: &AppState) {
    let t = tokens(ui.ctx());
    let export = &state.export;
    if let Some(run) = export.run.filter(|run| run.writes) {
        let status = state.jobs.status(run.job);
        let share = status.map_or(0.0, |status| status.progress.fraction());
        dim(
            ui,
            format!("{} of {} written", export.done.len(), run.clips),
        );
        thin_bar(ui, share, t.both, "Export");
    } else {
        ui.label(export.summary());
    }
    if let Some(problem) = &export.failure {
        ui.label(RichText::new(&problem.title).color(t.warn));
        ui.add(egui::Label::new(&problem.advice).wrap());
    }
    let list = ScrollArea::vertical()
        .max_height(160.0)
        .min_scrolled_height(160.0);
    list.auto_shrink([false, true]).show(ui, |ui| {
        for clip in &export.done {
            clip_ui(ui, clip, false);
        }
    });
}

fn clip_ui(ui: &mut Ui, clip: &ExportedClip, before: bool) {
    let t = tokens(ui.ctx());
    let name = file_name(&clip.clip);
    let (text, color) = match &clip.outcome {
        Outcome::Done(done) => (told(done, before), t.text),
        Outcome::Stays(file) => (
            format!(
                "{} is there with another content, and stays",
                file_name(file)
            ),
            t.warn,
        ),
        Outcome::Failed(why) => (why.clone(), t.warn),
    };
    let text = RichText::new(format!("{name}: {text}")).color(color);
    ui.add(egui::Label::new(text).wrap());
    if let Outcome::Done(Exported { stands: true, .. }) = &clip.outcome {
        let words = "Something else is there under that name. It stays unless you replace it.";
        ui.add(egui::Label::new(RichText::new(words).color(t.warn)).wrap());
    }
}

fn told(done: &Exported, before: bool) -> String {
    let file = file_name(&done.file);
    match (&done.kept, before) {
        (Some(kept), _) => format!("{file}: {kept}"),
        (None, true) => format!("{file} is written, and opened again then"),
        (None, false) => format!("{file} is written, and opens"),
    }
}

fn buttons_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let export = &state.export;
    ui.horizontal(|ui| {
        if export.is_writing() {
            if ui.button("Stop").clicked() {
                commands.push(ExchangeIntent::Stop);
            }
            return;
        }
        let refused = state.export_refused();
        ui.add_enabled_ui(refused.is_none(), |ui| {
            if standing_out(ui, "Write").clicked() {
                commands.push(ExchangeIntent::Write { replace: false });
            }
        });
        let stands = |clip: &ExportedClip| match &clip.outcome {
            Outcome::Done(done) => done.stands,
            Outcome::Stays(_) => true,
            Outcome::Failed(_) => false,
        };
        let refused_all = export.stood && export.failure.is_some();
        let stays = refused_all || export.done.iter().chain(&export.preview).any(stands);
        let tip = "Write over files that are there with another content";
        if stays
            && ui
                .button("Replace what is there")
                .on_hover_text(tip)
                .clicked()
        {
            commands.push(ExchangeIntent::Write { replace: true });
        }
    });
}
