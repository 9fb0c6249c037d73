//! Promises of the feature cache.

mod budget;
mod demo_clips;
mod held;
mod kept;
mod processes;
