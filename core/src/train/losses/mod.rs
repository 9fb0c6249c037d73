//! What heads are trained by, a file a task.

mod avel;
mod parse;
mod segment;

pub(super) use avel::category;
pub use avel::{AvelTargets, avel_loss};
pub(super) use parse::token_loss;
pub use parse::{Smoothing, avvp_loss, parsed_seconds_loss, probability_loss};
pub use segment::{MATCHING_WEIGHT, mask_loss, matching_loss, ms3_loss, s4_loss};
