//! Figure 6: pictures of clips and their masks, true and as heads say, a row each.

use mettle_core::media::RgbFrame;
use mettle_core::tools::ClipStrips;
use plotters::prelude::{DrawingBackend, IntoFont, Text};

use super::draw::{Area, Drawn, FONT, Placed};

const NAMES: u32 = 130;
const TITLE: u32 = 34;
const GAP: u32 = 6;

pub fn size(clips: &[ClipStrips]) -> (u32, u32) {
    let width = clips.iter().map(|clip| {
        let widths = clip
            .pictures
            .iter()
            .map(|picture| picture.width as u32 + GAP);
        NAMES + widths.sum::<u32>()
    });
    let heights = clips.iter().map(height);
    (
        width.max().unwrap_or(NAMES),
        heights.sum::<u32>().max(TITLE),
    )
}

fn row(clip: &ClipStrips) -> u32 {
    clip.pictures
        .first()
        .map_or(TITLE, |picture| picture.height as u32)
        + GAP
}

fn height(clip: &ClipStrips) -> u32 {
    TITLE + row(clip) * (1 + clip.strips.len() as u32)
}

/// The names of clips and rows; what they show is placed as pictures.
pub fn paint<B: DrawingBackend>(area: &Area<B>, clips: &[ClipStrips]) -> Drawn<B> {
    let mut top = 0;
    for clip in clips {
        write(area, &clip.name, (12, top + 8), 18)?;
        let names = std::iter::once("picture").chain(clip.strips.iter().map(|s| &*s.name));
        for (at, name) in names.enumerate() {
            let y = top + TITLE + at as u32 * row(clip) + row(clip) / 2;
            write(area, name, (12, y.saturating_sub(8)), 15)?;
        }
        top += height(clip);
    }
    Ok(())
}

fn write<B: DrawingBackend>(
    area: &Area<B>,
    words: &str,
    (x, y): (u32, u32),
    size: i32,
) -> Drawn<B> {
    let style = (FONT, size).into_font();
    area.draw(&Text::new(words.to_owned(), (x as i32, y as i32), style))
}

/// Every picture and mask with its place.
pub fn placed(clips: &[ClipStrips]) -> Vec<Placed<'_>> {
    let (mut all, mut top) = (vec![], 0);
    for clip in clips {
        let masks = clip.strips.iter().map(|strip| {
            let masks = strip.masks.iter().map(Option::as_ref);
            masks.collect::<Vec<Option<&RgbFrame>>>()
        });
        let pictures: Vec<Option<&RgbFrame>> = clip.pictures.iter().map(Some).collect();
        for (at, line) in std::iter::once(pictures).chain(masks).enumerate() {
            let y = top + TITLE + at as u32 * row(clip);
            let mut x = NAMES;
            for (picture, second) in line.into_iter().zip(&clip.pictures) {
                all.extend(picture.map(|picture| ((x, y), picture)));
                x += second.width as u32 + GAP;
            }
        }
        top += height(clip);
    }
    all
}
