//! The transport's signs, drawn, so that they look the same whatever fonts there are.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// Back to the start.
    ToStart,
    /// The frame before.
    StepBack,
    /// The next frame.
    StepForward,
    /// Start again at the end.
    Loop,
    /// Sound on.
    Sound,
    /// Sound off.
    Muted,
}

/// Draw a sign in the middle of a rectangle, about 14 points high.
pub fn paint(painter: &Painter, rect: Rect, icon: Icon, color: Color32) {
    let c = rect.center();
    let bar = |x: f32| {
        let rect = Rect::from_center_size(c + vec2(x, 0.0), vec2(2.5, 12.0));
        painter.rect_filled(rect, 1.0, color);
    };
    let triangle = |tip: f32, base: f32| {
        let points = vec![
            c + vec2(tip, 0.0),
            c + vec2(base, -6.0),
            c + vec2(base, 6.0),
        ];
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    match icon {
        Icon::Play => triangle(7.0, -4.0),
        Icon::Pause => {
            bar(-3.0);
            bar(3.0);
        }
        Icon::ToStart => {
            bar(-6.0);
            triangle(-4.0, 5.0);
        }
        Icon::StepBack => {
            triangle(-6.0, 2.0);
            bar(5.0);
        }
        Icon::StepForward => {
            triangle(6.0, -2.0);
            bar(-5.0);
        }
        Icon::Loop => turn(painter, c, color),
        Icon::Sound => speaker(painter, c, color, true),
        Icon::Muted => speaker(painter, c, color, false),
    }
}

fn turn(painter: &Painter, c: Pos2, color: Color32) {
    let stroke = Stroke::new(1.6, color);
    let arc: Vec<Pos2> = (0..=20)
        .map(|i| {
            let angle = 0.6 + i as f32 / 20.0 * 5.1;
            c + 5.5 * vec2(angle.cos(), angle.sin())
        })
        .collect();
    let tip = arc.last().copied().unwrap_or(c);
    painter.add(Shape::line(arc, stroke));
    let head = vec![
        tip + vec2(2.5, 3.5),
        tip + vec2(-4.5, 0.5),
        tip + vec2(2.0, -4.0),
    ];
    painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
}

fn speaker(painter: &Painter, c: Pos2, color: Color32, on: bool) {
    let stroke = Stroke::new(1.5, color);
    let body = Rect::from_min_max(pos2(c.x - 7.0, c.y - 2.5), pos2(c.x - 3.5, c.y + 2.5));
    painter.rect_filled(body, 0.5, color);
    let cone = vec![
        c + vec2(-4.5, -2.5),
        c + vec2(0.0, -6.0),
        c + vec2(0.0, 6.0),
        c + vec2(-4.5, 2.5),
    ];
    painter.add(Shape::convex_polygon(cone, color, Stroke::NONE));
    if on {
        for radius in [3.5_f32, 6.5] {
            let arc = (-6..=6).map(|i| {
                let angle = i as f32 / 6.0 * 0.8;
                c + vec2(0.5, 0.0) + radius * vec2(angle.cos(), angle.sin())
            });
            painter.add(Shape::line(arc.collect(), stroke));
        }
    } else {
        painter.line_segment([c + vec2(2.5, -3.0), c + vec2(7.5, 3.0)], stroke);
        painter.line_segment([c + vec2(2.5, 3.0), c + vec2(7.5, -3.0)], stroke);
    }
}
