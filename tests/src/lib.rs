//! Shared by the promises: fixtures, temporary media, the built binary, the tree itself.

pub mod counting;
pub mod demo_scores;
pub mod made_clips;
pub mod made_parts;
pub mod media;
pub mod parts;
pub mod program;
pub mod tiny_model;
pub mod tree;
pub mod two_hours;
pub mod window_parts;
