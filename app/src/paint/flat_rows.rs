//! Takes meshes of rectangles apart: narrow cells side by side are rows of colours, the rest stays triangles.

use std::ops::Range;

use egui::{Color32, Mesh, Rect};

/// Fewer cells side by side stay rectangles of their own.
const FEWEST: usize = 8;
/// The corners that `Mesh::add_colored_rect` adds, and its indices.
const CORNERS: usize = 4;
/// As above.
const INDICES: usize = 6;

/// What a mesh is made of.
pub(super) enum Piece {
    /// Some of its triangles, as places among its indices.
    Triangles(Range<usize>),
    /// Cells between the same two heights.
    Columns(ColorRow),
}

/// Cells between the same two heights, none over another: a colour for each column of pixels.
pub(super) struct ColorRow {
    /// Upper and lower edge, in points.
    pub heights: [f32; 2],
    /// The first column, in pixels from the window's left edge.
    pub first: u32,
    /// Premultiplied; nothing between two cells.
    pub colors: Vec<Color32>,
}

/// The pieces of a mesh, in its order.
pub(super) fn pieces(mesh: &Mesh, pixels_per_point: f32) -> Vec<Piece> {
    let Some(cells) = cells(mesh) else {
        return vec![Piece::Triangles(0..mesh.indices.len())];
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let after = cells[start..].windows(2);
        let beside = after.take_while(|pair| is_next(&pair[0].0, &pair[1].0));
        let end = start + 1 + beside.count();
        if end - start >= FEWEST {
            pieces.push(Piece::Columns(row(&cells[start..end], pixels_per_point)));
        } else {
            match pieces.last_mut() {
                Some(Piece::Triangles(before)) => before.end = end * INDICES,
                _ => pieces.push(Piece::Triangles(start * INDICES..end * INDICES)),
            }
        }
        start = end;
    }
    pieces
}

/// Whether a cell lies right of another, between the same heights.
fn is_next(cell: &Rect, next: &Rect) -> bool {
    next.y_range() == cell.y_range() && next.left() >= cell.right()
}

/// The rectangles of a mesh that has nothing else.
fn cells(mesh: &Mesh) -> Option<Vec<(Rect, Color32)>> {
    let count = mesh.vertices.len() / CORNERS;
    if mesh.indices.len() != count * INDICES {
        return None;
    }
    let cell = |corners: &[egui::epaint::Vertex]| {
        let [a, b, c, d] = corners else { return None };
        let place = Rect::from_two_pos(a.pos, d.pos);
        let right = b.pos == place.right_top() && c.pos == place.left_bottom();
        right.then_some((place, a.color))
    };
    mesh.vertices.chunks(CORNERS).map(cell).collect()
}

fn row(cells: &[(Rect, Color32)], pixels_per_point: f32) -> ColorRow {
    // A column belongs to a cell that its middle lies in. A rasteriser knows places to a 256th of a pixel.
    let column = |x: f32| {
        let x = (x * pixels_per_point * 256.0).round() / 256.0;
        (x - 0.5).ceil().max(0.0) as usize
    };
    let first = cells.first().map_or(0, |(cell, _)| column(cell.left()));
    let mut colors = Vec::new();
    for (cell, color) in cells {
        let [from, to] = [cell.left(), cell.right()].map(|x| column(x).max(first) - first);
        colors.resize(from.max(colors.len()), Color32::TRANSPARENT);
        colors.resize(to.max(colors.len()), *color);
    }
    ColorRow {
        heights: cells
            .first()
            .map_or([0.0; 2], |(cell, _)| [cell.top(), cell.bottom()]),
        first: first as u32,
        colors,
    }
}
