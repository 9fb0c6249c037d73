//! Which lanes are shown, and in what order.

use mettle_core::base::{Label, LabelId};
use mettle_core::predict::{Detail, Prediction};

use super::{AppState, Shown, TimeAxis};

/// Lanes shown before "all classes" is asked for.
pub const FEW: usize = 7;

/// A class of the model and its highest score in view.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its place in the model's outputs; beyond the last for a class that the model does not know.
    pub class: usize,
    /// Its name.
    pub label: Label,
    /// Highest score in view, 0 to 1.
    pub highest: f32,
}

/// The lanes the timeline shows of a clip: all, or the few that score highest in view and those of which something is said; with a
/// filter, those with a second that it lets through.
pub fn shown_lanes(shown: Shown<'_>, state: &AppState) -> Vec<Lane> {
    let Some(prediction) = shown.prediction() else {
        return Vec::new();
    };
    let axis = TimeAxis {
        left: 0.0,
        right: 1.0,
        start: shown.row.view.start,
        span: shown.row.view.span.max(0.01),
    };
    let mut lanes = lanes_in_view(prediction, &axis);
    if let Some(filter) = state.filter {
        let thresholds = shown.thresholds(&state.settings);
        lanes.retain(|lane| filter.seconds(prediction, &thresholds, Some(lane.class)) > 0);
    }
    if !state.all_lanes {
        // What is being corrected stays in sight, and so does what was.
        let said = shown.row.corrected.shown().statements.labels();
        let mut place = 0;
        lanes.retain(|lane| {
            place += 1;
            let chosen = shown.row.view.lane.as_ref() == Some(&lane.label);
            place <= FEW || chosen || said.contains(&LabelId::named(&lane.label))
        });
    }
    if !matches!(prediction.detail, Detail::Segmented { .. }) {
        lanes.extend(new_lanes(shown, prediction, state));
    }
    lanes
}

/// Every class that an event can be of: the model's, and those of the project that it does not know.
pub fn shown_classes(shown: Shown<'_>, state: &AppState) -> Vec<Label> {
    let Some(prediction) = shown.prediction() else {
        return Vec::new();
    };
    let known = prediction.labels.iter().cloned();
    known
        .chain(new_lanes(shown, prediction, state).map(|lane| lane.label))
        .collect()
}

/// Classes that the model does not know: those of the project, and those of data sets of which something is said in this clip.
fn new_lanes(
    shown: Shown<'_>,
    prediction: &Prediction,
    state: &AppState,
) -> impl Iterator<Item = Lane> {
    let project = &state.library.classes;
    let of_project = project
        .values()
        .filter(|class| class.merged_into.is_none())
        .map(|class| Label::from(class.name.as_str()));
    let said = shown.row.corrected.shown().statements.labels();
    let others = said.iter().filter(|id| !project.contains_key(*id));
    let others = others.filter_map(|id| state.library.known.get(id).cloned());
    let mut others: Vec<Label> = others.collect();
    others.sort();
    let new = of_project.chain(others);
    let new = new.filter(|label| prediction.labels.position(label).is_none());
    new.enumerate().map(|(place, label)| Lane {
        class: prediction.labels.len() + place,
        label,
        highest: 0.0,
    })
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
    let in_view = first..last.min(prediction.scores.len());
    // What is only heard or only seen must not be missed either.
    let kinds = match &prediction.detail {
        Detail::Parsed { audible, visible } => vec![audible, visible],
        _ => vec![&prediction.scores],
    };
    let seen = kinds.into_iter().filter_map(|s| s.get(in_view.clone()));
    let mut highest = vec![0.0; prediction.labels.len()];
    for scores in seen.flatten() {
        for (highest, score) in highest.iter_mut().zip(scores) {
            *highest = f32::max(*highest, *score);
        }
    }
    let labels = prediction.labels.iter().cloned();
    let each = labels.zip(highest).enumerate();
    let lane = |(class, (label, highest))| Lane {
        class,
        label,
        highest,
    };
    let mut lanes: Vec<Lane> = each.map(lane).collect();
    lanes.sort_by(|a, b| b.highest.total_cmp(&a.highest));
    lanes
}
