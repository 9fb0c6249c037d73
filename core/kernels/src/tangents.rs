//! The exact GELU's tangents: what a training on the CPU needs of it.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::math::gelu_tangent;
use super::memory::zeros;
use super::with_vectors;

/// Numbers of a task: what goes in and out fits into a core's second cache.
const NUMBERS: usize = 16 * 1024;

/// At each number of `x` the slope of GELU's tangent, and where that meets the axis of x = 0: `slope x + height` is GELU, and `slope`
/// its derivative. Both `[len of x]`.
pub fn gelu_tangents(x: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (mut slopes, mut heights) = (zeros(x.len()), zeros(x.len()));
    let out = slopes
        .par_chunks_mut(NUMBERS)
        .zip(heights.par_chunks_mut(NUMBERS));
    x.par_chunks(NUMBERS)
        .zip(out)
        .for_each(|(x, (slopes, heights))| {
            with_vectors(Tangents { x, slopes, heights });
        });
    (slopes, heights)
}

struct Tangents<'a> {
    x: &'a [f32],
    slopes: &'a mut [f32],
    heights: &'a mut [f32],
}

impl WithSimd for Tangents<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (x, x_end) = S::as_simd_f32s(self.x);
        let (slopes, slopes_end) = S::as_mut_simd_f32s(self.slopes);
        let (heights, heights_end) = S::as_mut_simd_f32s(self.heights);
        for (x, (slope, height)) in x.iter().zip(slopes.iter_mut().zip(heights)) {
            (*slope, *height) = gelu_tangent(simd, *x);
        }
        if !x_end.is_empty() {
            let (slope, height) = gelu_tangent(simd, simd.partial_load_f32s(x_end));
            simd.partial_store_f32s(slopes_end, slope);
            simd.partial_store_f32s(heights_end, height);
        }
    }
}
