//! The film strip of an analysed clip: a picture a second with its mask, and the label of that second under it.

use super::canvas::{Canvas, Rect};
use super::shown::Shown;
use super::{LIGHT, PAPER};
use crate::media::{Clip, MediaError, RgbFrame, Source};

/// A cell's picture.
const PICTURE: (usize, usize) = (160, 90);
/// The bar with the label.
const BAR: usize = 20;
/// Space between cells.
const GAP: usize = 4;
/// Cells in a row.
const COLUMNS: usize = 10;
/// Cells at most; a longer clip shows evenly spaced seconds.
const MOST: usize = 60;

/// Draw the strip of a clip; a clip without pictures gets bars only.
///
/// # Errors
/// When the clip can no longer be read.
pub fn film_strip(
    source: &dyn Source,
    clip: &Clip,
    shown: &Shown<'_>,
) -> Result<RgbFrame, MediaError> {
    let prediction = shown.labelled();
    let count = prediction.map_or(0, |p| p.scores.len());
    let segments = prediction.map_or(&[][..], |p| &p.segments);
    let stride = count.div_ceil(MOST).max(1);
    let seconds: Vec<usize> = (0..count).step_by(stride).collect();
    let columns = seconds.len().clamp(1, COLUMNS);
    let rows = seconds.len().div_ceil(columns).max(1);
    let (cell_width, cell_height) = (PICTURE.0 + GAP, PICTURE.1 + BAR + GAP);
    let mut canvas = Canvas::new(columns * cell_width + GAP, rows * cell_height + GAP, PAPER);
    let mut reader = match clip.video {
        Some(_) => Some(source.pictures(&clip.path)?),
        None => None,
    };
    for (place, second) in seconds.into_iter().enumerate() {
        let x = GAP + place % columns * cell_width;
        let y = GAP + place / columns * cell_height;
        if let (Some(reader), Some(span)) = (&mut reader, segments.get(second)) {
            let frame = reader.frame_at(span.middle())?;
            let mut picture = frame.picture.to_rgb_within(PICTURE.0, PICTURE.1);
            if let Some((mask, look)) = shown.mask(second) {
                look.lay_over(&mut picture, &mask);
            }
            let left = (PICTURE.0 - picture.width.min(PICTURE.0)) / 2;
            canvas.paste(&picture, x + left, y);
        }
        cell_bar(&mut canvas, shown, second, (x, y));
    }
    Ok(canvas.0)
}

/// The second's number in its picture, its label below.
fn cell_bar(canvas: &mut Canvas, shown: &Shown<'_>, second: usize, (x, y): (usize, usize)) {
    let number = format!("{second}");
    let corner = Rect {
        x,
        y,
        width: number.len() * 8 + 6,
        height: 13,
    };
    canvas.fill(corner, PAPER);
    canvas.write(&number, x + 3, y + 3, 1, LIGHT);
    let bar = Rect {
        x,
        y: y + PICTURE.1,
        width: PICTURE.0,
        height: BAR,
    };
    shown.bar(canvas, second, bar, 1);
}
