//! Rows times a matrix that was put in order beforehand, plus bias, and what comes after while it is still in registers.

use std::ops::Range;
use std::sync::Arc;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::finish::{Lines, Place, Rows, Then};
use super::product::{block, pairs, product_of_blocks};
use super::{TILE, share_of, soon, with_vectors};

/// Terms summed in registers before they go to memory. Deeper is better, though strips no longer fit the first cache.
const DEPTH: usize = 1024;

/// A matrix `[k, n]` and a bias, kept as the product reads them: strips of two vectors' width, each `[k, strip]`, `k` filled up
/// with zeros to whole blocks. Cheap to clone: the matrix is shared.
#[derive(Clone, Debug)]
pub struct Packed {
    k: usize,
    n: usize,
    strips: Arc<Vec<f32>>,
    bias: Vec<f32>,
}

/// Rows in tiles, each `[blocks][TILE][block]`.
struct Tiles<'a> {
    numbers: &'a [f32],
    /// Terms of a tile, in whole blocks.
    depth: usize,
    /// The first of them that is meant.
    from: usize,
    /// Rows in all.
    rows: usize,
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
    /// From a matrix `[k, n]`, row-major, and `n` biases.
    pub fn new(matrix: &[f32], [k, n]: [usize; 2], bias: Option<&[f32]>) -> Self {
        let strip = strip();
        let (count, depth) = (n.div_ceil(strip), k.next_multiple_of(strip));
        let mut strips = vec![0.0; count * depth * strip];
        for (s, target) in strips.chunks_exact_mut((depth * strip).max(1)).enumerate() {
            let columns = s * strip..n.min((s + 1) * strip);
            for (row, target) in matrix.chunks_exact(n).zip(target.chunks_exact_mut(strip)) {
                target[..columns.len()].copy_from_slice(&row[columns.clone()]);
            }
        }
        let mut padded = vec![0.0; count * strip];
        if let Some(bias) = bias {
            padded[..n].copy_from_slice(bias);
        }
        Self {
            k,
            n,
            strips: Arc::new(strips),
            bias: padded,
        }
    }

    /// Columns of the product.
    pub fn width(&self) -> usize {
        self.n
    }

    /// Rows of the matrix.
    pub fn depth(&self) -> usize {
        self.k
    }

    /// Strips with their biases, each of whole blocks.
    #[inline(always)]
    pub(super) fn strips<S: Simd>(&self) -> impl Iterator<Item = (&[[S::f32s; 2]], [S::f32s; 2])> {
        let strip = block::<S>();
        let matrices = self
            .strips
            .chunks_exact(self.k.next_multiple_of(strip) * strip);
        let biases = self.bias.chunks_exact(strip);
        matrices
            .zip(biases)
            .map(|(matrix, bias)| (pairs::<S>(matrix), pairs::<S>(bias)[0]))
    }

    /// `out[r] = then(input[r] * matrix + bias)` for rows of `k` numbers and rows of `n`.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        input: &[f32],
        then: Then,
        out: &mut [f32],
        tiles: &mut Vec<f32>,
    ) {
        let mut out = self.lines::<S>(out);
        self.apply_to(simd, input, then, &mut out, tiles);
    }

    /// The same, into rows that lie elsewhere.
    #[inline(always)]
    pub(super) fn apply_to<S: Simd>(
        &self,
        simd: S,
        input: &[f32],
        then: Then,
        out: &mut impl Rows,
        tiles: &mut Vec<f32>,
    ) {
        for (terms, place) in self.parts::<S>(then) {
            pack_rows::<S>(input, self.k, terms.clone(), tiles);
            let tiles = Tiles {
                numbers: tiles,
                depth: terms.len(),
                from: 0,
                rows: input.len() / self.k,
            };
            self.part(simd, terms, &tiles, place, out);
        }
    }

    /// The same for rows that are in tiles already, each `[blocks][TILE][block]` of all terms.
    #[inline(always)]
    pub(super) fn apply_tiles<S: Simd>(&self, simd: S, tiles: &[f32], then: Then, out: &mut [f32]) {
        let rows = out.len() / self.n;
        let mut out = self.lines::<S>(out);
        for (terms, place) in self.parts::<S>(then) {
            let tiles = Tiles {
                numbers: tiles,
                depth: self.k.next_multiple_of(block::<S>()),
                from: terms.start,
                rows,
            };
            self.part(simd, terms, &tiles, place, &mut out);
        }
    }

    fn lines<'a, S: Simd>(&self, out: &'a mut [f32]) -> Lines<'a> {
        Lines {
            out,
            width: self.n,
            strip: block::<S>(),
        }
    }

    /// The terms in parts of whole blocks.
    fn parts<S: Simd>(&self, then: Then) -> impl Iterator<Item = (Range<usize>, Place)> + use<S> {
        let all = self.k.next_multiple_of(block::<S>());
        let depth = all
            .div_ceil(all.div_ceil(DEPTH))
            .next_multiple_of(block::<S>());
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
    fn part<S: Simd>(
        &self,
        simd: S,
        terms: Range<usize>,
        tiles: &Tiles<'_>,
        place: Place,
        out: &mut impl Rows,
    ) {
        let strip = block::<S>();
        let all = self.k.next_multiple_of(strip);
        // The next strip comes from far: each tile asks for a part of it, and for the rows it will write.
        let ahead = terms.len() * strip;
        let share = ahead
            .div_ceil(tiles.rows.div_ceil(TILE).max(1))
            .next_multiple_of(16);
        for (s, (matrix, bias)) in self.strips::<S>().enumerate() {
            let matrix = &matrix[terms.clone()];
            let next = ((s + 1) * all + terms.start) * strip;
            let next = self.strips.get(next..next + ahead).unwrap_or_default();
            for (t, tile) in tiles.numbers.chunks_exact(TILE * tiles.depth).enumerate() {
                let tile = &tile[TILE * tiles.from..][..TILE * terms.len()];
                let rows = t * TILE..tiles.rows.min((t + 1) * TILE);
                soon(
                    next.get(t * share..ahead.min((t + 1) * share))
                        .unwrap_or_default(),
                );
                for row in rows.clone() {
                    soon(out.part(row, s));
                }
                let sums = product_of_blocks(simd, tile, matrix);
                for (row, sums) in rows.zip(sums) {
                    place.store(simd, sums, bias, out.part(row, s));
                }
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
            matrix.apply(simd, input, Then::Store, out, &mut Vec::new());
        }
    }
    let share = share_of(input.len() / matrix.k);
    let pieces = out.par_chunks_mut(share * matrix.n);
    input
        .par_chunks(share * matrix.k)
        .zip(pieces)
        .for_each(|(input, out)| with_vectors(Task(input, matrix, out)));
}

/// Some terms of rows of `k` in tiles, each `[blocks][TILE][block]`; what lacks in the last is zero.
#[inline(always)]
fn pack_rows<S: Simd>(input: &[f32], k: usize, terms: Range<usize>, tiles: &mut Vec<f32>) {
    let strip = block::<S>();
    tiles.resize(input.len().div_ceil(k * TILE) * terms.len() * TILE, 0.0);
    let sources = input.chunks(k * TILE);
    for (source, tile) in sources.zip(tiles.chunks_exact_mut(terms.len() * TILE)) {
        if source.len() < k * TILE || terms.end > k {
            tile.fill(0.0);
        }
        for (r, row) in source.chunks_exact(k).enumerate() {
            let row = &row[terms.start..k.min(terms.end)];
            let blocks = row.chunks_exact(strip);
            let rest = blocks.remainder();
            if !rest.is_empty() {
                let from = ((row.len() / strip) * TILE + r) * strip;
                tile[from..][..rest.len()].copy_from_slice(rest);
            }
            for (from, to) in blocks.zip(tile.chunks_exact_mut(TILE * strip)) {
                to[r * strip..][..strip].copy_from_slice(&from[..strip]);
            }
        }
    }
}
