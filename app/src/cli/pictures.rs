//! The pictures of an analysis: a film strip and a short clip with labels and masks drawn in.

use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use mettle_core::base::Time;
use mettle_core::media::Clip;
use mettle_core::predict::{Shown, film_strip, write_overlay};

use super::{Failure, output};

/// The overlay shows no more than this of a clip.
const OVERLAY: Time = Time::from_micros(30_000_000);

/// Write `<stem>.strip.png` and, for a clip with pictures, `<stem>.overlay.mp4`.
pub fn write(folder: &Path, stem: &str, clip: &Clip, shown: &Shown<'_>) -> Result<(), Failure> {
    let strip = film_strip(clip, shown)?;
    let mut png = Vec::new();
    let (width, height) = (strip.width as u32, strip.height as u32);
    PngEncoder::new(&mut png).write_image(&strip.data, width, height, ExtendedColorType::Rgb8)?;
    output::write_file(&folder.join(format!("{stem}.strip.png")), &png)?;
    let overlay = folder.join(format!("{stem}.overlay.mp4"));
    write_overlay(clip, shown, &overlay, OVERLAY)?;
    Ok(())
}
