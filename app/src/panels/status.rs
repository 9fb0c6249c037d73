//! The status bar: where, what is under the pointer, what runs.

use chrono::{DateTime, Local};
use egui::{Align, Button, Layout, RichText, Sense, Ui};
use mettle_core::engine::{JobState, JobStatus};

use crate::command::Command;
use crate::intent::{Commands, DialogIntent, EngineIntent};
use crate::state::{AppState, Dialog};
use crate::theme::{figures, size, tokens};

/// Letters of a job's name that there is room for.
const TITLE: usize = 44;

/// Draw it.
pub fn status_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let words = |text: &str| RichText::new(text).size(size::SMALL).color(t.dim);
        let numbers = |text: String| RichText::new(text).font(figures(size::SMALL)).color(t.dim);
        if let Some(shown) = state.shown().filter(|shown| shown.row.clip.is_some()) {
            let frame = state.player.frame.as_ref().and_then(|f| f.index);
            let frame = frame.map(|index| format!(" f {index}")).unwrap_or_default();
            ui.label(numbers(format!("{}{frame}", state.player.time)));
            match &state.hover {
                Some(hover) => {
                    let scores = hover.scores.as_ref();
                    let scores = scores.map(|s| format!(" · {s}")).unwrap_or_default();
                    ui.label(numbers(format!("{}{scores}", hover.time)));
                }
                None => {
                    if let Some(span) = shown.selection() {
                        let (from, to) = (span.start, span.end);
                        let length = span.duration().as_secs_f64();
                        ui.label(numbers(format!("{from}–{to} · {length:.3} s")));
                    }
                    let problems = shown.row.failure.is_some();
                    let done = shown.analysed() && !problems;
                    if done {
                        ui.label(words("Analysed"));
                    }
                }
            }
        } else if state.library.is_empty() {
            ui.label(words("No clip open"));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            job(ui, state, commands);
            if let Some(speed) = state.speed_ms {
                ui.label(words(&format!("{speed:.0} ms a second of clip")));
            }
            problems(ui, state, commands);
            project(ui, state, commands);
        });
    });
}

/// Whether what was changed is on the disk.
fn project(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let small = |text: String| RichText::new(text).size(size::SMALL);
    if let Some(why) = state.editing_off() {
        ui.label(small("Editing is off".into()).color(t.warn))
            .on_hover_text(why);
    } else if state.project.waiting || state.project.held.is_some() {
        ui.label(small("Not kept yet".into()).color(t.dim));
    } else if let Some(at) = state.project.kept {
        let at: DateTime<Local> = at.into();
        let text = format!("Kept at {}", at.format("%H:%M:%S"));
        ui.label(small(text).color(t.dim))
            .on_hover_text("The last change is on the disk");
    }
    if state.project.file != state.project.usual && state.project.usual.is_some() {
        let button = Button::new(small(state.project.name()).color(t.dim)).frame(false);
        let tip = "The project that is open; choose another";
        if ui.add(button).on_hover_text(tip).clicked() {
            commands.push(Command::OpenProject);
        }
    }
}

fn job(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let shown = |job: &&JobStatus| job.state == JobState::Running && job.progress.total > 0;
    let running = state
        .jobs
        .board
        .iter()
        .filter(shown)
        .max_by_key(|job| job.progress.total - job.progress.done);
    let Some(job) = running.or_else(|| {
        state
            .jobs
            .board
            .iter()
            .find(|j| j.state == JobState::Running)
    }) else {
        return;
    };
    let more = state.jobs.board.len().saturating_sub(1);
    let more = if more > 0 {
        format!(" · {more} more")
    } else {
        String::new()
    };
    let share = if job.progress.total > 0 {
        format!(" {:.0} %", job.progress.fraction() * 100.0)
    } else {
        String::new()
    };
    let mut title: String = job.title.chars().take(TITLE).collect();
    if title.len() < job.title.len() {
        title.push('…');
    }
    let text = format!("{title}{share}{more} · cancel");
    let text = RichText::new(text).size(size::SMALL).color(t.dim);
    let button = Button::new(text).frame(false).sense(Sense::click());
    if ui
        .add(button)
        .on_hover_text("Stop this job; what is done stays")
        .clicked()
    {
        commands.push(EngineIntent::Cancel(job.id));
    }
}

fn problems(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let count = state.problems.len();
    if count == 0 {
        return;
    }
    let plural = if count == 1 { "problem" } else { "problems" };
    let text = RichText::new(format!("{count} {plural}"))
        .size(size::SMALL)
        .color(t.warn);
    if ui
        .add(Button::new(text).frame(false))
        .on_hover_text("Show what went wrong")
        .clicked()
    {
        commands.push(DialogIntent::Show(Dialog::Problems));
    }
}
