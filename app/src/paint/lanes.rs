//! Which lanes are shown, and in what order.

use mettle_core::base::Label;
use mettle_core::predict::Prediction;

use super::TimeAxis;

/// Lanes shown before "all classes" is asked for.
pub const FEW: usize = 7;

/// A class of the model and its highest score in view.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its place in the model's outputs.
    pub class: usize,
    /// Its name.
    pub label: Label,
    /// Highest score in view, 0 to 1.
    pub highest: f32,
}

/// Every class, highest score in view first; equal ones in the model's order.
pub fn lanes_in_view(prediction: &Prediction, axis: &TimeAxis) -> Vec<Lane> {
    let end = axis.start + axis.span;
    let first = prediction
        .segments
        .partition_point(|span| span.end.as_secs_f64() <= axis.start);
    let last = prediction
        .segments
        .partition_point(|span| span.start.as_secs_f64() < end);
    let seen = prediction
        .scores
        .get(first..last.min(prediction.scores.len()))
        .unwrap_or_default();
    let mut lanes: Vec<Lane> = prediction
        .labels
        .iter()
        .enumerate()
        .map(|(class, label)| Lane {
            class,
            label: label.clone(),
            highest: seen
                .iter()
                .filter_map(|scores| scores.get(class).copied())
                .fold(0.0, f32::max),
        })
        .collect();
    lanes.sort_by(|a, b| b.highest.total_cmp(&a.highest));
    lanes
}
