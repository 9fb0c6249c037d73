//! Promises of the feature cache.

mod budget;
mod demo_clips;
mod half_reading;
mod held;
mod kept;
mod processes;
