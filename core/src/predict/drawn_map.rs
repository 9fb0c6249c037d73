//! A drawn mask as a map to be laid over a picture: of each place the share of its pixels that lies inside. A stretch of pixels costs
//! the same however long it is; and after a stroke of the brush only the columns that it touched are counted anew.

use std::ops::Range;

use super::ProbabilityMap;
use crate::project::RunLengths;

/// The places of a map, and the pixels of the picture that fall into them.
struct Places {
    wide: usize,
    high: usize,
    width: usize,
    height: usize,
}

impl Places {
    /// At most `longest` wide and high.
    fn of(mask: &RunLengths, longest: u32) -> Self {
        let side = mask.width.max(mask.height).max(1);
        let places = |pixels: u32| match side > longest.max(1) {
            true => (u64::from(pixels) * u64::from(longest.max(1)))
                .div_ceil(u64::from(side))
                .max(1) as usize,
            false => pixels as usize,
        };
        Self {
            wide: places(mask.width),
            high: places(mask.height),
            width: mask.width as usize,
            height: mask.height as usize,
        }
    }

    /// The columns of places that hold these pixels, counted down the columns of the picture.
    fn columns(&self, pixels: &Range<u64>) -> Range<usize> {
        let column =
            |pixel: u64| pixel as usize / self.height.max(1) * self.wide / self.width.max(1);
        column(pixels.start)..column(pixels.end.saturating_sub(1)) + 1
    }
}

impl ProbabilityMap {
    /// What was drawn, as a map at most `longest` places wide and high: of each place the share that lies inside.
    pub fn of_drawn(mask: &RunLengths, longest: u32) -> Self {
        let places = Places::of(mask, longest);
        let shares = shares(mask, &places, 0..places.wide);
        Self::new(places.wide, places.high, shares)
    }

    /// The same, where this is the map of `before`, a mask of the same picture.
    #[must_use]
    pub fn redrawn(&self, before: &RunLengths, mask: &RunLengths, longest: u32) -> Self {
        let places = Places::of(mask, longest);
        let of_picture = (before.width, before.height) == (mask.width, mask.height)
            && (self.width(), self.height()) == (places.wide, places.high);
        if !of_picture {
            return Self::of_drawn(mask, longest);
        }
        let Some(pixels) = changed(before, mask) else {
            return self.clone();
        };
        let columns = places.columns(&pixels);
        let shares = shares(mask, &places, columns.clone());
        self.with_columns(columns, &shares)
    }
}

/// From the first to the last pixel that lies inside one mask and not the other, counted down the columns; perhaps a few more.
fn changed(before: &RunLengths, after: &RunLengths) -> Option<Range<u64>> {
    if before.runs == after.runs {
        return None;
    }
    let whole = u64::from(after.width) * u64::from(after.height);
    let (one, two) = (&before.runs, &after.runs);
    let start = alike(one.iter().zip(two));
    // Runs inside and outside take turns: from the end, they match where both masks end alike.
    let end = match one.len() % 2 == two.len() % 2 {
        true => whole - alike(one.iter().rev().zip(two.iter().rev())),
        false => whole,
    };
    Some(start.min(end)..end)
}

/// How many pixels lie in runs that match, up to the end of the shorter of the first two that do not.
fn alike<'a>(runs: impl Iterator<Item = (&'a u32, &'a u32)>) -> u64 {
    let mut pixels = 0;
    for (one, two) in runs {
        pixels += u64::from(*one.min(two));
        if one != two {
            break;
        }
    }
    pixels
}

/// The pixels of a side that fall into one of so many places.
fn part(place: usize, places: usize, pixels: usize) -> Range<usize> {
    (place * pixels).div_ceil(places)..((place + 1) * pixels).div_ceil(places)
}

/// Of each place of some columns the share of its pixels that lies inside, row after row. Where a stretch of pixels begins and ends is
/// counted, and the whole places between are summed up at last.
fn shares(mask: &RunLengths, places: &Places, columns: Range<usize>) -> Vec<f32> {
    let (wide, high) = (places.wide, places.high);
    let (width, height) = (places.width, places.height);
    let count = columns.len();
    let mut counts = vec![0_i64; count * high];
    let mut whole = vec![0_i64; count * (high + 1)];
    let pixels = part(columns.start, wide.max(1), width).start * height
        ..part(columns.end.max(1) - 1, wide.max(1), width).end * height;
    for (start, end) in mask.inside() {
        let (start, end) = (start as usize, end as usize);
        let (mut start, end) = (start.max(pixels.start), end.min(pixels.end));
        while start < end {
            let x = start / height;
            let (from, to) = (start % height, (end - x * height).min(height));
            let column = x * wide / width - columns.start;
            let (first, last) = (from * high / height, (to - 1) * high / height);
            if first == last {
                counts[first * count + column] += (to - from) as i64;
            } else {
                let (above, below) = (
                    part(first, high, height).end,
                    part(last, high, height).start,
                );
                counts[first * count + column] += (above - from) as i64;
                counts[last * count + column] += (to - below) as i64;
                whole[(first + 1) * count + column] += 1;
                whole[last * count + column] -= 1;
            }
            start = x * height + to;
        }
    }
    let of_columns: Vec<i64> = columns
        .map(|column| part(column, wide, width).len() as i64)
        .collect();
    let (mut over, mut shares) = (vec![0_i64; count], Vec::with_capacity(count * high));
    for row in 0..high {
        let rows = part(row, high, height).len() as i64;
        let here = row * count..(row + 1) * count;
        let each = over.iter_mut().zip(&of_columns);
        let each = each.zip(counts[here.clone()].iter().zip(&whole[here]));
        shares.extend(each.map(|((over, columns), (counted, whole))| {
            *over += whole;
            (counted + *over * rows) as f32 / (columns * rows).max(1) as f32
        }));
    }
    shares
}
