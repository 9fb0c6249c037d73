//! Cells split in two: the upper half is what is heard, the lower half what is seen; hatched where only one of them is.

use egui::{Color32, Mesh, Painter, Rect, pos2};
use mettle_core::predict::{Perceived, Prediction, Thresholds};

use super::hatch::Hatching;
use super::paint_flat;
use crate::state::{Disagreement, TimeAxis};

/// Cells narrower than this have no gap between them and no hatching: the halves' places say enough.
const ROOMY: f32 = 6.0;
/// The lines over what is only heard, or only seen.
const HATCHING: Hatching = Hatching {
    every: 5.0,
    wide: 1.5,
};
/// What is left of a cell that the filter does not let through.
const FILTERED: f32 = 0.18;

/// A run of the screen: one second where there is room, else all that share it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitColumn {
    /// Left end, in points.
    pub left: f32,
    /// Right end, in points.
    pub right: f32,
    /// Highest probability of being heard, and of being seen.
    pub scores: [f32; 2],
    /// Whether that reaches its threshold.
    pub over: [bool; 2],
    /// Whether the filter lets one of its seconds through.
    pub shown: bool,
}

/// The scores of one class along the axis, heard and seen.
pub fn split_columns(
    prediction: &Prediction,
    class: usize,
    thresholds: &Thresholds,
    filter: Option<Disagreement>,
    axis: &TimeAxis,
) -> Vec<SplitColumn> {
    let scored = prediction.scores.len().min(prediction.segments.len());
    let end = axis.start + axis.span;
    let first = prediction
        .segments
        .partition_point(|span| span.end.as_secs_f64() <= axis.start);
    let perceived = Perceived::of(prediction, thresholds, class);
    let place = axis.placer();
    let mut columns: Vec<SplitColumn> = Vec::new();
    for index in first..scored {
        let span = prediction.segments[index];
        if span.start.as_secs_f64() >= end {
            break;
        }
        let [heard_score, seen_score] = perceived.scores(index);
        let [heard, seen] = perceived.over(index);
        let column = SplitColumn {
            left: place(span.start).max(axis.left),
            right: place(span.end).min(axis.right),
            scores: [
                heard_score.unwrap_or_default(),
                seen_score.unwrap_or_default(),
            ],
            over: [heard, seen],
            shown: filter.is_none_or(|filter| filter.is(heard, seen)),
        };
        match columns.last_mut() {
            Some(last) if column.right - last.left < 1.5 => {
                last.right = column.right;
                for half in [0, 1] {
                    last.scores[half] = last.scores[half].max(column.scores[half]);
                    last.over[half] |= column.over[half];
                }
                last.shown |= column.shown;
            }
            _ => columns.push(column),
        }
    }
    columns
}

/// Draw them; colours are those of what is heard and what is seen, and that of the hatching.
pub fn paint_split(
    painter: &Painter,
    rect: Rect,
    columns: &[SplitColumn],
    colors: [Color32; 2],
    hatch: Color32,
) {
    let mut mesh = Mesh::default();
    let mut hatched = Vec::new();
    for column in columns {
        let roomy = column.right - column.left >= ROOMY;
        let right = column.right - if roomy { 1.0 } else { 0.0 };
        let middle = rect.center().y;
        for half in [0, 1] {
            let (top, bottom) = match half {
                0 => (rect.top(), middle - 0.5),
                _ => (middle + 0.5, rect.bottom()),
            };
            let right = right.max(column.left);
            let cell = Rect::from_min_max(pos2(column.left, top), pos2(right, bottom));
            // A faint cell even at zero: the second was analysed.
            let strength = 0.05 + 0.95 * column.scores[half].clamp(0.0, 1.0);
            let strength = strength * if column.shown { 1.0 } else { FILTERED };
            mesh.add_colored_rect(cell, colors[half].gamma_multiply(strength));
            if column.over[half] && !column.over[1 - half] && roomy && column.shown {
                hatched.push(cell);
            }
        }
    }
    paint_flat(painter, mesh);
    HATCHING.paint(painter, hatched.into_iter(), hatch);
}
