//! The pictures of an analysis: a film strip, and the clip with labels and masks drawn in.

use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::Clip;
use mettle_core::predict::{Shown, film_strip, write_overlay};

use super::driver::Driver;
use super::{Failure, output};

/// Write `<stem>.strip.png` and, for a clip with pictures, `<stem>.overlay.mp4`: the whole clip, or a stretch of it.
pub fn write(
    folder: &Path,
    stem: &str,
    clip: &Clip,
    shown: &Shown<'_>,
    span: Option<TimeSpan>,
    driver: &Driver,
) -> Result<(), Failure> {
    let strip = film_strip(clip, shown)?;
    let mut png = Vec::new();
    let (width, height) = (strip.width as u32, strip.height as u32);
    PngEncoder::new(&mut png).write_image(&strip.data, width, height, ExtendedColorType::Rgb8)?;
    output::write_file(&folder.join(format!("{stem}.strip.png")), &png)?;
    let whole = TimeSpan::new(Time::ZERO, clip.duration);
    let stretch = span.map_or(Some(whole), |span| span.intersection(whole));
    let stretch = stretch.filter(|stretch| stretch.start < stretch.end);
    let Some(stretch) = stretch else {
        return Err(Failure::Said(format!(
            "{}: the stretch given with --span lies outside the clip, which is {:.3} s long",
            clip.path.display(),
            clip.duration.as_secs_f64()
        )));
    };
    let overlay = format!("{stem}.overlay.mp4");
    let bar = driver.bar(&overlay);
    bar.set_length(stretch.duration().as_secs_f64().round() as u64);
    let mut told = |written: Time| bar.set_position(written.as_secs_f64() as u64);
    let written = write_overlay(clip, shown, &folder.join(&overlay), stretch, &mut told);
    bar.finish_and_clear();
    written?;
    Ok(())
}
