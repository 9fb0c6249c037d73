//! A lane for each class: confidence as heat, events as outlined bars.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use mettle_core::base::{Label, Modality};
use mettle_core::predict::{Detail, Prediction};
use mettle_core::project::{Event, Track, stretches};

use super::mode_switch::missing_head;
use super::timeline_edges::edges_ui;
use super::timeline_new::new_lane_ui;
use super::timeline_said::{brush_ui, parts, said_at, said_ui, spoken_said, subject_ui};
use super::widgets::{dim, elided};
use crate::intent::{Commands, ViewIntent};
use crate::paint::{
    Bars, columns_of, is_bar, paint_bars, paint_columns, paint_split, pending_pattern,
    split_columns, swatch,
};
use crate::state::{AppState, Changes, Chosen, Lane, Mode, RowId, Shown, TimeAxis, count};
use crate::theme::{figures, mix, size, strong, tokens};

/// Draw them. Gives the class under the pointer and its scores there.
pub fn lanes_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    (lanes, axis): (&[Lane], &TimeAxis),
    commands: &mut Commands,
) -> Option<String> {
    let Some(prediction) = shown.prediction() else {
        if !state.can(shown.task) {
            missing_head(ui, state, shown.task, commands);
            return None;
        }
        waiting(ui, shown, axis);
        return None;
    };
    if let (Some(filter), true) = (state.filter, lanes.is_empty()) {
        let words = format!("Nothing here is {}", filter.text().to_lowercase());
        ui.indent("nothing", |ui| dim(ui, words));
    }
    let new = state.proposed(shown).map(|new| {
        let thresholds = shown.thresholds(&state.settings);
        (&**new, Changes::of(prediction, new, &thresholds))
    });
    let mut pointed = None;
    for lane in lanes {
        let under = lane_ui(ui, state, shown, prediction, lane, axis, commands);
        pointed = pointed.or(under);
        if let Some((new, changes)) = &new {
            new_lane_ui(ui, state, shown, (new, changes), lane, axis);
        }
    }
    pointed
}

fn waiting(ui: &mut Ui, shown: Shown<'_>, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::LANE * 3.0), Sense::hover());
    let inner = rect
        .with_min_x(axis.left)
        .with_max_x(axis.right)
        .shrink2(vec2(0.0, 4.0));
    let words = match (&shown.row.failure, shown.analysis()) {
        (Some(_), _) => "The analysis failed",
        (None, Some(_)) => "Not yet analysed",
        (None, None) => "Not analysed",
    };
    pending_pattern(ui.painter(), inner, t.line);
    let galley = ui
        .painter()
        .layout_no_wrap(words.into(), egui::FontId::proportional(12.0), t.dim);
    let plate = Rect::from_center_size(inner.center(), galley.size() + vec2(16.0, 8.0));
    ui.painter().rect_filled(plate, 4.0, t.bg0);
    ui.painter()
        .galley(plate.min + vec2(8.0, 4.0), galley, t.dim);
    if let Some(problem) = &shown.row.failure {
        ui.indent("failure", |ui| {
            dim(ui, format!("{}. {}", problem.title, problem.advice))
        });
    }
}

fn lane_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    prediction: &Prediction,
    lane: &Lane,
    axis: &TimeAxis,
    commands: &mut Commands,
) -> Option<String> {
    let t = tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::LANE), Sense::hover());
    let here = shown.row.view.lane.as_ref() == Some(&lane.label);
    if here {
        into_view(ui, rect, shown, lane);
    }
    if !ui.is_rect_visible(rect) {
        return None;
    }
    let events = events_of(shown, lane);
    if here {
        ui.painter()
            .rect_filled(rect, 0.0, mix(t.bg0, t.accent, 0.14));
    }
    name(ui, rect, state, prediction, lane);
    let cells = rect.with_min_x(axis.left).with_max_x(axis.right);
    let inner = cells.shrink2(vec2(0.0, 2.0));
    // One place to paint in for all of a lane: each other one would be a drawing of its own.
    let painter = ui.painter_at(cells.expand(1.0));
    cells_ui(&painter, inner, (state, shown, prediction), lane, axis);
    said_ui(&painter, inner, shown, prediction, lane, axis);
    pending(ui, inner, shown, prediction, axis);
    outline(&painter, inner, events, axis);
    match shown.row.view.chosen {
        Some(_) => chosen_ui(ui, inner, shown, lane, axis),
        None => subject_ui(ui, inner, state, lane, axis),
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.line));
    let id = ui.scope_id().with(("lane", lane.class));
    let response = ui.interact(cells, id, Sense::click_and_drag());
    let editable = state.editing_off().is_none() && state.mode() != Mode::Masks;
    let halves = parts(prediction, inner);
    let on_edge = editable && edges_ui(ui, &response, &halves, shown, lane, axis, commands);
    if !on_edge {
        brush_ui(
            ui,
            &response,
            (state, shown, prediction),
            lane,
            axis,
            commands,
        );
    }
    // Put into words only where a screen reader listens.
    response.widget_info(|| {
        let label = spoken(shown, lane, stretches(events));
        WidgetInfo::selected(Role::Row, true, here, label)
    });
    tooltip(response, (shown, prediction), lane, events, axis, commands)
}

/// A lane that was just chosen, by keys or as a new class, is shown whole, but stays where it is from then on.
fn into_view(ui: &Ui, rect: Rect, shown: Shown<'_>, lane: &Lane) {
    let id = Id::unique("lane in view");
    let chosen = (shown.row.id, lane.label.clone());
    let before = ui.data_mut(|data| data.get_temp::<(RowId, Label)>(id));
    if before.as_ref() != Some(&chosen) {
        ui.scroll_to_rect(rect, None);
        ui.data_mut(|data| data.insert_temp(id, chosen));
    }
}

/// Heat: whole cells, or in parsing the half that is heard above the half that is seen.
fn cells_ui(
    painter: &egui::Painter,
    rect: Rect,
    (state, shown, prediction): (&AppState, Shown<'_>, &Prediction),
    lane: &Lane,
    axis: &TimeAxis,
) {
    let t = tokens(painter.ctx());
    if matches!(prediction.detail, Detail::Parsed { .. }) {
        let thresholds = shown.thresholds(&state.settings);
        let columns = split_columns(prediction, lane.class, &thresholds, state.filter, axis);
        paint_split(painter, rect, &columns, [t.audible, t.visible], t.bg0);
    } else {
        let columns = columns_of(prediction, lane.class, axis);
        paint_columns(painter, rect, &columns, t.both);
    }
}

/// What a screen reader says of a lane.
fn spoken(shown: Shown<'_>, lane: &Lane, events: usize) -> String {
    let (name, highest) = (&lane.label, lane.highest * 100.0);
    let number = |modality: Modality| {
        let of = |t: &&Track| t.label == lane.label && t.modality == modality;
        let track = shown.tracks().iter().find(of);
        count(track.map_or(0, |track| stretches(&track.events)), "time")
    };
    let both = count(events, "event");
    let parsed = matches!(
        shown.prediction().map(|p| &p.detail),
        Some(Detail::Parsed { .. })
    );
    let said = spoken_said(shown, lane, parsed);
    match parsed {
        true => format!(
            "{name}, highest score {highest:.0} %, heard {}, seen {}, {both} in the clip{said}",
            number(Modality::Audible),
            number(Modality::Visible)
        ),
        false => format!("{name}, highest score {highest:.0} %, {both} in the clip{said}"),
    }
}

fn events_of<'a>(shown: Shown<'a>, lane: &Lane) -> &'a [Event] {
    let mut tracks = shown.tracks().iter();
    tracks
        .find(|track| track.label == lane.label && track.modality == Modality::AudioVisual)
        .map_or(&[], |track| &track.events)
}

fn name(ui: &Ui, rect: Rect, state: &AppState, prediction: &Prediction, lane: &Lane) {
    let t = tokens(ui.ctx());
    let at = rect.left_center() + vec2(12.0, -6.0);
    let width = size::NAMES - 16.0;
    elided(ui, at, width, &lane.label, strong(11.5), t.text);
    let place = Rect::from_min_size(
        rect.left_top() + vec2(3.0, 5.0),
        vec2(4.0, rect.height() - 10.0),
    );
    swatch(ui.painter(), place, state.colors.get(&lane.label));
    let score = |modality: Modality| {
        let segment = state.current_segment()?;
        let scores = prediction.scores_of(modality).get(segment)?;
        scores.get(lane.class).copied()
    };
    let text = match (
        &prediction.detail,
        score(Modality::Audible),
        score(Modality::Visible),
    ) {
        (Detail::Parsed { .. }, Some(heard), Some(seen)) => format!("A {heard:.2} V {seen:.2}"),
        (_, Some(score), _) => format!("{score:.2}"),
        _ if lane.class >= prediction.labels.len() => "new".to_owned(),
        _ => return,
    };
    let at = rect.left_center() + vec2(12.0, 7.0);
    let font = figures(10.0);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, text, font, t.dim);
}

/// What is not analysed yet.
fn pending(ui: &Ui, cells: Rect, shown: Shown<'_>, prediction: &Prediction, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let scored = shown.scored();
    let last = scored
        .checked_sub(1)
        .and_then(|last| prediction.segments.get(last));
    let done = last.map_or(0.0, |span| span.end.as_secs_f64());
    let end = shown.duration().as_secs_f64();
    if shown.analysed() || done + 0.5 >= end {
        return;
    }
    let from = axis.screen_from_secs(done).clamp(axis.left, axis.right);
    let to = axis.screen_from_secs(end).clamp(axis.left, axis.right);
    let rest = Rect::from_x_y_ranges(from..=to, cells.y_range());
    pending_pattern(ui.painter(), rest.shrink2(vec2(0.0, 4.0)), t.line);
}

/// The events of a lane, each a box, or a bar where there is no room for one; those closer than a point are drawn as one.
fn outline(painter: &egui::Painter, cells: Rect, events: &[Event], axis: &TimeAxis) {
    let t = tokens(painter.ctx());
    let (stroke, foot) = (Stroke::new(1.5, t.both), mix(t.both, t.text, 0.35));
    let (mut bars, mut feet) = (Bars::new(painter), Bars::new(painter));
    let place = axis.placer();
    let first = events.partition_point(|e| place(e.span.end) < axis.left);
    let mut open: Option<Rect> = None;
    let mut draw = |rect: Rect| {
        let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 3.0), rect.max);
        if is_bar(rect) {
            bars.add(rect, stroke.color);
            feet.add(bar, foot);
        } else {
            painter.rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
            painter.rect_filled(bar, 1.0, foot);
        }
    };
    for event in events.get(first..).unwrap_or_default() {
        let left = place(event.span.start);
        if left > axis.right {
            break;
        }
        let right = place(event.span.end).max(left + 1.0);
        let rect = Rect::from_x_y_ranges(left..=right, cells.y_range());
        open = Some(match open {
            Some(before) if left - before.right() < 1.0 && rect.width() < 4.0 => before.union(rect),
            Some(before) => {
                draw(before);
                rect
            }
            None => rect,
        });
    }
    if let Some(rect) = open {
        draw(rect);
    }
    paint_bars(painter, [bars, feet]);
}

/// The chosen event stands out.
fn chosen_ui(ui: &Ui, cells: Rect, shown: Shown<'_>, lane: &Lane, axis: &TimeAxis) {
    let chosen = shown
        .row
        .view
        .chosen
        .as_ref()
        .filter(|c| c.label == lane.label);
    let Some(span) = chosen.map(|chosen| chosen.span) else {
        return;
    };
    let t = tokens(ui.ctx());
    let (from, to) = (
        axis.screen_from_time(span.start),
        axis.screen_from_time(span.end),
    );
    let rect = Rect::from_x_y_ranges(from..=to.max(from + 2.0), cells.y_range());
    let stroke = Stroke::new(2.0, t.accent);
    let painter = ui.painter_at(cells.expand(2.0));
    painter.rect_stroke(rect.expand(1.0), 4.0, stroke, StrokeKind::Inside);
}

fn tooltip(
    response: egui::Response,
    (shown, prediction): (Shown<'_>, &Prediction),
    lane: &Lane,
    events: &[Event],
    axis: &TimeAxis,
    commands: &mut Commands,
) -> Option<String> {
    let pointer = response.interact_pointer_pos().or(response.hover_pos())?;
    let time = axis.time_from_screen(pointer.x);
    if response.clicked() {
        commands.push(ViewIntent::Seek(time));
        commands.push(ViewIntent::Lane(lane.label.clone()));
        let event = events.iter().find(|event| event.span.contains(time));
        commands.push(ViewIntent::Choose(event.map(|event| Chosen {
            label: lane.label.clone(),
            span: event.span,
        })));
    }
    let place = prediction
        .segments
        .iter()
        .position(|span| span.contains(time));
    let scores = place.and_then(|place| scores_at(prediction, lane, place));
    let text = match (place, &scores) {
        (Some(second), Some(scores)) => format!("{} · second {second} · {scores}", lane.label),
        (Some(second), None) if second < prediction.scores.len() => {
            format!(
                "{} · second {second} · the model does not know it",
                lane.label
            )
        }
        _ => format!("{} · not yet analysed", lane.label),
    };
    let text = match said_at(shown, lane, time) {
        words if words.is_empty() => text,
        words => format!("{text} · you said {words}"),
    };
    response.on_hover_text_at_pointer(text);
    scores.map(|scores| format!("{} {scores}", lane.label))
}

/// What the model says of a class in a second: heard and seen apart where the mode tells them apart.
fn scores_at(prediction: &Prediction, lane: &Lane, second: usize) -> Option<String> {
    let of = |scores: &[Vec<f32>]| scores.get(second)?.get(lane.class).copied();
    Some(match &prediction.detail {
        Detail::Parsed { audible, visible } => {
            format!("heard {:.2} · seen {:.2}", of(audible)?, of(visible)?)
        }
        _ => format!("{:.2}", of(&prediction.scores)?),
    })
}
