//! Drawing on the picture with the tool in the hand: strokes of the brush, corners of a polygon.

use egui::{CursorIcon, Pos2, Rect, Response, Stroke, Ui, pos2};

use crate::intent::{Commands, EditIntent, ViewIntent};
use crate::state::{AppState, BrushMove, Corners, MaskTool};
use crate::theme::tokens;

/// A click this near to a polygon's first corner closes it, in points.
const NEAR: f32 = 9.0;
/// How much one point of the wheel changes the brush.
const WHEEL: f32 = 0.004;

/// The tool that works on the picture now.
pub fn in_hand(state: &AppState) -> Option<MaskTool> {
    let usable = state.masked_second().is_some() && state.editing_off().is_none();
    state.mask_hand.tool.filter(|_| usable)
}

/// Read the pointer on the picture, and draw the tool there.
pub fn mask_hand_ui(
    ui: &Ui,
    response: &Response,
    picture: Rect,
    state: &AppState,
    commands: &mut Commands,
) {
    let Some(tool) = in_hand(state) else { return };
    let inverted = ui.input(|input| input.modifiers.command);
    let adds = (tool != MaskTool::Eraser) != inverted;
    if tool.is_dragged() {
        stroke(ui, response, picture, adds, commands);
        wheel(ui, picture, state, commands);
    } else {
        corners_ui(ui, response, picture, state, adds, commands);
    }
    cursor(ui, response, picture, state, tool);
}

/// A place of the picture as shares of its width and height.
fn share(picture: Rect, at: Pos2) -> [f32; 2] {
    [
        (at.x - picture.left()) / picture.width().max(1.0),
        (at.y - picture.top()) / picture.height().max(1.0),
    ]
}

fn stroke(ui: &Ui, response: &Response, picture: Rect, inside: bool, commands: &mut Commands) {
    let id = response.id.with("stroke");
    let before: Option<Pos2> = ui.data(|data| data.get_temp(id));
    let down =
        response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_down());
    // Pressed and let go between two frames is a dab.
    let dab = response.clicked() && before.is_none();
    if let Some(at) = response.interact_pointer_pos()
        && (down || dab || before.is_some())
        && before != Some(at)
    {
        let [from, to] = [before.unwrap_or(at), at].map(|at| share(picture, at));
        commands.push(EditIntent::Brush(BrushMove { from, to, inside }));
        ui.data_mut(|data| data.insert_temp(id, at));
    }
    if !down && (dab || before.is_some()) {
        ui.data_mut(|data| data.remove::<Pos2>(id));
        commands.push(EditIntent::LetGo);
    }
}

/// The wheel makes the brush larger and smaller.
fn wheel(ui: &Ui, picture: Rect, state: &AppState, commands: &mut Commands) {
    let (moved, free, at) = ui.input(|input| {
        let free = !input.modifiers.any();
        (
            input.smooth_scroll_delta().y,
            free,
            input.pointer.hover_pos(),
        )
    });
    if free && moved != 0.0 && at.is_some_and(|at| picture.contains(at)) {
        let mut masks = state.settings.masks;
        masks.scale_brush((moved * WHEEL).exp());
        commands.push(ViewIntent::Masks(masks));
    }
}

/// The corners of the polygon over the second shown.
fn open_corners(state: &AppState) -> Option<&Corners> {
    let (_, second) = state.masked_second()?;
    let corners = state.mask_hand.corners.as_ref()?;
    let here = corners.second == second && state.library.selected == Some(corners.row);
    here.then_some(corners)
}

fn corners_ui(
    ui: &Ui,
    response: &Response,
    picture: Rect,
    state: &AppState,
    inside: bool,
    commands: &mut Commands,
) {
    let t = tokens(ui.ctx());
    let points = open_corners(state).map_or(&[][..], |corners| &corners.points);
    let place = |[x, y]: [f32; 2]| picture.min + picture.size() * egui::vec2(x, y);
    let first = points.first().map(|point| place(*point));
    let near = |at: Pos2| first.is_some_and(|first| first.distance(at) <= NEAR);
    if let Some(at) = response
        .interact_pointer_pos()
        .filter(|_| response.clicked())
    {
        let closes = response.double_clicked() || near(at);
        match closes && points.len() > 2 {
            true => commands.push(EditIntent::ClosePolygon(inside)),
            false if response.double_clicked() => {}
            false => commands.push(EditIntent::Corner(share(picture, at))),
        }
    }
    let pointer = response.hover_pos();
    let mut line: Vec<Pos2> = points.iter().map(|point| place(*point)).collect();
    if let Some(first) = first {
        line.extend(pointer);
        let over = pointer.is_some_and(near) && points.len() > 2;
        for (width, color) in [(3.0, t.stage), (1.5, t.on_stage)] {
            let stroke = Stroke::new(width, color);
            ui.painter().line(line.clone(), stroke);
            let radius = if over { NEAR } else { 4.0 };
            ui.painter().circle_stroke(first, radius, stroke);
        }
    }
}

/// The brush as a circle, seen on dark and on light pictures.
fn cursor(ui: &Ui, response: &Response, picture: Rect, state: &AppState, tool: MaskTool) {
    let t = tokens(ui.ctx());
    let Some(at) = response.hover_pos().filter(|at| picture.contains(*at)) else {
        return;
    };
    ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    if !tool.is_dragged() {
        return;
    }
    let longer = picture.width().max(picture.height());
    let radius = (state.settings.masks.brush * longer).max(1.5);
    for (width, color) in [(3.0, t.stage), (1.2, t.on_stage)] {
        ui.painter()
            .circle_stroke(pos2(at.x, at.y), radius, Stroke::new(width, color));
    }
}
