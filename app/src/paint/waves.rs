//! Drawing a waveform.

use egui::{Color32, Mesh, Painter, Rect, pos2};

use super::paint_flat;
use crate::state::{TimeAxis, Waves};

/// Draw it, a line a point. Quiet clips are drawn larger, up to four times.
pub fn paint_waves(painter: &Painter, rect: Rect, waves: &Waves, axis: &TimeAxis, color: Color32) {
    let gain = (1.0 / waves.loudest().max(0.25)).min(4.0);
    let (middle, half) = (rect.center().y, rect.height() / 2.0 - 1.0);
    let mut mesh = Mesh::default();
    let mut x = rect.left();
    while x < rect.right() {
        let (from, to) = (axis.secs_from_screen(x), axis.secs_from_screen(x + 1.5));
        if let Some((low, high)) = waves.extent(from, to) {
            let top = middle - (high * gain).clamp(0.0, 1.0) * half - 0.5;
            let bottom = middle - (low * gain).clamp(-1.0, 0.0) * half + 0.5;
            let line = Rect::from_min_max(pos2(x, top), pos2(x + 1.0, bottom));
            mesh.add_colored_rect(line, color);
        }
        x += 1.5;
    }
    paint_flat(painter, mesh);
}
