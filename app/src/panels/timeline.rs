//! The timeline: frames, sound, ruler and lanes on one axis, the playhead across them all.

use egui::{Align2, Rect, ScrollArea, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::attention::tint_sound;
use super::mask_thresholds::own_marks;
use super::mask_tools::drawn_marks;
use super::timeline_sound::{sound, sound_name};
use super::{masks, minimap, timeline_input, timeline_lanes};
use mettle_core::base::Task;

use crate::command::Command;
use crate::intent::Commands;
use crate::paint::{MaskCells, paint_cells, paint_ground, paint_strip, pending_pattern};
use crate::state::{AppState, FEW, Mode, Shown, SoundView, TimeAxis, shown_classes, shown_lanes};
use crate::theme::{figures, size, tokens};

const FRAMES: f32 = 34.0;
const MASK_CELLS: f32 = 44.0;
const SOUND: f32 = 52.0;
const RULER: f32 = 22.0;

/// Draw it.
pub fn timeline_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let whole = ui.available_rect_before_wrap();
    paint_ground(ui.painter(), whole, t.bg0);
    let Some(shown) = state.shown().filter(|shown| shown.row.clip.is_some()) else {
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.painter()
        .hline(whole.x_range(), whole.top(), Stroke::new(1.0, t.line));
    let axis = TimeAxis {
        left: whole.left() + size::NAMES,
        right: whole.right() - 12.0,
        start: shown.row.view.start,
        span: shown.row.view.span.max(0.01),
    };
    let clip = shown.row.clip.as_ref();
    let map = row(ui, "Whole clip", minimap::HEIGHT);
    minimap::minimap_ui(ui, map, state, shown, commands);
    let whole = whole.with_min_y(map.bottom());
    if clip.is_some_and(|clip| clip.video.is_some()) {
        match state.mode() {
            Mode::Masks => mask_rows(ui, state, shown, &axis),
            Mode::Events | Mode::Parsing => {
                let rect = row(ui, "Frames", FRAMES);
                strip(ui, rect, shown, &axis);
            }
        }
    }
    let view = state.settings.sound_view;
    if view != SoundView::Off && clip.is_some_and(|clip| clip.audio.is_some()) {
        let rect = row(ui, "", SOUND);
        sound_name(ui, rect, state, commands);
        sound(ui, rect, state, shown, &axis);
        tint_sound(ui, rect, &axis, state);
    }
    let ruler = row(ui, "", RULER);
    marks(ui, ruler, &axis);
    let lanes = shown_lanes(shown, state);
    lanes_button(ui, ruler, lanes.len(), state, commands);
    let room = ScrollArea::vertical().id_salt("lanes").auto_shrink(false);
    let under = room.show(ui, |ui| {
        timeline_lanes::lanes_ui(ui, state, shown, (&lanes, &axis), commands)
    });
    selection(ui, whole, ruler, shown, &axis);
    playhead(ui, whole, state, &axis);
    let over_ruler = Rect::from_x_y_ranges(axis.left..=axis.right, whole.top()..=ruler.bottom());
    timeline_input::input_ui(ui, whole, over_ruler, &axis, state, commands);
    timeline_input::hover(ui, whole, &axis, under.inner, state, commands);
}

/// A row with its name at the left; gives the place beside it.
fn row(ui: &mut Ui, name: &str, height: f32) -> Rect {
    let t = tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let font = egui::FontId::proportional(size::SMALL);
    ui.painter().text(
        rect.left_center() + vec2(12.0, 0.0),
        Align2::LEFT_CENTER,
        name,
        font,
        t.dim,
    );
    rect.with_min_x(rect.left() + size::NAMES)
        .with_max_x(rect.right() - 12.0)
}

fn strip(ui: &Ui, rect: Rect, shown: Shown<'_>, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let painter = ui.painter_at(rect);
    if shown.open.strip.is_empty() {
        pending_pattern(&painter, rect.shrink2(vec2(0.0, 2.0)), t.line);
    }
    let video = shown.row.clip.as_ref().and_then(|clip| clip.video.as_ref());
    let end = video.map_or(0.0, |video| video.end.as_secs_f64());
    let room = rect.shrink2(vec2(0.0, 2.0));
    paint_strip(&painter, room, &shown.open.strip, axis, end);
}

/// Second by second: the picture, its mask, both.
fn mask_rows(ui: &mut Ui, state: &AppState, shown: Shown<'_>, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let look = |segment: usize| masks::look(state, shown, segment, 1.0);
    let mask = |segment: usize| shown.mask(segment);
    for (name, cells) in [
        ("Frames", MaskCells::Raw),
        ("Masks", MaskCells::Mask),
        ("Overlay", MaskCells::Overlay),
    ] {
        let rect = row(ui, name, MASK_CELLS);
        let painter = ui.painter_at(rect);
        let room = rect.shrink2(vec2(0.0, 2.0));
        match shown.answer_to(Task::Segment) {
            Some(prediction) => {
                paint_cells(
                    &painter,
                    room,
                    axis,
                    prediction,
                    &shown.open.strip,
                    cells,
                    (&mask, &look),
                );
                if cells == MaskCells::Mask {
                    own_marks(ui, room, axis, shown, prediction);
                    drawn_marks(ui, room, axis, shown, prediction);
                }
            }
            None if cells == MaskCells::Raw => strip(ui, rect, shown, axis),
            None => pending_pattern(&painter, room, t.line),
        }
    }
}

fn marks(ui: &Ui, rect: Rect, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    ui.painter().hline(
        ui.max_rect().x_range(),
        rect.top(),
        Stroke::new(1.0, t.line),
    );
    ui.painter().hline(
        ui.max_rect().x_range(),
        rect.bottom(),
        Stroke::new(1.0, t.line),
    );
    let step = axis.mark_step(54.0);
    let mut mark = (axis.start / step).ceil();
    while mark * step <= axis.start + axis.span + 1e-9 {
        let x = axis.screen_from_secs(mark * step);
        let tick = [pos2(x, rect.bottom() - 4.0), pos2(x, rect.bottom())];
        ui.painter().line_segment(tick, Stroke::new(1.0, t.line));
        let text = mark_text(mark * step, step);
        let align = if x + 20.0 > rect.right() {
            Align2::RIGHT_CENTER
        } else {
            Align2::CENTER_CENTER
        };
        let align = if x - 14.0 < rect.left() {
            Align2::LEFT_CENTER
        } else {
            align
        };
        let at = pos2(x, rect.center().y - 1.0);
        ui.painter().text(at, align, text, figures(10.5), t.faint);
        mark += 1.0;
    }
}

/// `8`, `8.25`, `1:20`, `1:02:00`: as much as the step asks for.
fn mark_text(secs: f64, step: f64) -> String {
    let whole = (secs + 1e-6).floor() as i64;
    if step < 1.0 {
        let digits = if step < 0.1 { 2 } else { 1 };
        return format!("{secs:.digits$}");
    }
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => s.to_string(),
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

fn lanes_button(ui: &mut Ui, ruler: Rect, lanes: usize, state: &AppState, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let Some(shown) = state.shown() else { return };
    let known = shown
        .prediction()
        .map_or(0, |prediction| prediction.labels.len());
    if known <= FEW {
        return;
    }
    let all = shown_classes(shown, state).len();
    let text = format!("{lanes} of {} classes", all.max(lanes));
    let rect = Rect::from_min_max(
        pos2(ruler.left() - size::NAMES + 4.0, ruler.top()),
        pos2(ruler.left() - 2.0, ruler.bottom()),
    );
    let words = egui::RichText::new(text).size(11.0).color(t.dim);
    let button = egui::Button::new(words).frame(false).selected(false);
    if ui
        .put(rect, button)
        .on_hover_text(Command::AllLanes.tooltip())
        .clicked()
    {
        commands.push(Command::AllLanes);
    }
}

/// What is between the marks: a bar on the ruler, a tint over all rows.
fn selection(ui: &Ui, whole: Rect, ruler: Rect, shown: Shown<'_>, axis: &TimeAxis) {
    if shown.row.view.mark_in.is_none() && shown.row.view.mark_out.is_none() {
        return;
    }
    let Some(span) = shown.selection() else {
        return;
    };
    let t = tokens(ui.ctx());
    let from = axis
        .screen_from_time(span.start)
        .clamp(axis.left, axis.right);
    let to = axis.screen_from_time(span.end).clamp(axis.left, axis.right);
    let band = Rect::from_x_y_ranges(from..=to, whole.y_range());
    let painter = ui.painter_at(whole);
    painter.rect_filled(band, 0.0, t.accent.gamma_multiply(0.10));
    let bar = Rect::from_x_y_ranges(from..=to, ruler.bottom() - 3.0..=ruler.bottom());
    painter.rect_filled(bar, 0.0, t.accent);
    for x in [from, to] {
        painter.vline(
            x,
            whole.y_range(),
            Stroke::new(1.0, t.accent.gamma_multiply(0.6)),
        );
    }
}

fn playhead(ui: &Ui, whole: Rect, state: &AppState, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let x = axis.screen_from_time(state.player.time);
    if x < axis.left - 1.0 || x > axis.right + 1.0 {
        return;
    }
    let painter = ui.painter_at(whole);
    painter.vline(x, whole.y_range(), Stroke::new(1.0, t.accent));
    let top = whole.top();
    let head = vec![pos2(x - 5.0, top), pos2(x + 5.0, top), pos2(x, top + 7.0)];
    painter.add(Shape::convex_polygon(head, t.accent, Stroke::NONE));
}
