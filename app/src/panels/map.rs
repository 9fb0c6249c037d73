//! The map of seconds: a point a second, in its class's colour and shape; a click opens it.

use egui::{
    Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use mettle_core::base::{Label, Time};
use mettle_core::engine::{MapPoint, SecondsMap};

use super::widgets::{dim, emphasis};
use crate::command::Command;
use crate::intent::{Commands, EngineIntent, ViewIntent};
use crate::state::{AppState, Row, count};
use crate::theme::{size, tokens};

/// Height of the plane.
const HEIGHT: f32 = 420.0;
/// Radius of a point.
const POINT: f32 = 3.5;
/// A point this near to the pointer is meant.
const NEAR: f32 = 10.0;
/// Classes named under the plane.
const NAMED: usize = 10;

/// Draw the dialog.
pub fn map_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    ui.label(emphasis("Map of seconds", size::HEADING));
    dim(
        ui,
        "A point for each analysed second; those near each other look and sound alike to the head. Distances between far groups mean little.",
    );
    ui.horizontal(|ui| running_ui(ui, state, commands));
    let Some(map) = state.map.shown() else {
        ui.add_space(HEIGHT);
        return;
    };
    if map.points.is_empty() {
        dim(ui, "No second is analysed yet.");
        return;
    }
    plane_ui(ui, state, map, commands);
    legend_ui(ui, state, map);
    let shown = map.points.len();
    if shown < map.of {
        dim(ui, format!("{shown} of {} seconds, evenly taken", map.of));
    }
}

fn running_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(job) = state.map.job() else {
        if ui.button("Lay out again").clicked() {
            commands.push(Command::MapOfSeconds);
        }
        return;
    };
    let running = state.jobs.board.iter().find(|running| running.id == job);
    let share = running.map_or(0.0, |running| running.progress.fraction());
    let bar = egui::ProgressBar::new(share).desired_width(220.0);
    ui.add(bar.text("Laying out…"));
    if ui.button("Stop").clicked() {
        commands.push(EngineIntent::Cancel(job));
    }
}

fn plane_ui(ui: &mut Ui, state: &AppState, map: &SecondsMap, commands: &mut Commands) {
    let t = tokens(ui.ctx());
    let room = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(room, Sense::click());
    let said = format!("Map of {}", count(map.points.len(), "second"));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
    ui.painter().rect_filled(rect, 4.0, t.bg0);
    let side = rect.width().min(rect.height()) - 4.0 * POINT;
    let square = Rect::from_center_size(rect.center(), vec2(side, side));
    let place = |point: &MapPoint| square.min + side * vec2(point.at[0], point.at[1]);
    let painter = ui.painter_at(rect);
    let here = here(state);
    for point in &map.points {
        let (color, shape) = look(state, map, point, t.faint);
        dot(&painter, place(point), color, shape);
        if here == Some((point.clip, point.segment)) {
            let ring = Stroke::new(2.0, t.accent);
            painter.circle_stroke(place(point), 2.0 * POINT, ring);
        }
    }
    let Some(at) = response.hover_pos() else {
        return;
    };
    let away = |point: &MapPoint| place(point).distance(at);
    let nearest = map.points.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    let Some(point) = nearest.filter(|point| away(point) <= NEAR) else {
        return;
    };
    painter.circle_stroke(place(point), POINT + 3.0, Stroke::new(1.5, t.text));
    let clicked = response.clicked();
    response.on_hover_text_at_pointer(words(state, map, point));
    if let Some(row) = state.library.of_clip(point.clip).filter(|_| clicked) {
        let time = Time::from_micros(point.segment as i64 * 1_000_000);
        commands.push(ViewIntent::GoToSecond(row, time));
    }
}

/// The second under the playhead.
fn here(state: &AppState) -> Option<(mettle_core::base::ClipId, usize)> {
    let clip = state.shown()?.row.clip.as_ref()?.id;
    Some((clip, state.current_segment()?))
}

fn label_of<'a>(map: &'a SecondsMap, point: &MapPoint) -> Option<&'a Label> {
    map.labels.get(point.class?)
}

/// A class's colour, and its shape: colours repeat, the two together do not so soon.
fn look(state: &AppState, map: &SecondsMap, point: &MapPoint, none: Color32) -> (Color32, usize) {
    let Some(label) = label_of(map, point) else {
        return (none, 0);
    };
    let [r, g, b] = state.colors.get(label).rgb;
    (Color32::from_rgb(r, g, b), point.class.unwrap_or(0) % 3)
}

fn dot(painter: &Painter, at: Pos2, color: Color32, shape: usize) {
    // On a light ground yellow is seen by its edge.
    let edge = match painter.ctx().theme() {
        egui::Theme::Light => Stroke::new(1.0, tokens(painter.ctx()).dim),
        egui::Theme::Dark => Stroke::NONE,
    };
    match shape {
        1 => {
            let square = Rect::from_center_size(at, vec2(POINT, POINT) * 1.8);
            painter.rect(square, 0.0, color, edge, StrokeKind::Middle);
        }
        2 => {
            let r = POINT * 1.3;
            let corners = [(0.0, -r), (r, r * 0.8), (-r, r * 0.8)];
            let corners = corners.map(|(x, y)| pos2(at.x + x, at.y + y)).to_vec();
            painter.add(Shape::convex_polygon(corners, color, edge));
        }
        _ => drop(painter.circle(at, POINT, color, edge)),
    }
}

/// The classes that most points are of.
fn legend_ui(ui: &mut Ui, state: &AppState, map: &SecondsMap) {
    let t = tokens(ui.ctx());
    let mut counts = vec![0_usize; map.labels.len() + 1];
    for point in &map.points {
        counts[point
            .class
            .map_or(0, |class| class + 1)
            .min(map.labels.len())] += 1;
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] > 0).collect();
    order.sort_by_key(|at| std::cmp::Reverse(counts[*at]));
    ui.horizontal_wrapped(|ui| {
        for at in order.into_iter().take(NAMED) {
            let class = at.checked_sub(1);
            let point = MapPoint {
                clip: Default::default(),
                segment: 0,
                class,
                at: [0.0; 2],
            };
            let name = class.and_then(|class| map.labels.get(class));
            let name = name.map_or("background", |label| &**label);
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 14.0), Sense::hover());
            let (color, shape) = look(state, map, &point, t.faint);
            dot(ui.painter(), rect.center(), color, shape);
            dim(ui, format!("{name} {}", counts[at]));
        }
    });
}

/// `0:04 of dog.mp4 · Dog`.
fn words(state: &AppState, map: &SecondsMap, point: &MapPoint) -> String {
    let row = state.library.of_clip(point.clip);
    let row = row.and_then(|row| state.library.row(row));
    let name = row.map_or_else(|| "a clip that is closed".to_owned(), Row::name);
    let (minutes, seconds) = (point.segment / 60, point.segment % 60);
    let class = label_of(map, point).map_or("background", |label| &**label);
    format!("{minutes}:{seconds:02} of {name} · {class}")
}
