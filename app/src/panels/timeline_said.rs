//! What the user said, drawn over the model's heat, and saying it with the pointer: a drag over a lane paints cells.

use egui::{Color32, Painter, PointerButton, Rect, Response, Stroke, Ui, pos2};
use mettle_core::base::{EventId, LabelId, Modality, Said, Time, TimeSpan};
use mettle_core::predict::{Detail, Prediction};
use mettle_core::project::Change;

use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::paint::{Bars, is_bar, paint_bars};
use crate::state::{AppState, Gesture, Lane, Shown, TimeAxis};
use crate::theme::{mix, tokens};

/// Cells narrower than this have no sign in them: their fill says enough.
const ROOMY: f32 = 7.0;

/// The halves of a lane in a mode, and what is said in each.
pub fn parts(prediction: &Prediction, cells: Rect) -> Vec<(Modality, Rect)> {
    let middle = cells.center().y;
    match prediction.detail {
        Detail::Parsed { .. } => vec![
            (Modality::Audible, cells.with_max_y(middle - 0.5)),
            (Modality::Visible, cells.with_min_y(middle + 0.5)),
        ],
        _ => vec![(Modality::AudioVisual, cells)],
    }
}

/// Draw it: what is said to happen is full and has a bar on top; what is denied is empty and crossed out. Where nothing is said,
/// the model's heat shows.
pub fn said_ui(
    painter: &Painter,
    cells: Rect,
    shown: Shown<'_>,
    prediction: &Prediction,
    lane: &Lane,
    axis: &TimeAxis,
) {
    let t = tokens(painter.ctx());
    let statements = &shown.row.corrected.shown().statements;
    let (view, at) = (axis.in_view(), axis.placer());
    let (mut bars, mut tops) = (Bars::new(painter), Bars::new(painter));
    for (modality, part) in parts(prediction, cells) {
        let color = match modality {
            Modality::Audible => t.audible,
            Modality::Visible => t.visible,
            Modality::AudioVisual => t.both,
        };
        let label = LabelId::named(&lane.label);
        for verdict in statements.verdicts_within(label, modality, view) {
            let (from, to) = (
                at(verdict.span.start).max(axis.left),
                at(verdict.span.end).min(axis.right),
            );
            if to <= from {
                continue;
            }
            let place = Rect::from_x_y_ranges(from..=to, part.y_range());
            match (verdict.yes, is_bar(place)) {
                (true, true) => {
                    bars.add(place, color);
                    tops.add(top_of(place), t.text);
                }
                (false, true) => bars.add(place, mix(t.bg0, t.text, 0.5)),
                (true, false) => {
                    painter.rect_filled(place, 1.0, color);
                    painter.rect_filled(top_of(place), 1.0, t.text);
                }
                (false, false) => {
                    no(painter, place, axis, &prediction.segments, (t.bg0, t.text));
                }
            }
        }
    }
    paint_bars(painter, [bars, tops]);
}

/// The bar on top of what is said to happen.
fn top_of(place: Rect) -> Rect {
    Rect::from_min_max(place.min, pos2(place.right(), place.top() + 2.5))
}

fn no(
    painter: &Painter,
    place: Rect,
    axis: &TimeAxis,
    segments: &[TimeSpan],
    (ground, cross): (Color32, Color32),
) {
    painter.rect_filled(place, 1.0, ground);
    let stroke = Stroke::new(1.5, cross);
    let first = segments.partition_point(|s| axis.screen_from_time(s.end) <= place.left());
    for second in segments.get(first..).unwrap_or_default() {
        let (left, right) = (
            axis.screen_from_time(second.start).max(place.left()),
            axis.screen_from_time(second.end).min(place.right()),
        );
        if left >= place.right() {
            break;
        }
        if right - left < ROOMY {
            continue;
        }
        let cell = Rect::from_x_y_ranges(left..=right, place.y_range());
        let half = (cell.height().min(cell.width()) * 0.28).min(6.0);
        let sign = Rect::from_center_size(cell.center(), egui::Vec2::splat(half * 2.0));
        painter.line_segment([sign.left_top(), sign.right_bottom()], stroke);
        painter.line_segment([sign.left_bottom(), sign.right_top()], stroke);
    }
    let frame = Stroke::new(1.0, cross.gamma_multiply(0.5));
    painter.rect_stroke(place, 1.0, frame, egui::StrokeKind::Inside);
}

/// What the user said of a class at a moment, in words; empty where nothing.
pub fn said_at(shown: Shown<'_>, lane: &Lane, at: Time) -> String {
    let statements = &shown.row.corrected.shown().statements;
    let said = |modality| statements.said(LabelId::named(&lane.label), modality, at);
    let (heard, seen) = (said(Modality::Audible), said(Modality::Visible));
    let word = |said: Said, what: &str| match said {
        Said::Yes => Some(what.to_owned()),
        Said::No => Some(format!("not {what}")),
        Said::Unknown => None,
    };
    let alone = [word(heard, "heard"), word(seen, "seen")];
    let alone: Vec<String> = alone.into_iter().flatten().collect();
    match (said(Modality::AudioVisual), alone.is_empty()) {
        (Said::No, true) => "not both heard and seen".to_owned(),
        _ => alone.join(", "),
    }
}

/// `, you said yes 3 s, no 1 s`; empty where nothing is said.
pub fn spoken_said(shown: Shown<'_>, lane: &Lane, parsed: bool) -> String {
    let layers: &[(Modality, &str)] = match parsed {
        true => &[(Modality::Audible, "heard "), (Modality::Visible, "seen ")],
        false => &[(Modality::AudioVisual, "")],
    };
    let mut words = String::new();
    for (modality, what) in layers {
        let seconds = shown.said_seconds(&lane.label, *modality);
        for (seconds, word) in seconds.into_iter().zip(["yes", "no"]) {
            if seconds > 0.0 {
                words.push_str(&format!(", you said {what}{word} {seconds:.0} s"));
            }
        }
    }
    words
}

/// The second that corrections are about, where no event is chosen.
pub fn subject_ui(ui: &Ui, cells: Rect, state: &AppState, lane: &Lane, axis: &TimeAxis) {
    let Some(subject) = state
        .subject()
        .filter(|subject| subject.label == lane.label)
    else {
        return;
    };
    let (from, to) = (
        axis.screen_from_time(subject.span.start),
        axis.screen_from_time(subject.span.end),
    );
    let place = Rect::from_x_y_ranges(from..=to, cells.y_range());
    let stroke = Stroke::new(1.5, tokens(ui.ctx()).accent);
    ui.painter_at(cells.expand(2.0))
        .rect_stroke(place, 2.0, stroke, egui::StrokeKind::Inside);
}

/// A stroke of the brush, as long as the button is down.
#[derive(Clone, Copy, PartialEq)]
struct Brush {
    event: EventId,
    modality: Modality,
    said: Said,
    /// The second it began in.
    from: TimeSpan,
    /// What it covers.
    over: Option<TimeSpan>,
}

/// A drag over a lane says that the class does not happen where it began on a cell where it does, and else that it does; with Alt
/// held it takes back what was said. With Shift held it selects.
pub fn brush_ui(
    ui: &Ui,
    response: &Response,
    (state, shown, prediction): (&AppState, Shown<'_>, &Prediction),
    lane: &Lane,
    axis: &TimeAxis,
    commands: &mut Commands,
) {
    if matches!(prediction.detail, Detail::Segmented { .. }) {
        // Its one lane is of whatever sounds.
        return;
    }
    let id = response.id.with("brush");
    let origin = ui.input(|input| input.pointer.press_origin());
    let at = response.interact_pointer_pos();
    let (shift, alt) = ui.input(|input| (input.modifiers.shift, input.modifiers.alt));
    if response.drag_started_by(PointerButton::Primary)
        && let Some(origin) = origin.filter(|_| !shift && state.editing_off().is_none())
    {
        let brush = begin(response.rect, origin, alt, (shown, prediction), lane, axis);
        if let Some(brush) = brush {
            ui.data_mut(|data| data.insert_temp(id, brush));
            commands.push(ViewIntent::Lane(lane.label.clone()));
            commands.push(ViewIntent::Choose(None));
        }
    }
    let brush = ui.data(|data| data.get_temp::<Brush>(id));
    match (brush, at, origin) {
        (Some(mut brush), Some(at), _) => {
            let over = second_at(prediction, axis, at.x).map(|second| joined(brush.from, second));
            if over.is_some() && over != brush.over {
                brush.over = over;
                ui.data_mut(|data| data.insert_temp(id, brush));
                commands.push(EditIntent::Change(brush.change(lane), Gesture::Dragged));
            }
        }
        (None, Some(at), Some(origin)) if shift && response.dragged_by(PointerButton::Primary) => {
            let time = |x: f32| shown.snapped(axis, x, false, alt);
            let (from, to) = (time(at.x.min(origin.x)), time(at.x.max(origin.x)));
            commands.push(ViewIntent::Marks(Some(from), Some(to)));
        }
        _ => {}
    }
    if brush.is_some() && !response.dragged() {
        ui.data_mut(|data| data.remove::<Brush>(id));
        commands.push(EditIntent::LetGo);
    }
}

fn begin(
    cells: Rect,
    origin: egui::Pos2,
    take_back: bool,
    (shown, prediction): (Shown<'_>, &Prediction),
    lane: &Lane,
    axis: &TimeAxis,
) -> Option<Brush> {
    let from = second_at(prediction, axis, origin.x)?;
    let parts = parts(prediction, cells);
    let part = parts.iter().find(|(_, part)| origin.y <= part.bottom());
    let (modality, _) = *part.or(parts.last())?;
    let happens = shown.happens(&lane.label, modality, from.middle());
    Some(Brush {
        event: EventId::fresh(),
        modality,
        said: match take_back {
            true => Said::Unknown,
            false => Said::from(!happens),
        },
        from,
        over: None,
    })
}

impl Brush {
    fn change(&self, lane: &Lane) -> Change {
        Change::Say {
            event: self.event,
            label: LabelId::named(&lane.label),
            modality: self.modality,
            span: self.over.unwrap_or(self.from),
            said: self.said,
        }
    }
}

fn second_at(prediction: &Prediction, axis: &TimeAxis, x: f32) -> Option<TimeSpan> {
    let time = axis.time_from_screen(x.clamp(axis.left, axis.right));
    let place = prediction.segments.partition_point(|span| span.end <= time);
    let last = prediction.segments.len().checked_sub(1)?;
    prediction.segments.get(place.min(last)).copied()
}

fn joined(a: TimeSpan, b: TimeSpan) -> TimeSpan {
    TimeSpan::new(a.start.min(b.start), a.end.max(b.end))
}
