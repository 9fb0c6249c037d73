//! Layer 4: from a head's outputs to a prediction, and from a prediction to tracks (pure).

mod asked;
mod attention;
mod embedding;
mod localize;
mod mask_look;
mod palette;
mod parse;
mod part;
mod prediction;
mod predictor;
mod probability_map;
mod segment;
mod tagged;
mod tags;
mod thresholds;
mod tracks;
mod windowed;
mod windows;

pub use attention::{Attention, one_repeat};
pub use embedding::meta_tokens;
pub use localize::localize_scores;
pub use mask_look::{MaskLook, MaskStyle, blend};
pub use palette::{ClassColor, ClassColors, PALETTE, Pattern};
pub use parse::parse_scores;
pub use part::{Outline, PredictionPart};
pub use prediction::{Detail, Prediction, PredictionKey, UNFAMILIAR};
pub use predictor::Predictor;
pub use probability_map::ProbabilityMap;
pub use segment::Segmenter;
pub use tagged::{Tagged, tagged_events, tagged_parts};
pub use tags::{SecondTags, Tag, best_of, tags_of};
pub use thresholds::Thresholds;
pub use tracks::{label_of, tracks_of, winner};
pub use windowed::{Score, Windowed};
pub use windows::{Averaged, HOP, WINDOW, windows};
