//! The clip list.

use egui::{
    Align, Button, Layout, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui,
    UiBuilder, pos2, vec2,
};
use egui::{Role, WidgetInfo};

use super::widgets::{count, dim, emphasis, thin_bar};
use mettle_core::base::Modality;
use mettle_core::project::Track;

use crate::command::{Commands, Intent};
use crate::paint;
use crate::state::{AppState, Entry, Focus};
use crate::theme::{figures, mix, size, tokens};

const CARD: f32 = 54.0;

/// Draw it.
pub fn library_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    search(ui, state, commands);
    ui.horizontal(|ui| {
        ui.label(emphasis("Clips", size::BODY));
        dim(ui, state.entries.len().to_string());
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let mut any = false;
        for entry in state.listed() {
            card_ui(ui, state, entry, commands);
            any = true;
        }
        if !any {
            dim(ui, "No clip has this in its name");
        }
    });
}

fn search(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let mut text = state.search.clone();
    let field = TextEdit::singleline(&mut text)
        .hint_text("Search clips")
        .margin(vec2(8.0, 6.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search clips"));
    if state.focus == Some(Focus::Search) {
        response.request_focus();
    }
    if response.changed() {
        commands.push(Intent::SearchText(text));
    }
}

fn card_ui(ui: &mut Ui, state: &AppState, entry: &Entry, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let selected = state.selected == Some(entry.id);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let label = format!("{}, {}", entry.name(), standing(entry));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &label));
    let (fill, border) = match (selected, response.hovered() || response.has_focus()) {
        (true, _) => (mix(t.bg2, t.accent, 0.12), mix(t.line, t.accent, 0.5)),
        (false, true) => (t.bg2, t.line),
        (false, false) => (t.bg1, t.bg1),
    };
    ui.painter().rect(
        rect,
        size::CORNER,
        fill,
        Stroke::new(1.0, border),
        StrokeKind::Inside,
    );
    if response.clicked() {
        commands.push(Intent::Select(entry.id));
    }
    response.context_menu(|ui| menu(ui, entry, commands));
    let picture = Rect::from_min_size(rect.min + vec2(8.0, 9.0), vec2(52.0, 36.0));
    ui.painter().rect_filled(picture, 3.0, t.bg0);
    match entry.strip.cover() {
        Some(cover) => paint::paint_picture(ui.painter(), picture, cover),
        None if entry.clip.as_ref().is_some_and(|clip| clip.video.is_none()) => {
            let icon = paint::icons::Icon::Sound;
            paint::icons::paint(ui.painter(), picture, icon, t.dim);
        }
        None => {}
    }
    let words = Rect::from_min_max(
        pos2(picture.right() + 8.0, rect.top() + 6.0),
        rect.max - vec2(8.0, 5.0),
    );
    let mut inside = ui.new_child(
        UiBuilder::new()
            .max_rect(words)
            .layout(Layout::top_down(Align::Min)),
    );
    inside.spacing_mut().item_spacing.y = 2.0;
    card_words(&mut inside, state, entry, commands);
}

fn card_words(ui: &mut Ui, state: &AppState, entry: &Entry, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    ui.add(egui::Label::new(entry.name()).truncate());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let color = if entry.failure.is_some() {
            t.warn
        } else {
            t.dim
        };
        let text = RichText::new(standing(entry))
            .font(figures(10.5))
            .color(color);
        ui.add(egui::Label::new(text).truncate());
        if !entry.jobs.is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let cross = RichText::new("Cancel").size(10.5).color(t.dim);
                let tip = format!("Stop what runs for {}", entry.name());
                if ui
                    .add(Button::new(cross).frame(false).small())
                    .on_hover_text(tip)
                    .clicked()
                {
                    entry
                        .jobs
                        .iter()
                        .for_each(|(job, _)| commands.push(Intent::Cancel(*job)));
                }
            });
        }
    });
    if let Some((share, what)) = progress(state, entry) {
        thin_bar(ui, share, t.both, &what);
    }
}

/// `0:24 · 62 % analysed`.
fn standing(entry: &Entry) -> String {
    if entry.failure.is_some() && entry.clip.is_none() {
        return "Not opened".into();
    }
    let Some(clip) = &entry.clip else {
        return "Opening…".into();
    };
    let secs = clip.duration.micros() / 1_000_000;
    let length = if secs >= 3600 {
        format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
    } else {
        format!("{}:{:02}", secs / 60, secs % 60)
    };
    let state = match (&entry.failure, entry.analysed(), entry.analysis()) {
        (Some(_), _, _) => "failed".to_owned(),
        (None, true, _) => count(events(entry), "event"),
        (None, false, Some(_)) => format!("{:.0} %", share_scored(entry) * 100.0),
        (None, false, None) => "not analysed".to_owned(),
    };
    format!("{length} · {state}")
}

fn events(entry: &Entry) -> usize {
    let both = |track: &&Track| track.modality == Modality::AudioVisual;
    let tracks = entry.tracks().iter().filter(both);
    tracks.map(|track| track.events.len()).sum()
}

fn share_scored(entry: &Entry) -> f32 {
    let all = entry.duration().as_secs_f64().ceil().max(1.0) as f32;
    (entry.scored() as f32 / all).min(1.0)
}

/// Progress of the job that takes longest, as the engine's board says.
fn progress(state: &AppState, entry: &Entry) -> Option<(f32, String)> {
    let (job, _) = entry.jobs.last()?;
    let status = state.jobs.iter().find(|status| status.id == *job);
    let share = status.map_or(0.0, |status| status.progress.fraction());
    let share = share.max(if entry.analysis().is_some() {
        share_scored(entry)
    } else {
        0.0
    });
    let what = status.map_or_else(|| "Working".into(), |status| status.title.clone());
    Some((share, what))
}

fn menu(ui: &mut Ui, entry: &Entry, commands: &mut Commands) {
    if ui.button("Copy path").clicked() {
        commands.push(Intent::Copy(entry.path.display().to_string()));
        ui.close();
    }
    if ui.button("Close clip").clicked() {
        commands.push(Intent::Close(entry.id));
        ui.close();
    }
}
