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

    /// As a map; of what was drawn at most `longest` places wide and high. Another mask of the picture whose map is known saves what
    /// is the same in both.
    pub fn map(&self, longest: u32, known: Option<(&Self, &ProbabilityMap)>) -> ProbabilityMap {
        match (self, known) {
            (Self::Model(map), _) => map.clone(),
            (Self::Drawn(mask), Some((Self::Drawn(before), map))) => {
                map.redrawn(before, mask, longest)
            }
            (Self::Drawn(mask), _) => ProbabilityMap::of_drawn(mask, longest),
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
}
