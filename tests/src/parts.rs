//! Predictions from the parts they are sent in, and the other way round.

use std::sync::Arc;

use mettle_core::engine::ReplyBody;
use mettle_core::predict::{Outline, Prediction, PredictionPart};

/// A part that holds all of a prediction.
pub fn whole(prediction: &Prediction) -> PredictionPart {
    PredictionPart {
        key: prediction.key,
        outline: Some(Outline {
            labels: prediction.labels.clone(),
            segments: prediction.segments.clone(),
        }),
        from: 0,
        scores: prediction.scores.clone(),
        familiarity: prediction.familiarity.clone(),
        detail: prediction.detail.clone(),
    }
}

/// What a part that begins a prediction makes of it.
///
/// # Panics
/// When the part does not begin one.
pub fn begun(part: PredictionPart) -> Arc<Prediction> {
    part.join(None).expect("the part begins a prediction")
}

/// The prediction after each part of what a job said.
///
/// # Panics
/// When a part does not go on from the one before.
pub fn growing(said: &[ReplyBody]) -> Vec<Arc<Prediction>> {
    let mut all: Vec<Arc<Prediction>> = Vec::new();
    for body in said {
        if let ReplyBody::Prediction(part) = body {
            let joined = part.clone().join(all.last().cloned());
            all.push(joined.expect("parts follow on one another"));
        }
    }
    all
}
