//! The full-size backbones: what each is for, whose it is, whether its weights are here, and getting them.

use egui::{
    Align, Button, Label, Layout, Response, RichText, Role, ScrollArea, Stroke, Ui, WidgetInfo,
};
use mettle_core::base::Progress;
use mettle_core::engine::{JobId, JobState, WeightsTask};
use mettle_core::hub::{Entry, ModelLine, Origin, WeightsState};
use mettle_core::model::Verdict;

use super::widgets::{card, dim, emphasis, thin_bar};
use crate::intent::{Commands, DialogIntent, EngineIntent};
use crate::state::{AppState, bytes, contents_text, standing};
use crate::theme::{size, tokens};

/// Draw the dialog.
pub fn models_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Models", size::HEADING));
    dim(
        ui,
        "The full-size backbones. Nothing is downloaded unless you ask; the demo model is inside the program.",
    );
    let tall = ui.ctx().content_rect().height() * 0.62;
    ScrollArea::vertical()
        .max_height(tall)
        // The dialog opens before the list has come, and would stay as low as it was then.
        .min_scrolled_height(tall)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for line in state.weights.lines.iter() {
                card(ui).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.push_id(&line.entry.key, |ui| line_ui(ui, state, line, commands));
                });
            }
        });
    ui.add_space(4.0);
    foot_ui(ui, state, commands);
}

fn line_ui(ui: &mut Ui, state: &AppState, line: &ModelLine, commands: &mut Commands) {
    let view = &state.weights;
    let entry = &line.entry;
    let pull = view.pull_of(&entry.key);
    ui.horizontal(|ui| {
        ui.label(emphasis(&entry.name, size::BODY));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            action(ui, line, pull, commands);
        });
    });
    ui.add(Label::new(&entry.purpose).wrap());
    let licence = entry.licence.as_deref().unwrap_or("unknown");
    let size = line.size().map_or("size unknown".into(), bytes);
    dim(ui, format!("Licence {licence} · {size}"));
    source_ui(ui, entry, commands);
    if let Some(job) = pull {
        pull_ui(ui, state, entry, job);
    } else {
        stand_ui(ui, line);
    }
    let t = tokens(ui.ctx());
    if let Some((_, problem)) = view.failures.iter().find(|(key, _)| *key == entry.key) {
        ui.colored_label(t.warn, &problem.title);
        ui.add(Label::new(&problem.advice).wrap());
    }
    if let Some(verdict) = view.verdicts.iter().find(|v| v.model == entry.key) {
        verdict_ui(ui, verdict);
    }
}

/// The one thing that can be done: get, go on, stop.
fn action(ui: &mut Ui, line: &ModelLine, pull: Option<JobId>, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let name = &line.entry.name;
    if let Some(job) = pull {
        if named(ui, Button::new("Stop"), &format!("Stop getting {name}")).clicked() {
            commands.push(EngineIntent::Cancel(job));
        }
        return;
    }
    let word = match line.state {
        WeightsState::Here(_) => {
            ui.label(RichText::new("Here").color(t.both));
            return;
        }
        WeightsState::Partly(_) => "Go on",
        WeightsState::Missing => "Get",
    };
    if !line.entry.downloads.iter().any(|d| d.can_be_fetched()) {
        dim(ui, "By hand");
        return;
    }
    let text = RichText::new(word).color(t.on_accent);
    let button = Button::new(text).fill(t.accent).stroke(Stroke::NONE);
    if named(ui, button, &format!("{word} {name}")).clicked() {
        commands.push(EngineIntent::Weights(WeightsTask::Pull {
            model: line.entry.key.clone(),
            endpoint: None,
            folder: None,
        }));
    }
}

/// A button whose name for a screen reader says which model it is for.
fn named(ui: &mut Ui, button: Button<'_>, name: &str) -> Response {
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response
}

/// Where it comes from; a page that only a person can use can be copied.
fn source_ui(ui: &mut Ui, entry: &Entry, commands: &mut Commands) {
    let Some(download) = entry.downloads.first() else {
        return;
    };
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let source = download.source();
        let text = RichText::new(&source).size(size::SMALL).color(t.dim);
        if let Origin::Page(page) = &download.from {
            let copy = Button::new(RichText::new("Copy address").size(size::SMALL)).small();
            if named(ui, copy, &format!("Copy the address of {}", entry.name)).clicked() {
                commands.push(DialogIntent::Copy(page.clone()));
            }
        }
        ui.add(Label::new(text).truncate()).on_hover_text(source);
    });
}

fn pull_ui(ui: &mut Ui, state: &AppState, entry: &Entry, job: JobId) {
    let t = tokens(ui.ctx());
    let status = state.jobs.status(job);
    let progress = status.map_or(Progress::default(), |status| status.progress);
    let waits = status.is_none_or(|status| status.state == JobState::Queued);
    let said = match (progress.done, progress.total) {
        _ if waits => "Waiting for its turn…".to_owned(),
        (0, _) => "Calling…".to_owned(),
        (done, 0) => bytes(done),
        (done, total) => format!("{} of {}", bytes(done), bytes(total)),
    };
    dim(ui, said);
    thin_bar(
        ui,
        progress.fraction(),
        t.accent,
        &format!("Getting {}", entry.name),
    );
}

/// What is here and where, or how much of it has come.
fn stand_ui(ui: &mut Ui, line: &ModelLine) {
    let t = tokens(ui.ctx());
    if line.state != WeightsState::Missing {
        let text = standing(&line.state);
        let small = RichText::new(&text).size(size::SMALL).color(t.dim);
        ui.add(Label::new(small).truncate()).on_hover_text(text);
    }
}

fn verdict_ui(ui: &mut Ui, verdict: &Verdict) {
    let t = tokens(ui.ctx());
    match &verdict.checksum {
        Ok(against) => dim(
            ui,
            format!(
                "SHA-256 {}… {}",
                verdict.sha256.get(..16).unwrap_or_default(),
                against.text()
            ),
        ),
        Err(error) => ui.colored_label(t.warn, error),
    };
    match &verdict.contents {
        Ok(_) => dim(ui, contents_text(&verdict.contents)),
        Err(error) => ui.colored_label(t.warn, error),
    };
}

fn foot_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let view = &state.weights;
    let home = view.home.display().to_string();
    ui.horizontal(|ui| {
        match view.check() {
            Some(job) => {
                if ui.button("Stop checking").clicked() {
                    commands.push(EngineIntent::Cancel(job));
                }
            }
            None => {
                let any = view
                    .lines
                    .iter()
                    .any(|l| matches!(l.state, WeightsState::Here(_)));
                let check = ui.add_enabled(any, Button::new("Check what is here"));
                if check
                    .on_hover_text("Hold every file against its checksum")
                    .clicked()
                {
                    commands.push(EngineIntent::Weights(WeightsTask::Verify));
                }
            }
        }
        if ui.button("Copy folder").on_hover_text(&home).clicked() {
            commands.push(DialogIntent::Copy(home.clone()));
        }
        let text = RichText::new(format!("Weights go to {home}")).size(size::SMALL);
        ui.add(Label::new(text.color(t.dim)).truncate());
    });
}
