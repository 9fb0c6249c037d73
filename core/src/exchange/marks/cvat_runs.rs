//! CVAT's run lengths: row by row within the smallest box, the first run outside, as numbers with commas between.

use super::Wrong;
use crate::project::RunLengths;

/// A mask as CVAT has it.
pub(super) struct Boxed {
    pub rle: String,
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Boxed {
    pub(super) fn of(mask: &RunLengths) -> Self {
        let (bounds, pixels) = (mask.bounds(), mask.mask());
        let columns = mask.width as usize;
        let mut runs: Vec<u32> = Vec::new();
        let (mut inside, mut length) = (false, 0);
        for y in bounds.y..bounds.y + bounds.height {
            for x in bounds.x..bounds.x + bounds.width {
                let pixel = pixels[y as usize * columns + x as usize];
                if pixel != inside {
                    runs.push(length);
                    (inside, length) = (pixel, 0);
                }
                length += 1;
            }
        }
        runs.push(length);
        let runs: Vec<String> = runs.iter().map(u32::to_string).collect();
        Self {
            rle: runs.join(", "),
            left: bounds.x,
            top: bounds.y,
            width: bounds.width,
            height: bounds.height,
        }
    }

    /// The mask in a picture of `size`, columns and rows.
    pub(super) fn mask(&self, size: (u32, u32)) -> Result<RunLengths, Wrong> {
        let fits = u64::from(self.left) + u64::from(self.width) <= u64::from(size.0)
            && u64::from(self.top) + u64::from(self.height) <= u64::from(size.1);
        if !fits || u64::from(size.0) * u64::from(size.1) > 1 << 28 {
            return Err(Wrong::new("a mask lies outside its picture"));
        }
        let mut mask = vec![false; size.0 as usize * size.1 as usize];
        let (mut at, mut inside) = (0_u64, false);
        let area = u64::from(self.width) * u64::from(self.height);
        for run in self.rle.split(',') {
            let length: u32 = run
                .trim()
                .parse()
                .map_err(|_| Wrong::new(format!("a run is no number: {run}")))?;
            let end = at + u64::from(length);
            if end > area {
                break;
            }
            for place in (at..end).filter(|_| inside) {
                let x = u64::from(self.left) + place % u64::from(self.width.max(1));
                let y = u64::from(self.top) + place / u64::from(self.width.max(1));
                mask[(y * u64::from(size.0) + x) as usize] = true;
            }
            (at, inside) = (end, !inside);
        }
        match at == area {
            true => Ok(RunLengths::of(&mask, size.0, size.1)),
            false => Err(Wrong::new("the runs of a mask do not cover its box")),
        }
    }
}
