//! Promises of the feature cache.

mod budget;
mod demo_clips;
mod kept;
mod processes;
