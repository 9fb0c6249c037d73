//! Rows that a product takes, wherever they lie, and the order in which it reads them.

use std::ops::Range;

use pulp::Simd;

use super::kept::Kept;

/// Rows that a product takes.
pub(super) trait Source {
    /// How many.
    fn rows(&self) -> usize;

    /// Some terms of one, where they lie, or put together in `room`.
    fn terms<'a>(&'a self, row: usize, terms: Range<usize>, room: &'a mut Vec<f32>) -> &'a [f32];
}

/// Rows of `.1` numbers one after the other.
pub(super) struct InTurn<'a>(pub &'a [f32], pub usize);

impl Source for InTurn<'_> {
    #[inline(always)]
    fn rows(&self) -> usize {
        self.0.len() / self.1
    }

    #[inline(always)]
    fn terms<'a>(&'a self, row: usize, terms: Range<usize>, _: &'a mut Vec<f32>) -> &'a [f32] {
        &self.0[row * self.1..][terms]
    }
}

/// Some terms of rows of `k` in tiles, each `[blocks][rows][block]`; what lacks in the last is zero.
#[inline(always)]
pub(super) fn pack_rows<S: Simd, K: Kept>(
    kept: K,
    input: &impl Source,
    k: usize,
    terms: Range<usize>,
    tiles: &mut Vec<K::Number>,
) {
    let (block, depth) = (K::block::<S>(), terms.len());
    let (rows, size) = (input.rows(), depth * K::ROWS);
    tiles.resize(rows.div_ceil(K::ROWS) * size, K::Number::default());
    let wanted = terms.start * K::TERMS..k.min(terms.end * K::TERMS);
    let mut room = Vec::new();
    for (t, tile) in tiles.chunks_exact_mut(size).enumerate() {
        let there = (rows - t * K::ROWS).min(K::ROWS);
        if there < K::ROWS {
            tile.fill(K::Number::default());
        }
        for r in 0..there {
            let row = input.terms(t * K::ROWS + r, wanted.clone(), &mut room);
            kept.put::<S>(row, &mut tile[r * block..], K::ROWS * block);
        }
    }
}
