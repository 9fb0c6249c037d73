//! What heads are trained by, a file a task. Whatever is not known of a clip gets no gradient.

mod avel;
mod distilled;
mod keep;
mod parse;
mod segment;

use serde::{Deserialize, Serialize};

pub(super) use avel::category;
pub use avel::{AvelTargets, avel_loss};
pub use distilled::{classes_loss, distilled_loss};
pub(super) use keep::{divergence, event_divergence};
pub use parse::{
    Known, ParseTargets, Smoothing, avvp_loss, known_loss, parse_loss, parsed_seconds_loss,
    probability_loss,
};
pub use segment::{MATCHING_WEIGHT, known_mask_loss, mask_loss, matching_loss, ms3_loss, s4_loss};

/// What the tasks' losses leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossConfig {
    /// Of video parsing, where clips are labelled as a whole.
    pub smoothing: Smoothing,
    /// Of segmentation: the weight of the matching loss, for heads with sound vectors.
    pub matching: Option<f64>,
    /// Of a head that goes on from another: the weight of staying near what that one says where nobody said anything.
    pub keep: f64,
    /// The same of whole clips that nobody spoke of and that join each batch.
    pub replay: f64,
}
