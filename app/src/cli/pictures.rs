//! The pictures of an analysis: a film strip, the clip with labels and masks drawn in, and masks named as in AVSBench.

use std::path::Path;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::exchange::rendering::{Shown, film_strip, mask_png, png, write_overlay};
use mettle_core::exchange::{MaskOfSecond, write_whole};
use mettle_core::media::{Clip, LocalFiles};

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
    let strip = film_strip(&LocalFiles, clip, shown)?;
    write_whole(&folder.join(format!("{stem}.strip.png")), &png(&strip)?)?;
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
    let overlay = folder.join(format!("{stem}.overlay.mp4"));
    write_film(&overlay, clip, shown, Some(stretch), driver).map(|_| ())
}

/// Write the clip, or a stretch of it, with what is shown drawn in; `false` where it has no pictures.
pub fn write_film(
    path: &Path,
    clip: &Clip,
    shown: &Shown<'_>,
    stretch: Option<TimeSpan>,
    driver: &Driver,
) -> Result<bool, Failure> {
    let stretch = stretch.unwrap_or(TimeSpan::new(Time::ZERO, clip.duration));
    let name = path.file_name().unwrap_or(path.as_os_str());
    let bar = driver.bar(&name.to_string_lossy());
    bar.set_length(stretch.duration().as_secs_f64().round() as u64);
    let mut told = |written: Time| {
        bar.set_position(written.as_secs_f64() as u64);
        true
    };
    let written = write_overlay(&LocalFiles, clip, shown, path, stretch, &mut told);
    bar.finish_and_clear();
    Ok(written?)
}

/// Write `<stem>/<stem>_1.png` and so on, 0 outside and 255 inside.
pub fn write_masks(folder: &Path, stem: &str, masks: &[MaskOfSecond]) -> Result<(), Failure> {
    let folder = folder.join(stem);
    output::make_folder(&folder)?;
    for mask in masks {
        let name = format!("{stem}_{}.png", mask.segment + 1);
        write_whole(&folder.join(name), &mask_png(&mask.mask)?)?;
    }
    Ok(())
}
