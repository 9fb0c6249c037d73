//! The first steps of a ResNeXt: a convolution that halves a picture, rectified, then the largest of 3 x 3 neighbours at every
//! other place. Channels come in planes and leave innermost.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::finish::{Place, Then};
use super::map::Grid;
use super::memory::zeros;
use super::packed::Packed;
use super::{TILE, with_vectors};

/// Rows of the result a task makes: what the convolution gives for them stays in the second cache.
const BAND: usize = 4;
/// Step of the convolution.
const STRIDE: usize = 2;
/// From the first place under a tile to its last.
const REACH: usize = STRIDE * (TILE - 1) + 1;

/// A frozen stem, its norm worked into the convolution.
#[derive(Clone, Debug)]
pub struct Stem {
    side: usize,
    /// `[planes * side * side, channels]`.
    matrix: Packed,
}

impl Stem {
    /// From a matrix `[planes * side * side, channels]`.
    pub fn new(matrix: Packed, side: usize) -> Self {
        Self { side, matrix }
    }

    /// Channels of the result.
    pub fn width(&self) -> usize {
        self.matrix.width()
    }

    /// Convolution and pooling; sizes are rounded up at each halving.
    ///
    /// # Shapes
    /// - input: `[n, planes, rows, cols]`
    /// - output: `[n, rows / 4 * cols / 4, channels]`, and the map's new size
    pub fn forward(&self, pictures: &[f32], grid: Grid) -> (Vec<f32>, Grid) {
        let half = |(rows, cols): Grid| (rows.div_ceil(2), cols.div_ceil(2));
        let (inner, after) = (half(grid), half(half(grid)));
        let size = self.matrix.depth() / (self.side * self.side) * grid.0 * grid.1;
        let line = after.1 * self.width();
        let mut out = zeros(pictures.len() / size * after.0 * line);
        let images = out
            .par_chunks_mut(after.0 * line)
            .zip(pictures.par_chunks(size));
        let bands = images.flat_map(|(out, picture)| {
            let bands = out.par_chunks_mut(BAND * line).enumerate();
            bands.map(move |(band, out)| (picture, band * BAND, out))
        });
        bands.for_each_init(Scratch::default, |scratch, (picture, first, out)| {
            with_vectors(Band {
                stem: self,
                picture,
                grid,
                inner,
                first,
                line,
                out,
                scratch,
            });
        });
        (out, after)
    }
}

/// Room of a task, kept by its thread.
#[derive(Default)]
struct Scratch {
    /// Rows of the picture with zeros around, plane after plane.
    padded: Vec<f32>,
    /// The convolution's rows.
    inner: Vec<f32>,
}

/// Some rows of the result, from `first` on.
struct Band<'a> {
    stem: &'a Stem,
    picture: &'a [f32],
    grid: Grid,
    /// Size of the map between convolution and maximum.
    inner: Grid,
    first: usize,
    /// Numbers of a row of the result.
    line: usize,
    out: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl WithSimd for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (inner, width) = (self.inner, self.stem.width());
        // The neighbours of a row are the two rows under it and the one before.
        let from = (2 * self.first).saturating_sub(1);
        let rows = from..inner.0.min(2 * (self.first + self.out.len() / self.line));
        let Scratch { padded, inner: map } = self.scratch;
        let (picture, side) = (self.picture, self.stem.side);
        let wide = pad(side, picture, self.grid, rows.clone(), padded);
        let plane = padded.len() / (picture.len() / (self.grid.0 * self.grid.1));
        map.resize(rows.len() * inner.1 * width, 0.0);
        for (y, out) in map.chunks_exact_mut(inner.1 * width).enumerate() {
            for (tile, out) in out.chunks_mut(TILE * width).enumerate() {
                let under = &padded[STRIDE * (y * wide + tile * TILE)..];
                self.stem.tile(simd, under, (plane, wide), out);
            }
        }
        for (y, out) in self.out.chunks_exact_mut(self.line).enumerate() {
            let y = 2 * (self.first + y);
            let rows = y.saturating_sub(1) - from..rows.end.min(y + 2) - from;
            let near = &map[rows.start * inner.1 * width..rows.end * inner.1 * width];
            largest(near, inner.1, width, out);
        }
    }
}

/// A row of the largest of some rows of `cols` pixels and of three columns each, none less than zero.
#[inline(always)]
fn largest(rows: &[f32], cols: usize, width: usize, out: &mut [f32]) {
    out.fill(0.0);
    for row in rows.chunks_exact(cols * width) {
        for (x, out) in out.chunks_exact_mut(width).enumerate() {
            let near = (2 * x).saturating_sub(1)..cols.min(2 * x + 2);
            for pixel in row[near.start * width..near.end * width].chunks_exact(width) {
                for (out, value) in out.iter_mut().zip(pixel) {
                    *out = out.max(*value);
                }
            }
        }
    }
}

impl Stem {
    /// The convolution at some places of a row, of the padded picture from under the first of them on.
    #[inline(always)]
    fn tile<S: Simd>(
        &self,
        simd: S,
        padded: &[f32],
        (plane, wide): (usize, usize),
        out: &mut [f32],
    ) {
        let (strip, width, side) = (2 * S::F32_LANES, self.width(), self.side);
        let whole = Place::whole(Then::Relu);
        for (s, (matrix, bias)) in self.matrix.strips::<S>().enumerate() {
            let mut sums = [[simd.splat_f32s(0.0); 2]; TILE];
            let lines = matrix[..self.matrix.depth()].chunks_exact(side);
            for (index, matrix) in lines.enumerate() {
                let at = index / side * plane + index % side * wide;
                let under = padded[at..].array_windows::<REACH>();
                for (under, [left, right]) in under.zip(matrix) {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        let value = simd.splat_f32s(under[STRIDE * i]);
                        sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
                        sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
                    }
                }
            }
            let columns = s * strip..width.min((s + 1) * strip);
            for (row, sums) in out.chunks_exact_mut(width).zip(sums) {
                whole.store(simd, sums, bias, &mut row[columns.clone()]);
            }
        }
    }
}

/// What lies under some rows of the convolution, zeros where the picture ends, as wide as whole tiles reach; gives that width.
fn pad(
    side: usize,
    picture: &[f32],
    (rows, cols): Grid,
    wanted: std::ops::Range<usize>,
    padded: &mut Vec<f32>,
) -> usize {
    let wide = STRIDE * cols.div_ceil(STRIDE).next_multiple_of(TILE) + side;
    let tall = STRIDE * (wanted.len() - 1) + side;
    padded.clear();
    padded.resize(picture.len() / (rows * cols) * tall * wide, 0.0);
    let planes = picture.chunks_exact(rows * cols);
    for (plane, padded) in planes.zip(padded.chunks_exact_mut(tall * wide)) {
        for (y, padded) in padded.chunks_exact_mut(wide).enumerate() {
            let y = (STRIDE * wanted.start + y).wrapping_sub(side / 2);
            if y < rows {
                padded[side / 2..][..cols].copy_from_slice(&plane[y * cols..][..cols]);
            }
        }
    }
    wide
}
