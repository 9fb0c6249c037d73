//! What Mettle Studio promises, one file a promise, in the folders of the code that keeps it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]
#![allow(
    clippy::single_range_in_vec_init,
    reason = "windows are lists of ranges"
)]

mod data;
mod engine;
mod exchange;
mod features;
mod files;
mod heads;
mod house;
mod hub;
mod media;
mod model;
mod modes;
mod project;
mod scale;
mod scenes;
mod train;
mod window;
