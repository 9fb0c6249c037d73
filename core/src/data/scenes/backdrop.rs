//! What a scene is played in front of: land, rooms, streets, patterns, and fields of noise as rough as a photograph.

use resvg::tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, PathBuilder, Pixmap, Point, Rect,
    SpreadMode, Transform,
};

use super::stage::ASPECT;
use super::unknown::{colour, paint};
use crate::base::Rng;

/// Paints over the whole canvas.
pub(super) fn draw(rng: &mut Rng, canvas: &mut Pixmap) {
    let to_pixels = Transform::from_scale(canvas.width() as f32 / ASPECT, canvas.height() as f32);
    match rng.below(7) {
        0 | 1 => land(rng, canvas, to_pixels),
        2 => room(rng, canvas, to_pixels),
        3 => street(rng, canvas, to_pixels),
        4 => pattern(rng, canvas, to_pixels),
        5 => lights(rng, canvas, to_pixels),
        _ => field(rng, canvas),
    }
}

/// Any colour, dulled: things on stage are more colourful than what is behind them.
fn dull(rng: &mut Rng) -> Color {
    let (any, grey) = (colour(rng), rng.range(0.25, 0.8));
    let [r, g, b] = [any.red(), any.green(), any.blue()].map(|x| grey + 0.4 * (x - grey));
    Color::from_rgba(r, g, b, 1.0).unwrap_or(Color::BLACK)
}

/// A colour as light as the eye expects of skies and walls.
fn soft(rng: &mut Rng) -> Color {
    let light = rng.range(0.35, 1.0);
    let [r, g, b] = [0; 3].map(|_| (light * rng.range(0.7, 1.0)).clamp(0.0, 1.0));
    Color::from_rgba(r, g, b, 1.0).unwrap_or(Color::WHITE)
}

fn bar(canvas: &mut Pixmap, to: Transform, (x, y, w, h): (f32, f32, f32, f32), paint: &Paint) {
    if let Some(rect) = Rect::from_xywh(x, y, w.max(1e-3), h.max(1e-3)) {
        canvas.fill_rect(rect, paint, to, None);
    }
}

/// Top to bottom from one colour to another.
fn gradient(canvas: &mut Pixmap, to: Transform, (y, h): (f32, f32), from: Color, until: Color) {
    let stops = vec![GradientStop::new(0.0, from), GradientStop::new(1.0, until)];
    let (start, end) = (Point::from_xy(0.0, y), Point::from_xy(0.0, y + h));
    let shader = LinearGradient::new(start, end, stops, SpreadMode::Pad, Transform::identity());
    let mut paint = Paint::default();
    if let Some(shader) = shader {
        paint.shader = shader;
    }
    bar(canvas, to, (0.0, y, ASPECT, h), &paint);
}

fn land(rng: &mut Rng, canvas: &mut Pixmap, to: Transform) {
    gradient(canvas, to, (0.0, 1.0), soft(rng), soft(rng));
    let ridges = 1 + rng.below(3);
    for i in 0..ridges {
        let base = 0.5 + 0.4 * (i as f32 + 0.5) / ridges as f32;
        let (height, waves) = (rng.range(0.02, 0.15), rng.range(2.0, 8.0));
        let phase = rng.range(0.0, 6.0);
        let mut path = PathBuilder::new();
        path.move_to(0.0, 1.01);
        for step in 0..=40 {
            let x = ASPECT * step as f32 / 40.0;
            path.line_to(x, base + height * (waves * x + phase).sin());
        }
        path.line_to(ASPECT, 1.01);
        path.close();
        let [r, g, b] = [0.25, 0.35, 0.2].map(|low| rng.range(low, low + 0.3));
        let hill = Color::from_rgba(r, g, b, 1.0).unwrap_or(Color::BLACK);
        if let Some(path) = path.finish() {
            canvas.fill_path(&path, &paint(hill), FillRule::Winding, to, None);
        }
    }
}

fn room(rng: &mut Rng, canvas: &mut Pixmap, to: Transform) {
    gradient(canvas, to, (0.0, 1.0), soft(rng), soft(rng));
    let floor = rng.range(0.62, 0.85);
    bar(canvas, to, (0.0, floor, ASPECT, 1.0), &paint(dull(rng)));
    for _ in 0..rng.below(4) {
        let (x, y) = (rng.range(0.0, ASPECT), rng.range(0.03, 0.3));
        let (w, h) = (rng.range(0.1, 0.4), rng.range(0.1, 0.35));
        bar(canvas, to, (x, y, w, h), &paint(dull(rng)));
        let (inner, edge) = (paint(soft(rng)), 0.015);
        bar(
            canvas,
            to,
            (x + edge, y + edge, w - 2.0 * edge, h - 2.0 * edge),
            &inner,
        );
    }
}

fn street(rng: &mut Rng, canvas: &mut Pixmap, to: Transform) {
    gradient(canvas, to, (0.0, 1.0), soft(rng), soft(rng));
    let mut x = -0.1;
    while x < ASPECT {
        let (w, top) = (rng.range(0.12, 0.4), rng.range(0.15, 0.55));
        bar(canvas, to, (x, top, w, 1.0), &paint(dull(rng)));
        let window = paint(soft(rng));
        for row in 0..5 {
            for column in 0..3 {
                let at = (
                    x + w * (0.15 + 0.28 * column as f32),
                    top + 0.04 + 0.09 * row as f32,
                );
                bar(canvas, to, (at.0, at.1, w * 0.15, 0.045), &window);
            }
        }
        x += w + rng.range(0.0, 0.05);
    }
    let grey = rng.range(0.2, 0.5);
    let road = Color::from_rgba(grey, grey, grey, 1.0).unwrap_or(Color::BLACK);
    bar(canvas, to, (0.0, 0.75, ASPECT, 0.3), &paint(road));
    bar(canvas, to, (0.0, 0.87, ASPECT, 0.012), &paint(soft(rng)));
}

fn pattern(rng: &mut Rng, canvas: &mut Pixmap, to: Transform) {
    gradient(canvas, to, (0.0, 1.0), soft(rng), soft(rng));
    let other = paint(soft(rng));
    let (pitch, checks) = (rng.range(0.06, 0.25), rng.chance(0.5));
    let turned = to.pre_concat(Transform::from_rotate_at(rng.range(-60.0, 60.0), 0.9, 0.5));
    for i in -20..40 {
        let x = i as f32 * pitch;
        if checks {
            for j in -20..40 {
                if (i + j) % 2 == 0 {
                    bar(canvas, turned, (x, j as f32 * pitch, pitch, pitch), &other);
                }
            }
        } else if i % 2 == 0 {
            bar(canvas, turned, (x, -2.0, pitch, 5.0), &other);
        }
    }
}

fn lights(rng: &mut Rng, canvas: &mut Pixmap, to: Transform) {
    gradient(canvas, to, (0.0, 1.0), dull(rng), dull(rng));
    for _ in 0..6 + rng.below(20) {
        let (x, y) = (rng.range(0.0, ASPECT), rng.unit());
        let mut spot = colour(rng);
        spot.set_alpha(rng.range(0.1, 0.5));
        if let Some(circle) = PathBuilder::from_circle(x, y, rng.range(0.02, 0.18)) {
            canvas.fill_path(&circle, &paint(spot), FillRule::Winding, to, None);
        }
    }
}

/// Value noise of five octaves between two colours.
fn field(rng: &mut Rng, canvas: &mut Pixmap) {
    const SIDE: usize = 64;
    let lattice: Vec<f32> = (0..SIDE * SIDE).map(|_| rng.noise()).collect();
    let (from, until) = (dull(rng), dull(rng));
    let (scale, rough) = (rng.range(1.5, 6.0), rng.range(0.45, 0.9));
    let (width, height) = (canvas.width() as usize, canvas.height() as usize);
    let octave = |x: f32, y: f32| {
        let (i, j) = (x as usize, y as usize);
        let (u, v) = (x - i as f32, y - j as f32);
        let cell = |i: usize, j: usize| lattice[(j % SIDE) * SIDE + i % SIDE];
        let top = cell(i, j) * (1.0 - u) + cell(i + 1, j) * u;
        let bottom = cell(i, j + 1) * (1.0 - u) + cell(i + 1, j + 1) * u;
        top * (1.0 - v) + bottom * v
    };
    for (p, pixel) in canvas.data_mut().chunks_exact_mut(4).enumerate() {
        let x = (p % width) as f32 / width as f32 * ASPECT;
        let y = (p / width) as f32 / height as f32;
        let (mut sum, mut weight, mut zoom) = (0.0, 1.0, scale);
        for k in 0..5 {
            sum += weight * octave(x * zoom + k as f32 * 7.3, y * zoom + k as f32 * 3.1);
            weight *= rough;
            zoom *= 2.0;
        }
        let mix = (0.5 + 0.5 * sum).clamp(0.0, 1.0);
        let blend = |a: f32, b: f32| ((a + (b - a) * mix) * 255.0) as u8;
        pixel[0] = blend(from.red(), until.red());
        pixel[1] = blend(from.green(), until.green());
        pixel[2] = blend(from.blue(), until.blue());
        pixel[3] = 255;
    }
}
