//! Layer 1: datasets, what they say of their clips, and the seeded generator of sounding scenes.

pub mod demo;
pub mod scenes;

mod targets;

pub use targets::{SaidGrid, SoundingMask, Targets};
