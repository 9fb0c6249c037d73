//! Times as numbers of frames, for formats that count pictures.

use super::{Media, Wrong};
use crate::base::Time;

/// What of a frame rounding to microseconds may have moved a time by.
const SLACK: f64 = 1e-3;

/// The frame that begins closest to a time, from 0.
pub(super) fn nearest(media: &Media, time: Time) -> i64 {
    (time.as_secs_f64() * media.fps).round() as i64
}

/// The frame on screen at a time, from 0.
pub(super) fn on_screen(media: &Media, time: Time) -> i64 {
    (time.as_secs_f64() * media.fps + SLACK).floor() as i64
}

/// The first frame that begins at a time or later, from 0.
pub(super) fn next(media: &Media, time: Time) -> i64 {
    (time.as_secs_f64() * media.fps - SLACK).ceil() as i64
}

/// When a frame begins.
pub(super) fn begin(fps: f64, frame: i64) -> Time {
    Time::from_secs_f64(frame as f64 / fps)
}

/// How many frames there are.
pub(super) fn count(media: &Media) -> i64 {
    nearest(media, media.duration).max(0)
}

/// A number of frames a second that can be counted with.
pub(super) fn rate(fps: f64) -> Result<f64, Wrong> {
    match fps.is_finite() && (1e-3..1e6).contains(&fps) {
        true => Ok(fps),
        false => Err(Wrong::new(format!("{fps} frames a second cannot be"))),
    }
}
