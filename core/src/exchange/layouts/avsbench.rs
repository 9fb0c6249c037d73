//! AVSBench's multi-source part: the clip, a picture of each of its first five seconds, their masks and the sound.
//!
//! Lost: events, masks after the fifth second, which class a mask is of, scores, whose word it is.

use std::path::Path;

use image::imageops::FilterType;
use image::{ColorType, GrayImage, RgbImage};

use super::{ExchangeError, LayoutWriter, Part, folder_of, write};
use crate::base::{Time, TimeSpan};
use crate::exchange::marks::{MaskMark, Sheet};
use crate::media::{Clip, SoundLayout, Source, wav};
use crate::project::RunLengths;

pub(super) const ALL: &str = "Multi-sources/ms3_meta_data.csv";
const DATA: &str = "Multi-sources/ms3_data";
/// Seconds of a clip in the data set.
const SECONDS: u32 = 5;
/// Side of pictures and masks: clips are squeezed into squares.
const SIDE: u32 = 224;
/// Samples a second.
const RATE: u32 = 16_000;

pub(super) fn add(
    writer: &mut LayoutWriter,
    source: &dyn Source,
    clip: &Clip,
    sheet: &Sheet,
    id: &str,
    part: Part,
) -> Result<Sheet, ExchangeError> {
    writer.copy(clip, &format!("{DATA}/raw_videos"), id)?;
    let mut read = Sheet::of(&sheet.media);
    for second in 0..SECONDS {
        read.masks.extend(here(sheet, second).cloned());
    }
    if writer.writes {
        let data = writer.dir.join(DATA);
        pictures(&data, source, clip, sheet, id, part)?;
        sound(&data, source, clip, id, part)?;
    }
    writer.rows[0].push((part, format!("{id},{}\n", part.name())));
    Ok(read)
}

/// The masks of a second.
fn here(sheet: &Sheet, second: u32) -> impl Iterator<Item = &MaskMark> {
    let span = TimeSpan::of_second(second);
    let masks = sheet.masks.iter();
    masks.filter(move |mask| span.contains(mask.span.middle()))
}

/// A picture of each second, and its masks.
fn pictures(
    data: &Path,
    source: &dyn Source,
    clip: &Clip,
    sheet: &Sheet,
    id: &str,
    part: Part,
) -> Result<(), ExchangeError> {
    let mut pictures = source.sampled_pictures(&clip.path)?;
    for second in 0..SECONDS {
        let (span, number) = (TimeSpan::of_second(second), second + 1);
        let frame = pictures.frame_at(span.middle())?.picture.to_rgb();
        let (width, height) = (frame.width as u32, frame.height as u32);
        let Some(picture) = RgbImage::from_raw(width, height, frame.data) else {
            continue;
        };
        let square = image::imageops::resize(&picture, SIDE, SIDE, FilterType::Triangle);
        let path = data
            .join("visual_frames")
            .join(id)
            .join(format!("{id}.mp4_{number}.png"));
        folder_of(&path)?;
        image::save_buffer(&path, &square, SIDE, SIDE, ColorType::Rgb8)?;
        let masks: Vec<&MaskMark> = here(sheet, second).collect();
        let path = data
            .join("gt_masks")
            .join(part.name())
            .join(id)
            .join(format!("{id}_{number}.png"));
        folder_of(&path)?;
        image::save_buffer(&path, &together(&masks), SIDE, SIDE, ColorType::L8)?;
    }
    Ok(())
}

/// The sound of those seconds.
fn sound(
    data: &Path,
    source: &dyn Source,
    clip: &Clip,
    id: &str,
    part: Part,
) -> Result<(), ExchangeError> {
    let mut sound = Vec::new();
    if clip.audio.is_some() {
        let mut reader = source.sound(&clip.path, RATE, SoundLayout::Mono)?;
        reader.seek(Time::ZERO);
        reader.read(&mut sound, (SECONDS * RATE) as usize);
    }
    let path = data
        .join("audio_wav")
        .join(part.name())
        .join(format!("{id}.wav"));
    write(path, wav(&sound, RATE))
}

/// Where any of some masks is, 255 inside.
fn together(masks: &[&MaskMark]) -> GrayImage {
    let mut all = GrayImage::new(SIDE, SIDE);
    for mask in masks {
        let RunLengths { width, height, .. } = mask.mask;
        let pixels = mask.mask.mask();
        for (x, y, pixel) in all.enumerate_pixels_mut() {
            let column = u64::from(x) * u64::from(width) / u64::from(SIDE);
            let row = u64::from(y) * u64::from(height) / u64::from(SIDE);
            if pixels[(row * u64::from(width) + column) as usize] {
                pixel.0 = [255];
            }
        }
    }
    all
}

pub(super) fn finish(writer: &LayoutWriter) -> Result<(), ExchangeError> {
    let rows = writer.listed(0, None);
    write(writer.dir.join(ALL), format!("name,split\n{rows}"))
}
