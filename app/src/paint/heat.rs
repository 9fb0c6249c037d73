//! Heat: scores as strength of colour, however many seconds fall on one point.

use egui::{Color32, Mesh, Painter, Rect, pos2};
use mettle_core::predict::Prediction;

use super::hatch::Hatching;
use super::paint_flat;
use crate::state::TimeAxis;

/// Cells narrower than this are drawn without the gap between them.
const GAP_FROM: f32 = 6.0;

/// A run of the screen and its score: one segment where there is room, else the highest of those that share it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Left end, in points.
    pub left: f32,
    /// Right end, in points.
    pub right: f32,
    /// Score, 0 to 1.
    pub score: f32,
}

/// The scores of one class along the axis. Work grows with the seconds in view, shapes with the points only.
pub fn columns_of(prediction: &Prediction, class: usize, axis: &TimeAxis) -> Vec<Column> {
    let scored = prediction.scores.len().min(prediction.segments.len());
    let end = axis.start + axis.span;
    let first = prediction
        .segments
        .partition_point(|span| span.end.as_secs_f64() <= axis.start);
    let place = axis.placer();
    let mut columns: Vec<Column> = Vec::new();
    for index in first..scored {
        let (Some(span), Some(scores)) =
            (prediction.segments.get(index), prediction.scores.get(index))
        else {
            break;
        };
        if span.start.as_secs_f64() >= end {
            break;
        }
        let left = place(span.start).max(axis.left);
        let right = place(span.end).min(axis.right);
        let score = scores.get(class).copied().unwrap_or(0.0);
        match columns.last_mut() {
            // Several seconds on one point: the highest is what must not be missed.
            Some(last) if right - last.left < 1.5 => {
                last.right = right;
                last.score = last.score.max(score);
            }
            _ => columns.push(Column { left, right, score }),
        }
    }
    columns
}

/// Draw columns as heat.
pub fn paint_columns(painter: &Painter, rect: Rect, columns: &[Column], color: Color32) {
    let mut mesh = Mesh::default();
    for column in columns {
        let gap = if column.right - column.left >= GAP_FROM {
            1.0
        } else {
            0.0
        };
        let cell = Rect::from_min_max(
            pos2(column.left, rect.top()),
            pos2((column.right - gap).max(column.left), rect.bottom()),
        );
        // A faint cell even at zero: the second was analysed.
        let strength = 0.05 + 0.95 * column.score.clamp(0.0, 1.0);
        mesh.add_colored_rect(cell, color.gamma_multiply(strength));
    }
    paint_flat(painter, mesh);
}

/// The lines over what is not analysed yet: not to be mistaken for a score of zero.
const PENDING: Hatching = Hatching {
    every: 8.0,
    wide: 1.0,
};

/// Draw that.
pub fn pending_pattern(painter: &Painter, rect: Rect, color: Color32) {
    let seen = rect.intersect(painter.clip_rect());
    PENDING.paint(
        painter,
        Some(seen).into_iter().filter(Rect::is_positive),
        color,
    );
}
