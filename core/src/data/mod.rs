//! Layer 1: datasets, and the seeded generator of sounding scenes.

pub mod demo;
pub mod scenes;
