//! A mask before any threshold.

use std::sync::Arc;

use half::f16;

/// Probability of each place of a picture sounding, row-major over the whole picture, whatever its shape: stretch it over the
/// frame. Kept in 16 bit, 98 KiB for 224 × 224, and shared by clones.
#[derive(Clone, Debug, PartialEq)]
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

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
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
}
