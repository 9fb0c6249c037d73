//! Long clips in windows: which segments the head sees together, and how overlapping windows are averaged.

use std::ops::Range;

/// Segments the head sees together: AVE's clips have ten.
pub const WINDOW: usize = 10;
/// From one window to the next: every segment but the outermost is seen twice. Ours.
pub const HOP: usize = 5;

/// The windows over `count` segments: full ones every [`HOP`], the last aligned to the end; a shorter clip is one
/// shorter window.
pub fn windows(count: usize) -> Vec<Range<usize>> {
    if count <= WINDOW {
        return (count > 0).then_some(0..count).into_iter().collect();
    }
    let last = count - WINDOW;
    let mut starts: Vec<usize> = (0..last).step_by(HOP).collect();
    starts.push(last);
    starts
        .into_iter()
        .map(|start| start..start + WINDOW)
        .collect()
}

/// The mean, segment by segment, of the scores of all windows that saw it.
#[derive(Clone, Debug, Default)]
pub struct Averaged {
    sums: Vec<Vec<f32>>,
    counts: Vec<u32>,
}

impl Averaged {
    /// Add the rows of a window that starts at segment `start`.
    pub fn add(&mut self, start: usize, rows: &[Vec<f32>]) {
        let end = start + rows.len();
        if self.sums.len() < end {
            self.sums.resize(end, Vec::new());
            self.counts.resize(end, 0);
        }
        for (at, row) in (start..).zip(rows) {
            let sum = &mut self.sums[at];
            if sum.is_empty() {
                sum.clone_from(row);
            } else {
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
            self.counts[at] += 1;
        }
    }

    /// The means, for the segments seen from segment `from` on without a gap.
    pub fn means_from(&self, from: usize) -> Vec<Vec<f32>> {
        self.sums
            .iter()
            .zip(&self.counts)
            .skip(from)
            .take_while(|(_, count)| **count > 0)
            .map(|(sum, &count)| sum.iter().map(|x| x / count as f32).collect())
            .collect()
    }
}
