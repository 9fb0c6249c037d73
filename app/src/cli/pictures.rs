//! The pictures of an analysis: a film strip and a short clip with the labels drawn in.

use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use mettle_core::base::Time;
use mettle_core::predict::{Thresholds, film_strip, write_overlay};

use super::driver::Analysed;
use super::{Failure, output};

/// The overlay shows no more than this of a clip.
const OVERLAY: Time = Time::from_micros(30_000_000);

/// Write `<stem>.strip.png` and, for a clip with pictures, `<stem>.overlay.mp4`.
pub fn write(
    folder: &Path,
    stem: &str,
    analysed: &Analysed,
    thresholds: &Thresholds,
) -> Result<(), Failure> {
    let (clip, prediction) = (&analysed.clip, &analysed.prediction);
    let strip = film_strip(clip, prediction, thresholds)?;
    let mut png = Vec::new();
    let (width, height) = (strip.width as u32, strip.height as u32);
    PngEncoder::new(&mut png).write_image(&strip.data, width, height, ExtendedColorType::Rgb8)?;
    output::write_file(&folder.join(format!("{stem}.strip.png")), &png)?;
    let overlay = folder.join(format!("{stem}.overlay.mp4"));
    write_overlay(clip, prediction, thresholds, &overlay, OVERLAY)?;
    Ok(())
}
