//! Rows times a matrix that was put in order beforehand, plus bias, and what comes after while it is still in registers.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::finish::{Lines, Place, Rows, Target, Then};
use super::kept::{Full, Kept};
use super::packed::{Matrix, Packed};
use super::product::{block, pairs};
use super::source::{InTurn, Source, pack_rows};
use super::{share_of, soon, with_vectors};

/// Numbers summed in registers before they go to memory. Deeper is better, though strips no longer fit the first cache.
const DEPTH: usize = 1024;

/// Rows in tiles, each `[blocks][rows][block]`.
struct Tiles<'a, N> {
    numbers: &'a [N],
    /// Numbers of a tile's row, in whole blocks.
    depth: usize,
    /// The first of them that is meant.
    from: usize,
    /// Rows in all.
    rows: usize,
}

/// Room for rows in tiles, kept by its thread.
#[derive(Clone, Debug, Default)]
pub struct Room {
    pub(super) full: Vec<f32>,
    pub(super) pairs: Vec<u32>,
}

/// Columns of a strip on this machine.
pub(super) fn strip() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            block::<S>()
        }
    }
    with_vectors(Lanes)
}

impl Packed {
    /// `out[r] = then(input[r] * matrix + bias)` for rows of `k` numbers and rows of `n`.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        input: &[f32],
        then: Then,
        out: &mut [f32],
        room: &mut Room,
    ) {
        let mut out = self.lines::<S>(out);
        self.apply_to(simd, input, then, &mut out, room);
    }

    /// The same, into rows that lie elsewhere.
    #[inline(always)]
    pub(super) fn apply_to<S: Simd>(
        &self,
        simd: S,
        input: &[f32],
        then: Then,
        out: &mut impl Rows,
        room: &mut Room,
    ) {
        self.apply_from(simd, &InTurn(input, self.k), then, out, room);
    }

    /// The same of rows that lie elsewhere, too.
    #[inline(always)]
    pub(super) fn apply_from<S: Simd>(
        &self,
        simd: S,
        input: &impl Source,
        then: Then,
        out: &mut impl Rows,
        room: &mut Room,
    ) {
        match &self.matrix {
            Matrix::Full(strips) => {
                self.rows_by(simd, (Full, strips), input, then, out, &mut room.full)
            }
            Matrix::Pairs(kept, strips) => {
                self.rows_by(simd, (*kept, strips), input, then, out, &mut room.pairs)
            }
        }
    }

    #[inline(always)]
    fn rows_by<S: Simd, K: Kept>(
        &self,
        simd: S,
        matrix: (K, &[K::Number]),
        input: &impl Source,
        then: Then,
        out: &mut impl Rows,
        tiles: &mut Vec<K::Number>,
    ) {
        for (terms, place) in self.parts::<S, K>(then) {
            pack_rows::<S, K>(matrix.0, input, self.k, terms.clone(), tiles);
            let tiles = Tiles {
                numbers: tiles,
                depth: terms.len(),
                from: 0,
                rows: input.rows(),
            };
            self.part(simd, matrix, terms, &tiles, place, out);
        }
    }

    /// The same for rows that are in tiles of f32 already, each `[blocks][TILE][block]` of all terms.
    #[inline(always)]
    pub(super) fn apply_tiles<S: Simd>(
        &self,
        simd: S,
        tiles: &[f32],
        then: Then,
        out: &mut [f32],
        room: &mut Room,
    ) {
        match &self.matrix {
            Matrix::Full(strips) => self.tiles_by(simd, (Full, strips), tiles, then, out),
            Matrix::Pairs(kept, strips) => {
                let blocks = self.k.div_ceil(block::<S>());
                kept.retile(tiles, blocks, &mut room.pairs);
                self.tiles_by(simd, (*kept, strips), &room.pairs, then, out);
            }
        }
    }

    /// The same for rows that are in tiles of bf16, of a matrix in bf16.
    #[inline(always)]
    pub(super) fn apply_pairs<S: Simd>(&self, simd: S, tiles: &[u32], then: Then, out: &mut [f32]) {
        if let Matrix::Pairs(kept, strips) = &self.matrix {
            self.tiles_by(simd, (*kept, strips), tiles, then, out);
        }
    }

    #[inline(always)]
    fn tiles_by<S: Simd, K: Kept>(
        &self,
        simd: S,
        matrix: (K, &[K::Number]),
        tiles: &[K::Number],
        then: Then,
        out: &mut [f32],
    ) {
        let rows = out.len() / self.n;
        let mut out = self.lines::<S>(out);
        for (terms, place) in self.parts::<S, K>(then) {
            let tiles = Tiles {
                numbers: tiles,
                depth: self.k.next_multiple_of(block::<S>()) / K::TERMS,
                from: terms.start,
                rows,
            };
            self.part(simd, matrix, terms, &tiles, place, &mut out);
        }
    }

    fn lines<'a, S: Simd>(&self, out: &'a mut [f32]) -> Lines<'a> {
        Lines {
            out,
            step: self.n,
            width: self.n,
            strip: block::<S>(),
        }
    }

    /// A row's numbers in parts of whole blocks.
    fn parts<S: Simd, K: Kept>(
        &self,
        then: Then,
    ) -> impl Iterator<Item = (Range<usize>, Place)> + use<S, K> {
        let all = self.k.next_multiple_of(block::<S>()) / K::TERMS;
        let depth = all
            .div_ceil(all.div_ceil(DEPTH))
            .next_multiple_of(K::block::<S>());
        (0..all).step_by(depth).map(move |from| {
            let to = all.min(from + depth);
            let place = Place {
                first: from == 0,
                last: to == all,
                then,
            };
            (from..to, place)
        })
    }

    /// One depth of the product for all rows and columns.
    #[inline(always)]
    fn part<S: Simd, K: Kept>(
        &self,
        simd: S,
        (kept, strips): (K, &[K::Number]),
        terms: Range<usize>,
        tiles: &Tiles<'_, K::Number>,
        place: Place,
        out: &mut impl Rows,
    ) {
        let strip = block::<S>();
        let all = self.k.next_multiple_of(strip) / K::TERMS;
        // The next strip comes from far: each tile asks for a part of it, and for the rows it will write.
        let ahead = terms.len() * strip;
        let share = ahead
            .div_ceil(tiles.rows.div_ceil(K::ROWS).max(1))
            .next_multiple_of(16);
        for (s, (matrix, bias)) in strips
            .chunks_exact(all * strip)
            .zip(self.bias.chunks_exact(strip))
            .enumerate()
        {
            let bias = pairs::<S>(bias)[0];
            let matrix = &matrix[terms.start * strip..terms.end * strip];
            let next = ((s + 1) * all + terms.start) * strip;
            let next = strips.get(next..next + ahead).unwrap_or_default();
            let each = tiles.numbers.chunks_exact(K::ROWS * tiles.depth);
            for (t, tile) in each.enumerate() {
                let tile = &tile[K::ROWS * tiles.from..][..K::ROWS * terms.len()];
                let rows = t * K::ROWS..tiles.rows.min((t + 1) * K::ROWS);
                soon(
                    next.get(t * share..ahead.min((t + 1) * share))
                        .unwrap_or_default(),
                );
                let to = Target {
                    out: &mut *out,
                    rows,
                    strip: s,
                    bias,
                    place,
                };
                kept.product(simd, tile, matrix, to);
            }
        }
    }
}

/// A product of its own, rows spread over the threads: `out = input * matrix + bias`.
pub fn multiply(input: &[f32], matrix: &Packed, out: &mut [f32]) {
    struct Task<'a>(&'a [f32], &'a Packed, &'a mut [f32]);
    impl WithSimd for Task<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(input, matrix, out) = self;
            matrix.apply(simd, input, Then::Store, out, &mut Room::default());
        }
    }
    let share = share_of(input.len() / matrix.k);
    let pieces = out.par_chunks_mut(share * matrix.n);
    input
        .par_chunks(share * matrix.k)
        .zip(pieces)
        .for_each(|(input, out)| with_vectors(Task(input, matrix, out)));
}
