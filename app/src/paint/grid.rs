//! A small grid of numbers drawn large: one colour, strength by number, and a class's swatch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};
use mettle_core::predict::ClassColor;

use crate::theme::{contrast, tokens};

/// Grids kept as textures.
const KEPT: usize = 24;

/// Textures by what they show.
type Textures = Arc<Mutex<HashMap<egui::Id, TextureHandle>>>;

/// Draw numbers, row after row, each as strong as its share of `top`, over a rectangle; between them strength changes evenly.
/// `id` names the numbers: the same id is the same picture.
pub fn paint_grid(
    painter: &Painter,
    rect: Rect,
    id: egui::Id,
    (rows, columns): (usize, usize),
    strength: &dyn Fn(usize, usize) -> f32,
    color: Color32,
) {
    if rows == 0 || columns == 0 || rect.width() <= 0.0 {
        return;
    }
    let ctx = painter.ctx();
    let store = egui::Id::unique("grids");
    let textures = ctx.data_mut(|data| data.get_temp_mut_or_default::<Textures>(store).clone());
    let mut textures = textures.lock().unwrap_or_else(PoisonError::into_inner);
    if textures.len() > KEPT {
        textures.clear();
    }
    let key = id.with(color);
    let texture = textures.entry(key).or_insert_with(|| {
        let pixel = |place: usize| {
            let strength = strength(place / columns, place % columns).clamp(0.0, 1.0);
            color.gamma_multiply(strength)
        };
        let pixels = (0..rows * columns).map(pixel).collect();
        let image = ColorImage::new([columns, rows], pixels);
        ctx.load_texture("grid", image, TextureOptions::LINEAR)
    });
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), rect, whole, Color32::WHITE);
}

/// A class's colour and pattern in a small rectangle.
pub fn swatch(painter: &Painter, rect: Rect, color: ClassColor) {
    let [r, g, b] = color.rgb;
    let full = Color32::from_rgb(r, g, b);
    let mut mesh = egui::Mesh::default();
    // Two points a pixel of the pattern: its stripes are visible at this size.
    let (columns, rows) = ((rect.width() / 2.0) as i64, (rect.height() / 2.0) as i64);
    if color.pattern == mettle_core::predict::Pattern::Plain {
        mesh.add_colored_rect(rect, full);
    } else {
        for at in 0..columns * rows {
            let (x, y) = (at % columns, at / columns);
            let faint = color.pattern.is_faint(x * 3, y * 3);
            let corner = rect.min + egui::vec2(x as f32 * 2.0, y as f32 * 2.0);
            let dot = Rect::from_min_size(corner, egui::vec2(2.0, 2.0));
            mesh.add_colored_rect(dot, full.gamma_multiply(if faint { 0.25 } else { 1.0 }));
        }
    }
    painter.add(egui::Shape::mesh(mesh));
    // A colour that hardly stands out from the ground has an edge.
    let t = tokens(painter.ctx());
    if contrast(full, t.bg1) < 3.0 {
        let edge = egui::Stroke::new(1.0, t.dim);
        painter.rect_stroke(rect, 0.0, edge, egui::StrokeKind::Outside);
    }
}
