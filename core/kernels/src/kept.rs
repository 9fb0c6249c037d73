//! In which numbers a matrix is kept, and what a tile of rows and a strip of its columns give in them.

use pulp::Simd;

use super::TILE;
use super::bf16::{Bf16, PAIRS, TALL};
use super::finish::{Rows, Target};
use super::product::{block, pairs, product_of_blocks};

/// A way to keep numbers.
pub(super) trait Kept: Copy {
    /// What lies in memory.
    type Number: Copy + Default;
    /// Terms of a sum in one of them.
    const TERMS: usize;
    /// Rows of a tile.
    const ROWS: usize;

    /// Numbers of a block of a tile's row.
    fn block<S: Simd>() -> usize {
        block::<S>() / Self::TERMS
    }

    /// A tile `[blocks][ROWS][block]` times a strip `[numbers][columns]`, to where it belongs.
    fn product<S: Simd, R: Rows>(
        self,
        simd: S,
        tile: &[Self::Number],
        strip: &[Self::Number],
        to: Target<'_, S, R>,
    );

    /// A row's terms one below the other in a strip, `step` numbers from one to the next; an odd one meets a zero.
    fn stand(self, terms: &[f32], to: &mut [Self::Number], step: usize);

    /// A line of a strip: terms, and those below them where a number has two.
    fn stack<S: Simd>(self, simd: S, top: &[f32], below: Option<&[f32]>, to: &mut [Self::Number]);

    /// A row's terms in blocks, `step` numbers from one to the next; what lacks in the last is zero.
    fn put<S: Simd>(self, terms: &[f32], to: &mut [Self::Number], step: usize);
}

/// As f32.
#[derive(Clone, Copy)]
pub(super) struct Full;

impl Kept for Full {
    type Number = f32;
    const TERMS: usize = 1;
    const ROWS: usize = TILE;

    #[inline(always)]
    fn product<S: Simd, R: Rows>(
        self,
        simd: S,
        tile: &[f32],
        strip: &[f32],
        mut to: Target<'_, S, R>,
    ) {
        let sums = product_of_blocks(simd, tile, pairs::<S>(strip));
        for (row, sums) in to.rows.clone().zip(sums) {
            to.store(simd, row, sums);
        }
    }

    #[inline(always)]
    fn stand(self, terms: &[f32], to: &mut [f32], step: usize) {
        for (to, term) in to.iter_mut().step_by(step).zip(terms) {
            *to = *term;
        }
    }

    #[inline(always)]
    fn stack<S: Simd>(self, _: S, top: &[f32], _: Option<&[f32]>, to: &mut [f32]) {
        to[..top.len()].copy_from_slice(top);
    }

    #[inline(always)]
    fn put<S: Simd>(self, terms: &[f32], to: &mut [f32], step: usize) {
        let strip = block::<S>();
        let blocks = terms.chunks_exact(strip);
        let rest = blocks.remainder();
        if !rest.is_empty() {
            let last = &mut to[terms.len() / strip * step..][..strip];
            last.fill(0.0);
            last[..rest.len()].copy_from_slice(rest);
        }
        for (from, to) in blocks.zip(to.chunks_mut(step)) {
            to[..strip].copy_from_slice(&from[..strip]);
        }
    }
}

impl Kept for Bf16 {
    type Number = u32;
    const TERMS: usize = 2;
    const ROWS: usize = TALL;

    #[inline(always)]
    fn product<S: Simd, R: Rows>(
        self,
        simd: S,
        tile: &[u32],
        strip: &[u32],
        mut to: Target<'_, S, R>,
    ) {
        let sums = self.sums(tile, strip);
        for (row, sums) in to.rows.clone().zip(&sums) {
            to.store(simd, row, pairs::<S>(sums)[0]);
        }
    }

    #[inline(always)]
    fn stand(self, terms: &[f32], to: &mut [u32], step: usize) {
        let mut pairs = [0; 4 * PAIRS];
        for (part, terms) in terms.chunks(8 * PAIRS).enumerate() {
            self.halve(terms, &mut pairs, PAIRS);
            let to = &mut to[part * 4 * PAIRS * step..];
            let count = terms.len().div_ceil(Self::TERMS);
            for (to, pair) in to.iter_mut().step_by(step).zip(&pairs[..count]) {
                *to = *pair;
            }
        }
    }

    #[inline(always)]
    fn stack<S: Simd>(self, _: S, top: &[f32], below: Option<&[f32]>, to: &mut [u32]) {
        self.pair(top, below, to);
    }

    #[inline(always)]
    fn put<S: Simd>(self, terms: &[f32], to: &mut [u32], step: usize) {
        self.halve(terms, to, step);
    }
}

impl Bf16 {
    /// Tiles of f32 of so many blocks a row, `[blocks][TILE][32]`, as tiles of its own.
    #[inline(always)]
    pub(super) fn retile(self, tiles: &[f32], blocks: usize, to: &mut Vec<u32>) {
        let (from, tall) = (TILE * 2 * PAIRS, TALL * PAIRS);
        let count = tiles.len() / (blocks * from).max(1);
        to.clear();
        to.resize(count.div_ceil(TALL / TILE) * blocks * tall, 0);
        for (t, tile) in tiles.chunks_exact(blocks * from).enumerate() {
            let part = t % (TALL / TILE) * TILE * PAIRS;
            let to = &mut to[t / (TALL / TILE) * blocks * tall..];
            for (block, to) in tile.chunks_exact(from).zip(to.chunks_exact_mut(tall)) {
                self.halve(block, &mut to[part..], PAIRS);
            }
        }
    }
}
