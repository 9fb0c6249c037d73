//! Drawings of no category: blobs, stars, bars and scribbles.

use std::f32::consts::TAU;

use resvg::tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use crate::base::Rng;

/// Any colour, from dull to loud.
pub(super) fn colour(rng: &mut Rng) -> Color {
    let grey = rng.unit();
    let mix = rng.unit();
    let [r, g, b] = [0; 3].map(|_| grey * (1.0 - mix) + rng.unit() * mix);
    Color::from_rgba(r, g, b, 1.0).unwrap_or(Color::BLACK)
}

/// A paint of one colour.
pub(super) fn paint(colour: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour);
    paint.anti_alias = true;
    paint
}

/// Draws two to six shapes in the 100 x 100 units of a drawing.
pub(super) fn draw(rng: &mut Rng, canvas: &mut Pixmap, transform: Transform) {
    let outlined = rng.chance(0.6);
    for i in 0..2 + rng.below(5) {
        let size = if i == 0 { 45.0 } else { rng.range(6.0, 30.0) };
        let spread = if i == 0 { 3.0 } else { 28.0 };
        let at = (50.0 + spread * rng.noise(), 50.0 + spread * rng.noise());
        let Some(path) = shape(rng, at, size) else {
            continue;
        };
        let fill = paint(colour(rng));
        canvas.fill_path(&path, &fill, FillRule::EvenOdd, transform, None);
        if outlined {
            let stroke = Stroke {
                width: 2.0,
                ..Stroke::default()
            };
            let dark = paint(Color::from_rgba8(42, 42, 51, 255));
            canvas.stroke_path(&path, &dark, &stroke, transform, None);
        }
    }
}

fn shape(rng: &mut Rng, (x, y): (f32, f32), size: f32) -> Option<Path> {
    let corners = 3 + rng.below(8);
    let (turn, squeeze) = (rng.range(0.0, TAU), rng.log_range(0.4, 1.0));
    let jag = rng.pick(&[0.0, 0.2, 0.5]);
    let round = rng.chance(0.5);
    let points: Vec<(f32, f32)> = (0..corners)
        .map(|i| {
            let angle = turn + TAU * i as f32 / corners as f32;
            let radius = size * (1.0 - jag * rng.unit());
            (x + radius * angle.cos(), y + squeeze * radius * angle.sin())
        })
        .collect();
    let middle = |i: usize| {
        let (a, b) = (points[i % corners], points[(i + 1) % corners]);
        ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
    };
    let mut path = PathBuilder::new();
    let start = middle(0);
    path.move_to(start.0, start.1);
    for i in 1..=corners {
        let (corner, end) = (points[i % corners], middle(i));
        if round {
            path.quad_to(corner.0, corner.1, end.0, end.1);
        } else {
            path.line_to(corner.0, corner.1);
        }
    }
    path.close();
    path.finish()
}
