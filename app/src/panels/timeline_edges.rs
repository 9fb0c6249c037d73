//! An event taken by an edge: a drag makes it longer or shorter, and shows the picture at the edge meanwhile.

use egui::{CursorIcon, PointerButton, Rect, Response, Stroke, StrokeKind, Ui};
use mettle_core::base::{Modality, Time, TimeSpan};

use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::state::{Happening, Lane, LaneEvent, Shown, TimeAxis};
use crate::theme::tokens;

/// An edge can be taken this near to it, in points.
const GRIP: f32 = 4.0;
/// Events narrower than this have no edges to be taken: they are painted and chosen whole.
const ROOMY: f32 = 16.0;
/// No event is made shorter.
const SHORTEST: Time = Time::from_micros(40_000);

/// An edge in the hand.
#[derive(Clone, PartialEq)]
struct Taken {
    event: LaneEvent,
    at_end: bool,
    to: Time,
}

impl Taken {
    fn span(&self) -> TimeSpan {
        let TimeSpan { start, end } = self.event.what.span;
        match self.at_end {
            true => TimeSpan::new(start, self.to.max(start + SHORTEST)),
            false => TimeSpan::new(self.to.min(end - SHORTEST), end),
        }
    }
}

/// Read the pointer on the edges of a lane's events. `parts` are the modalities of the lane from top to bottom, each with its place.
/// Says whether the pointer is on an edge or has one: then it does nothing else there.
pub fn edges_ui(
    ui: &Ui,
    response: &Response,
    parts: &[(Modality, Rect)],
    shown: Shown<'_>,
    lane: &Lane,
    axis: &TimeAxis,
    commands: &mut Commands,
) -> bool {
    let id = response.id.with("edge");
    let taken: Option<Taken> = ui.data(|data| data.get_temp(id));
    let (held, exact) = ui.input(|input| (input.modifiers.any(), input.modifiers.alt));
    if let Some(mut taken) = taken {
        if let Some(at) = response.interact_pointer_pos() {
            let to = shown.snapped(axis, at.x, true, exact);
            if to != taken.to {
                taken.to = to;
                commands.push(ViewIntent::Scrub(to));
            }
        }
        preview(ui, parts, &taken, axis);
        if response.dragged() {
            ui.data_mut(|data| data.insert_temp(id, taken));
        } else {
            ui.data_mut(|data| data.remove::<Taken>(id));
            let span = taken.span();
            if span != taken.event.what.span {
                let to = Happening {
                    span,
                    ..taken.event.what.clone()
                };
                commands.push(EditIntent::Reshape(taken.event, Some(to)));
            }
        }
        return true;
    }
    let pressed = response.drag_started_by(PointerButton::Primary);
    let at = match pressed {
        true => ui.input(|input| input.pointer.press_origin()),
        false => response.hover_pos(),
    };
    let Some(taken) = at
        .filter(|_| !held)
        .and_then(|at| edge_at(at, parts, shown, lane, axis))
    else {
        return false;
    };
    ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    if pressed {
        commands.push(ViewIntent::Lane(lane.label.clone()));
        ui.data_mut(|data| data.insert_temp(id, taken));
    }
    pressed
}

/// The edge under a place.
fn edge_at(
    at: egui::Pos2,
    parts: &[(Modality, Rect)],
    shown: Shown<'_>,
    lane: &Lane,
    axis: &TimeAxis,
) -> Option<Taken> {
    let (modality, _) = parts
        .iter()
        .find(|(_, part)| part.y_range().contains(at.y))?;
    let mut tracks = shown.tracks().iter();
    let track = tracks.find(|track| track.label == lane.label && track.modality == *modality)?;
    let around = axis.time_from_screen(at.x - GRIP);
    let first = track
        .events
        .partition_point(|event| event.span.end < around);
    let events = track.events.get(first..)?.iter().take(2);
    let edges = events.flat_map(|event| [(event, true), (event, false)]);
    let mut near = edges.filter(|(event, at_end)| {
        let TimeSpan { start, end } = event.span;
        let x = axis.screen_from_time(if *at_end { end } else { start });
        let wide = axis.screen_from_time(end) - axis.screen_from_time(start);
        wide >= ROOMY && (x - at.x).abs() <= GRIP && (axis.left..=axis.right).contains(&x)
    });
    let (event, at_end) = near.next_back()?;
    Some(Taken {
        at_end,
        to: if at_end {
            event.span.end
        } else {
            event.span.start
        },
        event: LaneEvent {
            what: Happening {
                label: lane.label.clone(),
                modality: *modality,
                span: event.span,
            },
            source: event.source,
            score: event.score,
        },
    })
}

/// How long the event would be.
fn preview(ui: &Ui, parts: &[(Modality, Rect)], taken: &Taken, axis: &TimeAxis) {
    let t = tokens(ui.ctx());
    let span = taken.span();
    let Some((_, part)) = parts.iter().find(|(m, _)| *m == taken.event.what.modality) else {
        return;
    };
    let (from, to) = (
        axis.screen_from_time(span.start),
        axis.screen_from_time(span.end),
    );
    let place = Rect::from_x_y_ranges(from.max(axis.left)..=to.min(axis.right), part.y_range());
    let painter = ui.painter_at(part.expand(2.0));
    painter.rect_filled(place, 2.0, t.accent.gamma_multiply(0.25));
    painter.rect_stroke(place, 2.0, Stroke::new(2.0, t.accent), StrokeKind::Inside);
}
