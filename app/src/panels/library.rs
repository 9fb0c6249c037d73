//! The clip list.

use egui::{
    Align, Button, ComboBox, Layout, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind,
    TextEdit, Ui, UiBuilder, pos2, vec2,
};
use egui::{Role, WidgetInfo};

use super::widgets::{count, dim, emphasis, thin_bar};
use crate::command::Command;
use crate::intent::{ClipIntent, Commands, DialogIntent, EngineIntent};
use crate::paint;
use crate::state::{AppState, Dialog, Focus, JobKind, Known, Library, Only, Order, Row};
use crate::theme::{mix, size, tokens};

const CARD: f32 = 54.0;

/// Draw it.
pub fn library_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    search(ui, state, commands);
    ui.horizontal(|ui| {
        ui.label(emphasis("Clips", size::BODY));
        dim(ui, counts(&state.library));
        if state.library.rows().len() > 1 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(RichText::new("Grid").size(size::SMALL)).small();
                let response = ui
                    .add(button)
                    .on_hover_text("Show the listed clips as pictures");
                if response.clicked() {
                    commands.push(Command::ClipGrid);
                }
            });
        }
    });
    if state.library.rows().len() > 1 {
        listing(ui, &state.library, commands);
    }
    let listed = state.library.listed();
    if listed.is_empty() {
        dim(
            ui,
            match state.library.listing().0 {
                Only::All if state.library.class().is_none() => "No clip has this in its name",
                _ => "No clip is like this",
            },
        );
        return;
    }
    ui.spacing_mut().item_spacing.y = 4.0;
    // Only the rows in view are drawn, however many there are.
    let rows = ScrollArea::vertical().auto_shrink(false);
    rows.show_rows(ui, CARD, listed.len(), |ui, range| {
        // In front of the list may stand the grid, whose rows are other ones.
        if state.dialog != Dialog::ClipGrid && !state.library.views(&range) {
            commands.push(ClipIntent::InView(range.clone()));
        }
        for id in listed.get(range).unwrap_or_default() {
            if let Some(row) = state.library.row(*id) {
                ui.push_id(id, |ui| card_ui(ui, state, row, commands));
            }
        }
    });
}

/// `318 of 100000` where some are left out.
pub(super) fn counts(library: &Library) -> String {
    let (listed, all) = (library.listed().len(), library.rows().len());
    match listed == all {
        true => all.to_string(),
        false => format!("{listed} of {all}"),
    }
}

/// Which clips of a result are listed, and in which order.
pub(super) fn listing(ui: &mut Ui, library: &Library, commands: &mut Commands) {
    let (mut only, mut order) = library.listing();
    ui.horizontal_wrapped(|ui| {
        let kinds = [
            (Only::All, "All clips"),
            (Only::Events, "With events"),
            (Only::Unreviewed, "Not looked at"),
            (Only::Flagged, "Flagged"),
            (Only::Failed, "Failed"),
        ];
        choice(ui, "Which clips", &mut only, &kinds);
        class_choice(ui, library, commands);
        let orders = [
            (Order::Opened, "As opened"),
            (Order::Events, "Most events"),
            (Order::Score, "Highest score"),
        ];
        choice(ui, "Order of clips", &mut order, &orders);
    });
    if (only, order) != library.listing() {
        commands.push(ClipIntent::List(only, order));
    }
}

/// Only clips with events of a class.
fn class_choice(ui: &mut Ui, library: &Library, commands: &mut Commands) {
    let any = "Any class";
    let chosen = library.class().map_or(any, |label| &**label);
    let shown = ComboBox::from_id_salt("class of clips").selected_text(chosen);
    let response = shown.width(96.0).height(300.0).show_ui(ui, |ui| {
        if ui.selectable_label(chosen == any, any).clicked() {
            commands.push(ClipIntent::OfClass(None));
        }
        for label in library.event_classes() {
            if ui.selectable_label(*label == *chosen, &*label).clicked() {
                commands.push(ClipIntent::OfClass(Some(label)));
            }
        }
    });
    let label = format!("Class of clips: {chosen}");
    let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
    response.response.widget_info(info);
}

fn choice<T: Copy + PartialEq>(ui: &mut Ui, what: &str, value: &mut T, of: &[(T, &str)]) {
    let text = of.iter().find(|(each, _)| each == value);
    let chosen = text.map_or("", |(_, text)| text);
    let shown = ComboBox::from_id_salt(what)
        .selected_text(chosen)
        .width(96.0);
    let response = shown.show_ui(ui, |ui| {
        for (each, text) in of {
            ui.selectable_value(value, *each, *text);
        }
    });
    let label = format!("{what}: {chosen}");
    let info = || WidgetInfo::labeled(Role::ComboBox, true, &label);
    response.response.widget_info(info);
}

pub(super) fn search(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let mut text = state.library.search().to_owned();
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
        commands.push(ClipIntent::Search(text));
    }
}

fn card_ui(ui: &mut Ui, state: &AppState, row: &Row, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let selected = state.library.selected == Some(row.id);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let marked = if row.marked { ", marked" } else { "" };
    let label = format!("{}, {}{marked}", row.name(), standing(state, row).whole);
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
        commands.push(match ui.input(|input| input.modifiers.command) {
            true => ClipIntent::Mark(row.id, !row.marked),
            false => ClipIntent::Select(row.id),
        });
    }
    response.context_menu(|ui| menu(ui, row, commands));
    let picture = Rect::from_min_size(rect.min + vec2(8.0, 9.0), vec2(52.0, 36.0));
    ui.painter().rect_filled(picture, 3.0, t.bg0);
    match &row.cover {
        Some(cover) => paint::paint_picture(ui.painter(), picture, cover),
        None if row.clip.as_ref().is_some_and(|clip| clip.video.is_none()) => {
            let icon = paint::icons::Icon::Sound;
            paint::icons::paint(ui.painter(), picture, icon, t.dim);
        }
        None => {}
    }
    if row.marked {
        mark_ui(ui, picture);
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
    card_words(&mut inside, state, row, commands);
}

/// A clip that is marked has a tick in the corner of its picture.
pub(super) fn mark_ui(ui: &Ui, picture: Rect) {
    let t = tokens(ui.ctx());
    let corner = Rect::from_min_size(picture.min + vec2(2.0, 2.0), vec2(13.0, 13.0));
    ui.painter().rect_filled(corner, 3.0, t.accent);
    let stroke = Stroke::new(1.8, t.on_accent);
    let at = |x: f32, y: f32| corner.min + vec2(x, y);
    ui.painter()
        .line_segment([at(3.0, 7.0), at(5.6, 9.6)], stroke);
    ui.painter()
        .line_segment([at(5.6, 9.6), at(10.2, 3.8)], stroke);
}

fn card_words(ui: &mut Ui, state: &AppState, row: &Row, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    ui.add(egui::Label::new(row.name()).truncate());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        // From the right: what is cut short for want of room are the words.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if state.jobs.of_row(row.id).next().is_some() {
                cancel_ui(ui, state, row, commands);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let color = if row.failure.is_some() { t.warn } else { t.dim };
                let text = RichText::new(standing(state, row).short);
                let text = text.size(10.5).color(color);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
    if let Some((share, what)) = progress(state, row) {
        thin_bar(ui, share, t.both, &what);
    }
}

fn cancel_ui(ui: &mut Ui, state: &AppState, row: &Row, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let cross = RichText::new("Cancel").size(10.5).color(t.dim);
    let tip = format!("Stop what runs for {}", row.name());
    let button = Button::new(cross).frame(false).small();
    if ui.add(button).on_hover_text(tip).clicked() {
        let of_row = state.jobs.of_row(row.id);
        of_row.for_each(|known| commands.push(EngineIntent::Cancel(known.job)));
    }
}

/// How a clip stands, in words.
pub(super) struct Words {
    /// `0:24 · 3 events · 62 % looked at`.
    pub whole: String,
    /// As much as a card has room for: how much was looked at, once anything was, else what was found.
    pub short: String,
}

impl From<String> for Words {
    fn from(whole: String) -> Self {
        let short = whole.clone();
        Self { whole, short }
    }
}

pub(super) fn standing(state: &AppState, row: &Row) -> Words {
    if let Some(known) = row.known.as_ref().filter(|_| row.clip.is_none()) {
        return of_result(known).into();
    }
    if row.failure.is_some() && row.clip.is_none() {
        return "Not opened".to_owned().into();
    }
    let Some(clip) = &row.clip else {
        let opening = state.jobs.job(row.id, JobKind::Open).is_some();
        let opening = opening || state.library.selected == Some(row.id);
        let word = if opening { "Opening…" } else { "Waiting" };
        return word.to_owned().into();
    };
    let secs = clip.duration.micros() / 1_000_000;
    let length = if secs >= 3600 {
        format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
    } else {
        format!("{}:{:02}", secs / 60, secs % 60)
    };
    let task = state.mode().task();
    let stands = row.standing_of(task);
    let analysis = state.jobs.job(row.id, JobKind::Predict(task));
    let how = match (&row.failure, stands.complete, analysis) {
        (Some(_), _, _) => "failed".to_owned(),
        // A threshold has moved since its events were counted, and they are not in memory to be counted again.
        (None, true, _) if stands.events.0 != state.library.revision => "analysed".to_owned(),
        (None, true, _) => count(stands.events.1, "event"),
        (None, false, Some(_)) => format!("{:.0} %", share_scored(state, row) * 100.0),
        (None, false, None) => "not analysed".to_owned(),
    };
    let looked = match (row.reviewed_share(), row.corrected.shown().flags.len()) {
        (0.0, 0) => String::new(),
        (share, 0) => format!(" · {:.0} % looked at", share * 100.0),
        (share, flags) => format!(" · {:.0} % looked at, {flags} flagged", share * 100.0),
    };
    let short = match looked.is_empty() {
        true => format!("{length} · {how}"),
        false => format!("{length}{looked}"),
    };
    let whole = format!("{length} · {how}{looked}");
    Words { whole, short }
}

/// `0:10 · 3 events · Dog 0.93`, from a result that was computed elsewhere; where several tasks were asked, its count is of all.
fn of_result(known: &Known) -> String {
    let clip = &known.clip;
    if let Some(failure) = &clip.failure {
        return format!("failed: {failure}");
    }
    let secs = clip.duration_s.unwrap_or(0.0) as u64;
    let tasks = known.part.manifest.asked.heads.len();
    let of_all = if tasks > 1 { " in all tasks" } else { "" };
    let events = format!("{}{of_all}", count(clip.events as usize, "event"));
    let best = clip.label.as_ref().zip(clip.score);
    let best = best.map(|(label, score)| format!(" · {label} {score:.2}"));
    format!(
        "{}:{:02} · {events}{}",
        secs / 60,
        secs % 60,
        best.unwrap_or_default()
    )
}

fn share_scored(state: &AppState, row: &Row) -> f32 {
    let all = row.duration().as_secs_f64().ceil().max(1.0) as f32;
    let scored = row.standing_of(state.mode().task()).scored;
    (scored as f32 / all).min(1.0)
}

/// Progress of the job that takes longest, as the engine's board says.
fn progress(state: &AppState, row: &Row) -> Option<(f32, String)> {
    let last = state.jobs.of_row(row.id).last()?;
    let status = state.jobs.status(last.job);
    let share = status.map_or(0.0, |status| status.progress.fraction());
    let analysis = JobKind::Predict(state.mode().task());
    let analysed = state.jobs.job(row.id, analysis);
    let share = share.max(analysed.map_or(0.0, |_| share_scored(state, row)));
    let what = status.map_or_else(|| "Working".into(), |status| status.title.clone());
    Some((share, what))
}

pub(super) fn menu(ui: &mut Ui, row: &Row, commands: &mut Commands) {
    if ui.button("Copy path").clicked() {
        commands.push(DialogIntent::Copy(row.path.display().to_string()));
        ui.close();
    }
    let mark = if row.marked {
        "Take the mark off"
    } else {
        "Mark"
    };
    if ui.button(mark).clicked() {
        commands.push(ClipIntent::Mark(row.id, !row.marked));
        ui.close();
    }
    if ui.button("Close clip").clicked() {
        commands.push(ClipIntent::Close(row.id));
        ui.close();
    }
}
