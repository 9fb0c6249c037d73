//! A clip in a list: its picture, how it stands, and what can be done with it.

use egui::{
    Align, Button, Layout, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::clip_words::{Words, share_scored, standing};
use super::widgets::thin_bar;
use crate::intent::{ClipIntent, Commands, DialogIntent, EngineIntent};
use crate::paint;
use crate::state::{AppState, JobKind, Row};
use crate::theme::{mix, size, tokens};

/// Its height.
pub(super) const CARD: f32 = 54.0;

/// Draw it.
pub(super) fn card_ui(ui: &mut Ui, state: &AppState, row: &Row, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let selected = state.library.selected == Some(row.id);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let stands = standing(state, row);
    named(&response, row, selected, &stands);
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
    cover_ui(ui, row, picture, 3.0);
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
    card_words(&mut inside, state, (row, stands), commands);
}

/// What a screen reader says of a clip in a list.
pub(super) fn named(response: &Response, row: &Row, selected: bool, stands: &Words) {
    let marked = if row.marked { ", marked" } else { "" };
    let label = format!("{}, {}{marked}", row.name(), stands.whole);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &label));
}

/// Its picture; of sound alone a sign for that.
pub(super) fn cover_ui(ui: &Ui, row: &Row, picture: Rect, corner: f32) {
    let t = tokens(ui.ctx());
    ui.painter().rect_filled(picture, corner, t.bg0);
    match &row.cover {
        Some(cover) => paint::paint_picture(ui.painter(), picture, cover),
        None if row.clip.as_ref().is_some_and(|clip| clip.video.is_none()) => {
            let middle = Rect::from_center_size(picture.center(), vec2(52.0, 36.0));
            paint::icons::paint(ui.painter(), middle, paint::icons::Icon::Sound, t.dim);
        }
        None => {}
    }
    if row.marked {
        mark_ui(ui, picture);
    }
}

/// A clip that is marked has a tick in the corner of its picture.
fn mark_ui(ui: &Ui, picture: Rect) {
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

fn card_words(
    ui: &mut Ui,
    state: &AppState,
    (row, stands): (&Row, Words),
    commands: &mut Commands,
) {
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
                let text = RichText::new(stands.short);
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

/// What can be done with it.
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
