//! A mask before any threshold.

use std::ops::Range;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use serde::{Deserialize, Serialize};

use crate::base::between;

/// Probability of each place of a picture sounding, row-major over the whole picture, whatever its shape: stretch it over the
/// frame. Kept in 16 bit, 98 KiB for 224 × 224, and shared by clones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ProbabilityMap {
    width: usize,
    height: usize,
    values: Arc<[f16]>,
}

impl ProbabilityMap {
    /// From `width * height` probabilities; missing ones are 0, further ones are left out.
    pub fn new(width: usize, height: usize, values: impl IntoIterator<Item = f32>) -> Self {
        let values = values.into_iter().chain(std::iter::repeat(0.0));
        Self {
            width,
            height,
            values: values.take(width * height).map(f16::from_f32).collect(),
        }
    }

    /// From what [`Self::bytes`] gave; missing places are 0.
    pub fn from_bytes(width: usize, height: usize, bytes: &[u8]) -> Self {
        let values = bytes
            .chunks_exact(2)
            .map(|two| f16::from_le_bytes([two[0], two[1]]));
        Self::new(width, height, values.map(f16::to_f32))
    }

    /// Its numbers in 16 bit, little-endian, row after row.
    pub fn bytes(&self) -> Vec<u8> {
        self.values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    }

    /// Whether the two share their numbers: the cheap way to see that nothing changed.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.values, &other.values)
    }

    /// How many columns of places.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows of places.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The probability at a column and a row; 0 outside.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        match x < self.width {
            true => self
                .values
                .get(y * self.width + x)
                .map_or(0.0, |p| p.to_f32()),
            false => 0.0,
        }
    }

    /// With other probabilities in some columns, given row after row.
    #[must_use]
    pub(super) fn with_columns(&self, columns: Range<usize>, shares: &[f32]) -> Self {
        let mut map = self.clone();
        let rows = Arc::make_mut(&mut map.values).chunks_exact_mut(self.width.max(1));
        for (row, new) in rows.zip(shares.chunks_exact(columns.len().max(1))) {
            for (value, new) in row[columns.clone()].iter_mut().zip(new) {
                *value = f16::from_f32(*new);
            }
        }
        map
    }

    /// The rows from the first to the last that is otherwise in another map of the same size.
    pub fn changed_rows(&self, other: &Self) -> Range<usize> {
        // As numbers: of equal size, equal bits.
        let one: &[u16] = self.values.reinterpret_cast();
        let two: &[u16] = other.values.reinterpret_cast();
        let differs = |row: &usize| {
            let row = row * self.width..(row + 1) * self.width;
            one.get(row.clone()) != two.get(row)
        };
        let first = (0..self.height).find(differs);
        let last = (0..self.height).rev().find(differs);
        match (first, last) {
            (Some(first), Some(last)) => first..last + 1,
            _ => 0..0,
        }
    }

    /// The probabilities of some rows, row after row.
    pub fn of_rows(&self, rows: Range<usize>) -> impl Iterator<Item = f32> + '_ {
        let values = self
            .values
            .get(rows.start * self.width..rows.end * self.width);
        values.unwrap_or_default().iter().map(|p| p.to_f32())
    }

    /// All probabilities, row after row.
    pub fn values(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.values.iter().map(|p| p.to_f32())
    }

    /// The highest probability: whether there is a mask at all at a threshold.
    pub fn highest(&self) -> f32 {
        self.values().fold(0.0, f32::max)
    }

    /// Which places sound at a threshold, row after row. Strictly above, as AVSBench's evaluation has it.
    pub fn above(&self, threshold: f32) -> Vec<bool> {
        self.values().map(|p| p > threshold).collect()
    }

    /// The probability at a place of the whole picture, 0 to 1 from its upper left corner; between the centres of four places it
    /// changes evenly, and outside it is that of the edge.
    pub fn sample(&self, u: f32, v: f32) -> f32 {
        if self.width == 0 || self.height == 0 {
            return 0.0;
        }
        let (left, right, x) = between(u * self.width as f32, self.width);
        let (top, bottom, y) = between(v * self.height as f32, self.height);
        let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
        let above = mix(self.at(left, top), self.at(right, top), x);
        let below = mix(self.at(left, bottom), self.at(right, bottom), x);
        mix(above, below, y)
    }

    /// Which pixels sound at a threshold when the map is stretched over a picture of so many pixels, row after row.
    pub fn stretched_above(&self, width: usize, height: usize, threshold: f32) -> Vec<bool> {
        if (width, height) == (self.width, self.height) {
            return self.above(threshold);
        }
        let place = |at: usize, count: usize| (at as f32 + 0.5) / count as f32;
        let row = |y: usize| {
            (0..width).map(move |x| self.sample(place(x, width), place(y, height)) > threshold)
        };
        (0..height).flat_map(row).collect()
    }
}

/// A map as it is written: two bytes a place, the lower first.
#[derive(Serialize, Deserialize)]
struct Written {
    width: usize,
    height: usize,
    #[serde(with = "serde_bytes")]
    values: Vec<u8>,
}

impl From<ProbabilityMap> for Written {
    fn from(map: ProbabilityMap) -> Self {
        Self {
            width: map.width,
            height: map.height,
            values: map.values.iter().flat_map(|p| p.to_le_bytes()).collect(),
        }
    }
}

/// A map with more or fewer numbers than places.
#[derive(Debug, thiserror::Error)]
#[error("a map of {0} × {1} places has {2} bytes, not two a place")]
struct OddMap(usize, usize, usize);

impl TryFrom<Written> for ProbabilityMap {
    type Error = OddMap;

    fn try_from(map: Written) -> Result<Self, OddMap> {
        let (width, height, bytes) = (map.width, map.height, map.values.len());
        let places = width.checked_mul(height).and_then(|n| n.checked_mul(2));
        if places != Some(bytes) {
            return Err(OddMap(width, height, bytes));
        }
        let values = map.values.chunks_exact(2);
        Ok(Self {
            width,
            height,
            values: values.map(|b| f16::from_le_bytes([b[0], b[1]])).collect(),
        })
    }
}
