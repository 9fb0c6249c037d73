//! What becomes of a product while it is still in registers, and where it goes.

use std::ops::Range;

use pulp::Simd;

use super::math::gelu;

/// What becomes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is stored.
    Store,
    /// GELU of it is stored.
    Gelu,
    /// It is added to what is there.
    Add,
    /// What is positive of it is stored.
    Relu,
    /// It is added to what is there, and what is positive of the sum is stored.
    AddRelu,
}

/// Where in the sum a depth is, and what follows the sum.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub first: bool,
    pub last: bool,
    pub then: Then,
}

/// Where the rows of a product go.
pub(super) trait Rows {
    /// A row's numbers of a strip of columns.
    fn part(&mut self, row: usize, strip: usize) -> &mut [f32];
}

/// Where a tile's sums of a strip go.
pub(super) struct Target<'a, S: Simd, R> {
    /// All rows of the product.
    pub out: &'a mut R,
    /// Those of the tile.
    pub rows: Range<usize>,
    /// The strip.
    pub strip: usize,
    /// Of the strip's columns.
    pub bias: [S::f32s; 2],
    /// What becomes of them.
    pub place: Place,
}

impl<S: Simd, R: Rows> Target<'_, S, R> {
    /// A row's.
    #[inline(always)]
    pub fn store(&mut self, simd: S, row: usize, sums: [S::f32s; 2]) {
        let to = self.out.part(row, self.strip);
        self.place.store(simd, sums, self.bias, to);
    }
}

/// Rows one after the other.
pub(super) struct Lines<'a> {
    /// All rows.
    pub out: &'a mut [f32],
    /// From one row to the next.
    pub step: usize,
    /// Numbers of a row.
    pub width: usize,
    /// Columns of a strip.
    pub strip: usize,
}

impl Rows for Lines<'_> {
    #[inline(always)]
    fn part(&mut self, row: usize, strip: usize) -> &mut [f32] {
        let from = strip * self.strip;
        let to = self.width.min(from + self.strip);
        &mut self.out[row * self.step..][from..to]
    }
}

/// Strips of columns one after the other, each with all rows.
pub(super) struct Strips<'a> {
    /// A slice a strip.
    pub out: Vec<&'a mut [f32]>,
    /// Columns of a strip.
    pub strip: usize,
}

impl Rows for Strips<'_> {
    #[inline(always)]
    fn part(&mut self, row: usize, strip: usize) -> &mut [f32] {
        &mut self.out[strip][row * self.strip..][..self.strip]
    }
}

impl Place {
    /// All of a sum at once.
    pub fn whole(then: Then) -> Self {
        Self {
            first: true,
            last: true,
            then,
        }
    }

    #[inline(always)]
    pub fn store<S: Simd>(self, simd: S, sums: [S::f32s; 2], bias: [S::f32s; 2], row: &mut [f32]) {
        let lanes = S::F32_LANES;
        if row.len() == 2 * lanes {
            let (row, _) = S::as_mut_simd_f32s(row);
            row[0] = self.finish(simd, sums[0], bias[0], row[0]);
            row[1] = self.finish(simd, sums[1], bias[1], row[1]);
            return;
        }
        for (part, (sum, bias)) in row.chunks_mut(lanes).zip(sums.into_iter().zip(bias)) {
            let there = simd.partial_load_f32s(part);
            simd.partial_store_f32s(part, self.finish(simd, sum, bias, there));
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(self, simd: S, sum: S::f32s, bias: S::f32s, there: S::f32s) -> S::f32s {
        let mut value = match self.first {
            true => simd.add_f32s(sum, bias),
            false => sum,
        };
        if !self.first || matches!(self.then, Then::Add | Then::AddRelu) {
            value = simd.add_f32s(value, there);
        }
        match self.then {
            Then::Gelu if self.last => gelu(simd, value),
            Then::Relu | Then::AddRelu if self.last => simd.max_f32s(value, simd.splat_f32s(0.0)),
            _ => value,
        }
    }
}
