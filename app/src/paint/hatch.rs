//! Slanted lines over cells, as a picture of them that repeats: a rectangle a cell, however many lines cross it.

use egui::{
    Color32, ColorImage, Id, Mesh, Painter, Rect, Shape, TextureFilter, TextureHandle,
    TextureOptions, TextureWrapMode,
};

/// Lines that rise to the right: from one to the next along the screen's edge, and how wide each is, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hatching {
    /// From one line to the next.
    pub every: f32,
    /// How wide a line is.
    pub wide: f32,
}

impl Hatching {
    /// Draw it over cells. Lines stand on the screen, so that those of neighbouring cells join.
    pub fn paint(self, painter: &Painter, cells: impl Iterator<Item = Rect>, color: Color32) {
        let mut cells = cells.peekable();
        if cells.peek().is_none() {
            return;
        }
        let picture = self.picture(painter);
        let side = picture.size()[0] as f32;
        let pixels_per_point = painter.pixels_per_point();
        let mut mesh = Mesh::with_texture(picture.id());
        for cell in cells {
            let along = cell.min.to_vec2() * pixels_per_point / side;
            let across = cell.size() * pixels_per_point / side;
            mesh.add_rect_with_uv(cell, Rect::from_min_size(along.to_pos2(), across), color);
        }
        painter.add(Shape::mesh(mesh));
    }

    /// One period each way, in pixels: white lines on nothing.
    fn picture(self, painter: &Painter) -> TextureHandle {
        let pixels_per_point = painter.pixels_per_point();
        let side = (self.every * pixels_per_point).round().max(2.0) as usize;
        let half = self.wide * pixels_per_point / 2.0;
        let id = Id::unique(("hatching", side, half.to_bits()));
        let made = painter.ctx().data(|data| data.get_temp(id));
        made.unwrap_or_else(|| {
            let alphas = (0..side * side).map(|at| {
                // Along both axes it is as far to the next line; across the line that is shorter by the root of 2.
                let from_line = (at % side + at / side + 1) % side;
                let nearest = from_line.min(side - from_line) as f32;
                let covered = half + 0.5 - nearest / std::f32::consts::SQRT_2;
                Color32::from_white_alpha((covered.clamp(0.0, 1.0) * 255.0).round() as u8)
            });
            let image = ColorImage::new([side, side], alphas.collect());
            let options = TextureOptions {
                magnification: TextureFilter::Nearest,
                minification: TextureFilter::Nearest,
                wrap_mode: TextureWrapMode::Repeat,
                ..Default::default()
            };
            let picture = painter.ctx().load_texture("hatching", image, options);
            painter
                .ctx()
                .data_mut(|data| data.insert_temp(id, picture.clone()));
            picture
        })
    }
}
