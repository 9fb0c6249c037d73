//! Filling rectangles, pasting pictures and writing plain text into an RGB picture.

use font8x8::legacy::BASIC_LEGACY;

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

    /// Write text, each letter `8 * scale` pixels high and wide. Letters outside ASCII become question marks.
    pub fn write(&mut self, text: &str, x: usize, y: usize, scale: usize, color: [u8; 3]) {
        for (place, letter) in text.chars().enumerate() {
            let code = if letter.is_ascii() { letter } else { '?' } as usize;
            let glyph = BASIC_LEGACY.get(code).copied().unwrap_or_default();
            let dot = |row: usize, column: usize| glyph[row] >> column & 1 == 1;
            for at in 0..LETTER * LETTER {
                let (row, column) = (at / LETTER, at % LETTER);
                if dot(row, column) {
                    let dot = Rect {
                        x: x + (place * LETTER + column) * scale,
                        y: y + row * scale,
                        width: scale,
                        height: scale,
                    };
                    self.fill(dot, color);
                }
            }
        }
    }

    /// As much of a text as fits into `width` pixels.
    pub fn fitting(text: &str, width: usize, scale: usize) -> String {
        text.chars().take(width / (LETTER * scale)).collect()
    }
}
