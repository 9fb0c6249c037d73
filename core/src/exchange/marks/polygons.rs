//! Polygons of other programs as masks: a pixel is inside when its middle is.

use crate::project::{Area, Point, RunLengths};

/// Pictures of more pixels are no one's.
const MOST_PIXELS: u64 = 1 << 28;

/// What lies inside any of several polygons, each `x, y, x, y, …`, on a picture of columns and rows. `None` where one of them is
/// none.
pub(super) fn inside((width, height): (u32, u32), polygons: &[Vec<f32>]) -> Option<RunLengths> {
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let none = RunLengths::of_edges([], width, height);
    polygons.iter().try_fold(none, |mask, numbers| {
        let corners: Vec<Point> = numbers.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
        let area = Area::of_polygon((width, height), &corners);
        (corners.len() > 2).then(|| mask.painted(&area, true))
    })
}
