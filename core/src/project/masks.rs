//! Masks as COCO has them: run lengths column by column, the first run outside the mask, written as a short string.

use std::fmt::Write;

use thiserror::Error;

/// A string of run lengths that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MaskError {
    /// A character no run length has, or the string ends within a number.
    #[error(
        "run lengths hold an unexpected character at place {0}; they were not written by a COCO tool"
    )]
    Character(usize),
    /// The runs do not add up to the picture.
    #[error(
        "run lengths cover {covered} pixels of a picture of {height} × {width}; the size or the text is wrong"
    )]
    Size {
        /// How many they cover.
        covered: u64,
        /// Rows of the picture.
        height: u32,
        /// Columns of the picture.
        width: u32,
    },
}

/// A mask as run lengths: down the columns, from the left; runs outside and inside take turns, the first is outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLengths {
    /// Rows.
    pub height: u32,
    /// Columns.
    pub width: u32,
    /// Their lengths; they add up to `height * width`.
    pub runs: Vec<u32>,
}

/// The smallest box around a mask, in pixels from the upper left corner. All zero where the mask is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaskBox {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl RunLengths {
    /// From a mask, row after row; missing pixels are outside.
    pub fn of(mask: &[bool], width: u32, height: u32) -> Self {
        let (w, h) = (width as usize, height as usize);
        let mut runs = Vec::new();
        let (mut inside, mut length) = (false, 0);
        for x in 0..w {
            for y in 0..h {
                let pixel = mask.get(y * w + x).copied().unwrap_or(false);
                if pixel != inside {
                    runs.push(length);
                    (inside, length) = (pixel, 0);
                }
                length += 1;
            }
        }
        runs.push(length);
        Self {
            height,
            width,
            runs,
        }
    }

    /// The mask, row after row.
    pub fn mask(&self) -> Vec<bool> {
        let (w, h) = (self.width as usize, self.height as usize);
        let mut mask = vec![false; w * h];
        for (start, end) in self.inside() {
            for at in start as usize..(end as usize).min(w * h) {
                mask[at % h * w + at / h] = true;
            }
        }
        mask
    }

    /// How many pixels are inside.
    pub fn area(&self) -> u64 {
        self.inside().map(|(start, end)| end - start).sum()
    }

    /// The smallest box around it.
    pub fn bounds(&self) -> MaskBox {
        let h = u64::from(self.height.max(1));
        let (mut left, mut right, mut top, mut bottom) = (u64::MAX, 0, u64::MAX, 0);
        for (start, end) in self.inside().filter(|(start, end)| start < end) {
            let last = end - 1;
            left = left.min(start / h);
            right = right.max(last / h);
            // A run that goes on in the next column covers a column's end and the next one's start.
            let one_column = start / h == last / h;
            top = top.min(if one_column { start % h } else { 0 });
            bottom = bottom.max(if one_column { last % h } else { h - 1 });
        }
        match left == u64::MAX {
            true => MaskBox::default(),
            false => MaskBox {
                x: left as u32,
                y: top as u32,
                width: (right - left + 1) as u32,
                height: (bottom - top + 1) as u32,
            },
        }
    }

    /// The short string that pycocotools writes: from the fourth run on the difference to the run before the last, five bits
    /// a character, lowest first, with a bit that says whether more follow.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (place, &run) in self.runs.iter().enumerate() {
            let before = match place > 2 {
                true => i64::from(self.runs[place - 2]),
                false => 0,
            };
            let mut number = i64::from(run) - before;
            loop {
                let bits = number & 0x1f;
                number >>= 5;
                // The fifth bit of the last character is the sign.
                let more = number != if bits & 0x10 == 0 { 0 } else { -1 };
                let code = bits as u8 + if more { 0x20 } else { 0 } + 48;
                let _ = text.write_char(char::from(code));
                if !more {
                    break;
                }
            }
        }
        text
    }

    /// From that string.
    ///
    /// # Errors
    /// It is not one, or is one of a picture of another size.
    pub fn from_text(text: &str, width: u32, height: u32) -> Result<Self, MaskError> {
        let mut runs: Vec<u32> = Vec::new();
        let (mut number, mut shift) = (0_i64, 0);
        for (place, code) in text.bytes().enumerate() {
            let bits = i64::from(code) - 48;
            if !(0..64).contains(&bits) || shift > 30 {
                return Err(MaskError::Character(place));
            }
            number |= (bits & 0x1f) << shift;
            shift += 5;
            if bits & 0x20 != 0 {
                continue;
            }
            if bits & 0x10 != 0 {
                number |= -1 << shift;
            }
            if runs.len() > 2 {
                number += i64::from(runs[runs.len() - 2]);
            }
            runs.push(u32::try_from(number).map_err(|_| MaskError::Character(place))?);
            (number, shift) = (0, 0);
        }
        if shift != 0 {
            return Err(MaskError::Character(text.len()));
        }
        let covered = runs.iter().map(|run| u64::from(*run)).sum();
        match covered == u64::from(width) * u64::from(height) {
            true => Ok(Self {
                height,
                width,
                runs,
            }),
            false => Err(MaskError::Size {
                covered,
                height,
                width,
            }),
        }
    }

    /// Start and end of every run inside the mask, counted down the columns.
    pub fn inside(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let mut at = 0;
        self.runs
            .iter()
            .enumerate()
            .filter_map(move |(place, run)| {
                let start = at;
                at += u64::from(*run);
                (place % 2 == 1).then_some((start, at))
            })
    }
}
