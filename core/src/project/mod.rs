//! Layer 1: what an annotator's work is made of: tracks, masks, corrections and where they are kept.

mod corrections;
mod mask_thresholds;
mod masks;
mod store;
mod tracks;

pub use corrections::{Corrections, Edit, Work};
pub use mask_thresholds::MaskThresholds;
pub use masks::{MaskBox, MaskError, RunLengths};
pub use store::{Store, StoreError};
pub use tracks::{Event, Track};
