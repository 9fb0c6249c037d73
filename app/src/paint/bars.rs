//! What is too narrow on a lane for edges and corners: bars of whole pixels, however many, one mesh.

use egui::{Color32, Mesh, Painter, Rect};

use super::paint_flat;

/// Narrower than this a thing on a lane is a bar, in points.
const ROOMY: f32 = 4.0;

/// Whether a thing has no room for edges and corners.
pub fn is_bar(place: Rect) -> bool {
    place.width() < ROOMY
}

/// Bars of a lane, added from the left. Each is at least a pixel wide: what happens must not be missed however short it is. Those of
/// one colour that meet are one.
pub struct Bars {
    mesh: Mesh,
    pixels_per_point: f32,
    open: Option<(Rect, Color32)>,
}

impl Bars {
    /// None yet.
    pub fn new(painter: &Painter) -> Self {
        Self {
            mesh: Mesh::default(),
            pixels_per_point: painter.pixels_per_point(),
            open: None,
        }
    }

    /// One more.
    pub fn add(&mut self, place: Rect, color: Color32) {
        let pixel = |x: f32| (x * self.pixels_per_point).round();
        let left = pixel(place.left());
        let right = pixel(place.right()).max(left + 1.0);
        let bar = Rect::from_x_y_ranges(
            left / self.pixels_per_point..=right / self.pixels_per_point,
            place.y_range(),
        );
        match &mut self.open {
            Some((open, same))
                if *same == color
                    && open.y_range() == bar.y_range()
                    && (open.left()..=open.right()).contains(&bar.left()) =>
            {
                *open = open.union(bar);
            }
            open => {
                if let Some((done, color)) = open.replace((bar, color)) {
                    self.mesh.add_colored_rect(done, color);
                }
            }
        }
    }

    fn finish(mut self) -> Mesh {
        if let Some((last, color)) = self.open {
            self.mesh.add_colored_rect(last, color);
        }
        self.mesh
    }
}

/// Draw some, and others over them.
pub fn paint_bars(painter: &Painter, all: impl IntoIterator<Item = Bars>) {
    let mut mesh = Mesh::default();
    for bars in all {
        mesh.append(bars.finish());
    }
    paint_flat(painter, mesh);
}
