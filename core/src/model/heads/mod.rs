//! Heads: all that has gradients when a head is trained on frozen features.

mod cmbs;
mod distiller;
mod localize;

pub use cmbs::AvelOutput;
pub use distiller::{Distiller, Granularity};
pub use localize::{AvelConfig, LocalizeHead};
