//! Layer 4: from a head's outputs to a prediction, and from a prediction to tracks (pure).

mod localize;
mod pictures;
mod prediction;
mod tracks;
mod windows;

pub use localize::Localizer;
pub use pictures::{film_strip, write_overlay};
pub use prediction::{Prediction, PredictionKey, Thresholds};
pub use tracks::{label_of, tracks_of, winner};
pub use windows::{Averaged, HOP, WINDOW, windows};
