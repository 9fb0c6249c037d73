//! One scene as an MP4 file.

use std::path::Path;

use rayon::prelude::*;

use super::super::{RATE, Scene};
use crate::base::Time;
use crate::media::{MediaError, Mp4Writer, RgbFrame};

/// Frames a second.
const FPS: i64 = 24;

/// Writes a scene in the size of its options, 24 frames a second, with its sound.
///
/// # Errors
/// When the file cannot be written.
pub fn write_clip(scene: &Scene, path: &Path) -> Result<(), MediaError> {
    let (width, height) = (scene.options().width, scene.options().height);
    let sound = scene.sound();
    let mut file = Mp4Writer::create(path, width, height, FPS as f64, Some((RATE, 1)))?;
    let stage = scene.stage(width, height);
    // A second at a time: drawn together, written in order with its sound.
    for (second, span) in scene.seconds().into_iter().enumerate() {
        let frames: Vec<RgbFrame> = (0..FPS)
            .into_par_iter()
            .map(|i| stage.frame(span.start + Time::from_ticks(2 * i + 1, 1, 2 * FPS)))
            .collect();
        for frame in &frames {
            file.write_frame(frame)?;
        }
        let (from, rate) = (second * RATE as usize, RATE as usize);
        file.write_sound(&sound[from..(from + rate).min(sound.len())])?;
    }
    file.finish()
}
