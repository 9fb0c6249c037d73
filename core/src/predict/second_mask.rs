//! A second's mask as it is shown: what a person drew, or where nobody did the model's probabilities. Between the two forms: run
//! lengths of a map at a threshold, and a map of run lengths.

use std::sync::Arc;

use super::ProbabilityMap;
use crate::base::between;
use crate::project::RunLengths;

/// A second's mask as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum SecondMask {
    /// The model's.
    Model(ProbabilityMap),
    /// A person's.
    Drawn(Arc<RunLengths>),
}

impl SecondMask {
    /// From which share on a place of a map of a drawn mask lies inside.
    pub const DRAWN: f32 = 0.5;

    /// Whether it is the same, without looking at every pixel where both share them.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Model(one), Self::Model(other)) => one.is(other),
            (Self::Drawn(one), Self::Drawn(other)) => Arc::ptr_eq(one, other) || one == other,
            _ => false,
        }
    }

    /// As a map; of what was drawn at most `longest` places wide and high.
    pub fn map(&self, longest: u32) -> ProbabilityMap {
        match self {
            Self::Model(map) => map.clone(),
            Self::Drawn(mask) => ProbabilityMap::of_drawn(mask, longest),
        }
    }
}

impl ProbabilityMap {
    /// Which pixels sound at a threshold when the map is stretched over a picture of so many pixels: those of
    /// [`Self::stretched_above`], without looking at each.
    pub fn runs_above(&self, width: u32, height: u32, threshold: f32) -> RunLengths {
        let (columns, rows) = (self.width(), self.height());
        let same = (width as usize, height as usize) == (columns, rows);
        if same || columns == 0 || rows == 0 {
            let mask = self.stretched_above(width as usize, height as usize, threshold);
            return RunLengths::of(&mask, width, height);
        }
        let values: Vec<f32> = self.values().collect();
        let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
        let place = |at: u32, count: u32, values: usize| {
            between((at as f32 + 0.5) / count as f32 * values as f32, values)
        };
        let down: Vec<(usize, usize, f32)> = (0..height).map(|y| place(y, height, rows)).collect();
        // Between the same two rows of the map, pixels are decided together wherever both rows agree.
        let bands: Vec<&[(usize, usize, f32)]> = down.chunk_by(|a, b| a.0 == b.0).collect();
        let (mut edges, mut column) = (Vec::new(), vec![0.0; rows]);
        for x in 0..width {
            let (left, right, part) = place(x, width, columns);
            for (row, value) in column.iter_mut().enumerate() {
                let row = row * columns;
                *value = mix(values[row + left], values[row + right], part);
            }
            let mut at = u64::from(x) * u64::from(height);
            for band in &bands {
                let (above, below) = (column[band[0].0], column[band[0].1]);
                let agreed = (above > threshold) == (below > threshold);
                let pixels = if agreed { &band[..1] } else { band };
                for (y, (_, _, part)) in pixels.iter().enumerate() {
                    let inside = mix(above, below, *part) > threshold;
                    if inside != (edges.len() % 2 == 1) {
                        edges.push(at + y as u64);
                    }
                }
                at += band.len() as u64;
            }
        }
        if edges.len() % 2 == 1 {
            edges.push(u64::from(width) * u64::from(height));
        }
        RunLengths::of_edges(edges, width, height)
    }

    /// What was drawn, as a map at most `longest` places wide and high: of each place the share that lies inside.
    pub fn of_drawn(mask: &RunLengths, longest: u32) -> Self {
        let side = mask.width.max(mask.height).max(1);
        let places = |pixels: u32| match side > longest.max(1) {
            true => (u64::from(pixels) * u64::from(longest.max(1)))
                .div_ceil(u64::from(side))
                .max(1) as usize,
            false => pixels as usize,
        };
        let (wide, high) = (places(mask.width), places(mask.height));
        let (width, height) = (mask.width as usize, mask.height as usize);
        let (columns, rows) = (parts(wide, width), parts(high, height));
        let counts = counts(mask, (wide, &rows));
        let (columns, counts) = (&columns, &counts);
        let row = |(y, rows): (usize, usize)| {
            let columns = columns.iter().enumerate();
            columns.map(move |(x, columns)| {
                counts[x * high + y] as f32 / (columns * rows).max(1) as f32
            })
        };
        Self::new(wide, high, rows.iter().copied().enumerate().flat_map(row))
    }
}

/// The pixels of a side that fall into one of so many places.
fn part(place: usize, places: usize, pixels: usize) -> std::ops::Range<usize> {
    (place * pixels).div_ceil(places)..((place + 1) * pixels).div_ceil(places)
}

/// How many pixels of a side fall into each of so many places.
fn parts(places: usize, pixels: usize) -> Vec<usize> {
    let each = (0..places).map(|place| part(place, places, pixels).len());
    each.collect()
}

/// How many pixels of each place lie inside, down the columns of places. A stretch of pixels costs the same however long it is: where
/// it begins and ends is counted, and the whole places between are summed up at last.
fn counts(mask: &RunLengths, (wide, rows): (usize, &[usize])) -> Vec<i64> {
    let high = rows.len();
    let (width, height) = (mask.width as usize, mask.height as usize);
    let mut counts = vec![0_i64; wide * high];
    let mut whole = vec![0_i64; wide * (high + 1)];
    for (start, end) in mask.inside() {
        let (mut start, end) = (start as usize, end as usize);
        while start < end {
            let x = start / height;
            let (from, to) = (start % height, (end - x * height).min(height));
            let column = x * wide / width;
            let (first, last) = (from * high / height, (to - 1) * high / height);
            let cell = column * high;
            if first == last {
                counts[cell + first] += (to - from) as i64;
            } else {
                counts[cell + first] += (part(first, high, height).end - from) as i64;
                counts[cell + last] += (to - part(last, high, height).start) as i64;
                whole[column * (high + 1) + first + 1] += 1;
                whole[column * (high + 1) + last] -= 1;
            }
            start = x * height + to;
        }
    }
    for column in 0..wide {
        let mut over = 0;
        for (row, pixels) in rows.iter().enumerate() {
            over += whole[column * (high + 1) + row];
            counts[column * high + row] += over * *pixels as i64;
        }
    }
    counts
}
