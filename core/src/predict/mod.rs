//! Layer 4: from a head's outputs to a prediction, and from a prediction to tracks. Pure.

mod prediction;

pub use prediction::{Prediction, PredictionKey, Thresholds};
