//! Layer 1: clips and their pictures and sound, by presentation time stamp.
//!
//! "The frame at time t" is the frame on screen at t. Time 0 is the start of the clip as a player shows it.

mod clip;
mod picture;

pub use clip::{AudioInfo, Clip, VideoInfo};
pub use picture::{ColorMatrix, ColorRange, RgbFrame, VideoFrame, YuvPicture};
