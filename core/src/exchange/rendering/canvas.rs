//! Filling rectangles, pasting pictures and writing plain text into an RGB picture.

use std::sync::Arc;

use font8x8::legacy::BASIC_LEGACY;

use super::letters::{self, Letter};
use crate::media::RgbFrame;

/// Columns and rows of a letter at scale 1.
pub const LETTER: usize = 8;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// A picture to draw in. What lies outside is left out.
#[derive(Clone, Debug)]
pub struct Canvas(pub RgbFrame);

impl Canvas {
    /// Of one colour.
    pub fn new(width: usize, height: usize, fill: [u8; 3]) -> Self {
        let data = fill.repeat(width * height);
        Self(RgbFrame {
            width,
            height,
            data,
        })
    }

    fn put(&mut self, x: usize, y: usize, color: [u8; 3]) {
        let picture = &mut self.0;
        if x < picture.width && y < picture.height {
            let at = (y * picture.width + x) * 3;
            if let Some(pixel) = picture.data.get_mut(at..at + 3) {
                pixel.copy_from_slice(&color);
            }
        }
    }

    /// Fill a rectangle.
    pub fn fill(&mut self, rect: Rect, color: [u8; 3]) {
        for y in rect.y..rect.y + rect.height {
            for x in rect.x..rect.x + rect.width {
                self.put(x, y, color);
            }
        }
    }

    /// Put a picture with its upper left corner at `x`, `y`.
    pub fn paste(&mut self, picture: &RgbFrame, x: usize, y: usize) {
        for (row, line) in picture
            .data
            .chunks_exact((picture.width * 3).max(1))
            .enumerate()
        {
            for (column, pixel) in line.chunks_exact(3).enumerate() {
                self.put(x + column, y + row, [pixel[0], pixel[1], pixel[2]]);
            }
        }
    }

    /// Write text: ASCII letters `8 * scale` pixels high and wide, others from the system's fonts in squares a quarter larger; those
    /// that no font has become question marks.
    pub fn write(&mut self, text: &str, x: usize, y: usize, scale: usize, color: [u8; 3]) {
        let mut x = x;
        for letter in text.chars() {
            match other(letter, scale) {
                Some(letter) => self.ink(&letter, x, y.saturating_sub(scale), color),
                None => self.plain(letter, x, y, scale, color),
            }
            x += advance(letter, scale);
        }
    }

    /// A letter of the plain font.
    fn plain(&mut self, letter: char, x: usize, y: usize, scale: usize, color: [u8; 3]) {
        let code = if letter.is_ascii() { letter } else { '?' } as usize;
        let glyph = BASIC_LEGACY.get(code).copied().unwrap_or_default();
        for at in 0..LETTER * LETTER {
            let (row, column) = (at / LETTER, at % LETTER);
            if glyph[row] >> column & 1 == 1 {
                let dot = Rect {
                    x: x + column * scale,
                    y: y + row * scale,
                    width: scale,
                    height: scale,
                };
                self.fill(dot, color);
            }
        }
    }

    /// A letter of another font, its square's upper left corner at `x`, `y`.
    fn ink(&mut self, letter: &Letter, x: usize, y: usize, color: [u8; 3]) {
        let [left, top] = letter.at;
        for (row, line) in letter.ink.chunks_exact(letter.width.max(1)).enumerate() {
            for (column, share) in line.iter().enumerate() {
                let x = (x + column).checked_add_signed(left as isize);
                let y = (y + row).checked_add_signed(top as isize);
                if let Some((x, y)) = x.zip(y) {
                    self.mix(x, y, color, *share);
                }
            }
        }
    }

    /// Cover a share of a pixel.
    fn mix(&mut self, x: usize, y: usize, color: [u8; 3], share: f32) {
        let picture = &mut self.0;
        if x >= picture.width || y >= picture.height {
            return;
        }
        let at = (y * picture.width + x) * 3;
        for (there, new) in picture.data.iter_mut().skip(at).take(3).zip(color) {
            let (old, new) = (f32::from(*there), f32::from(new));
            *there = (old + (new - old) * share.clamp(0.0, 1.0)).round() as u8;
        }
    }

    /// As much of a text as fits into `width` pixels.
    pub fn fitting(text: &str, width: usize, scale: usize) -> String {
        let mut taken = 0;
        let fits = |letter: &char| {
            taken += advance(*letter, scale);
            taken <= width
        };
        text.chars().take_while(fits).collect()
    }
}

/// A letter that the plain font lacks.
fn other(letter: char, scale: usize) -> Option<Arc<Letter>> {
    match letter.is_ascii() {
        true => None,
        false => letters::letter(letter, (LETTER + 2) * scale),
    }
}

fn advance(letter: char, scale: usize) -> usize {
    other(letter, scale).map_or(LETTER * scale, |letter| letter.advance)
}
