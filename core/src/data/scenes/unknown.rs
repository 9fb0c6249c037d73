//! Drawings of no category: blobs, stars, bars and scribbles.

use std::f32::consts::TAU;

use resvg::tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::dice::Dice;

/// Any colour, from dull to loud.
pub(super) fn colour(dice: &mut Dice) -> Color {
    let grey = dice.unit();
    let mix = dice.unit();
    let [r, g, b] = [0; 3].map(|_| grey * (1.0 - mix) + dice.unit() * mix);
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
pub(super) fn draw(dice: &mut Dice, canvas: &mut Pixmap, transform: Transform) {
    let outlined = dice.chance(0.6);
    for i in 0..2 + dice.below(5) {
        let size = if i == 0 { 45.0 } else { dice.range(6.0, 30.0) };
        let spread = if i == 0 { 3.0 } else { 28.0 };
        let at = (50.0 + spread * dice.noise(), 50.0 + spread * dice.noise());
        let Some(path) = shape(dice, at, size) else {
            continue;
        };
        let fill = paint(colour(dice));
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

fn shape(dice: &mut Dice, (x, y): (f32, f32), size: f32) -> Option<Path> {
    let corners = 3 + dice.below(8);
    let (turn, squeeze) = (dice.range(0.0, TAU), dice.log_range(0.4, 1.0));
    let jag = dice.pick(&[0.0, 0.2, 0.5]);
    let round = dice.chance(0.5);
    let points: Vec<(f32, f32)> = (0..corners)
        .map(|i| {
            let angle = turn + TAU * i as f32 / corners as f32;
            let radius = size * (1.0 - jag * dice.unit());
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
