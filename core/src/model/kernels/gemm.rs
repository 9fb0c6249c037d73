//! Rows times a matrix that was put in order beforehand, plus bias, and what comes after while it is still in registers.

use std::sync::Arc;

use pulp::{Simd, WithSimd};

use super::math::gelu;
use super::{TILE, share_of, soon, with_vectors};
use rayon::prelude::*;

/// Terms summed in registers before they go to memory. Deeper is better, until a task's rows no longer fit the second cache.
const DEPTH: usize = 800;

/// A matrix `[k, n]` and a bias, kept as the product reads them: strips of two vectors' width, each `[k, strip]`. Cheap to
/// clone: the matrix is shared.
#[derive(Clone, Debug)]
pub struct Packed {
    k: usize,
    n: usize,
    strips: Arc<Vec<f32>>,
    bias: Vec<f32>,
}

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

/// Columns of a strip on this machine.
pub(super) fn strip() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            2 * S::F32_LANES
        }
    }
    with_vectors(Lanes)
}

impl Packed {
    /// From a matrix `[k, n]`, row-major, and `n` biases.
    pub fn new(matrix: &[f32], [k, n]: [usize; 2], bias: Option<&[f32]>) -> Self {
        let strip = strip();
        let count = n.div_ceil(strip);
        let mut strips = vec![0.0; count * k * strip];
        for (s, target) in strips.chunks_exact_mut((k * strip).max(1)).enumerate() {
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

    /// Strips with their biases.
    #[inline(always)]
    pub(super) fn strips<S: Simd>(&self) -> impl Iterator<Item = (&[[S::f32s; 2]], [S::f32s; 2])> {
        let strip = 2 * S::F32_LANES;
        let matrices = self.strips.chunks_exact(self.k * strip);
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
        tiles: &mut Vec<[f32; TILE]>,
    ) {
        let rows = input.len() / self.k;
        let depth = self.k.div_ceil(self.k.div_ceil(DEPTH));
        for from in (0..self.k).step_by(depth) {
            let to = self.k.min(from + depth);
            pack_rows(input, self.k, from..to, tiles);
            let place = Place {
                first: from == 0,
                last: to == self.k,
                then,
            };
            self.part(simd, from..to, tiles, rows, place, out);
        }
    }

    /// One depth of the product for all rows and columns.
    #[inline(always)]
    fn part<S: Simd>(
        &self,
        simd: S,
        terms: std::ops::Range<usize>,
        tiles: &[[f32; TILE]],
        rows: usize,
        place: Place,
        out: &mut [f32],
    ) {
        let strip = 2 * S::F32_LANES;
        let n = self.n;
        // The next strip comes from far: each tile asks for a part of it, and for the rows it will write.
        let ahead = terms.len() * strip;
        let share = ahead
            .div_ceil(rows.div_ceil(TILE).max(1))
            .next_multiple_of(16);
        for (s, (matrix, bias)) in self.strips::<S>().enumerate() {
            let matrix = &matrix[terms.clone()];
            let columns = s * strip..n.min((s + 1) * strip);
            let next = ((s + 1) * self.k + terms.start) * strip;
            let next = self.strips.get(next..next + ahead).unwrap_or_default();
            for (t, tile) in tiles.chunks_exact(terms.len()).enumerate() {
                let rows = t * TILE..rows.min((t + 1) * TILE);
                soon(
                    next.get(t * share..ahead.min((t + 1) * share))
                        .unwrap_or_default(),
                );
                rows.clone()
                    .for_each(|row| soon(&out[row * n..][columns.clone()]));
                let sums = product(simd, tile, matrix);
                for (row, sums) in rows.zip(sums) {
                    let row = &mut out[row * n..][columns.clone()];
                    place.store(simd, sums, bias, row);
                }
            }
        }
    }
}

/// A product of its own, rows spread over the threads: `out = input * matrix + bias`.
pub fn multiply(input: &[f32], matrix: &Packed, out: &mut [f32]) {
    struct Rows<'a>(&'a [f32], &'a Packed, &'a mut [f32]);
    impl WithSimd for Rows<'_> {
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
        .for_each(|(input, out)| with_vectors(Rows(input, matrix, out)));
}

/// `out = input * matrix` for rows as they lie, in whole tiles: for products too small to put rows in order for.
#[inline(always)]
pub(super) fn product_of_rows<S: Simd>(simd: S, input: &[f32], matrix: &Packed, out: &mut [f32]) {
    let (strip, k, n) = (2 * S::F32_LANES, matrix.k, matrix.n);
    let place = Place::whole(Then::Store);
    for (s, (matrix, bias)) in matrix.strips::<S>().enumerate() {
        let columns = s * strip..n.min((s + 1) * strip);
        let tiles = input.chunks_exact(TILE * k);
        for (tile, out) in tiles.zip(out.chunks_exact_mut(TILE * n)) {
            let row = |row: usize| &tile[row * k..][..k];
            let rows = [row(0), row(1), row(2), row(3), row(4), row(5)];
            let sums = add_products(simd, rows, matrix, [[simd.splat_f32s(0.0); 2]; TILE]);
            for (row, sums) in out.chunks_exact_mut(n).zip(sums) {
                place.store(simd, sums, bias, &mut row[columns.clone()]);
            }
        }
    }
}

/// Rows as they lie times a strip of columns, added to sums in registers.
#[inline(always)]
pub(super) fn add_products<S: Simd>(
    simd: S,
    [a, b, c, d, e, f]: [&[f32]; TILE],
    strip: &[[S::f32s; 2]],
    mut sums: [[S::f32s; 2]; TILE],
) -> [[S::f32s; 2]; TILE] {
    let rows = a.iter().zip(b).zip(c.iter().zip(d)).zip(e.iter().zip(f));
    for ((((a, b), (c, d)), (e, f)), [left, right]) in rows.zip(strip) {
        for (sum, value) in sums.iter_mut().zip([a, b, c, d, e, f]) {
            let value = simd.splat_f32s(*value);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}

/// Where in the sum a depth is, and what follows the sum.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub first: bool,
    pub last: bool,
    pub then: Then,
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

/// A strip's rows as pairs of vectors.
#[inline(always)]
pub(super) fn pairs<S: Simd>(strip: &[f32]) -> &[[S::f32s; 2]] {
    S::as_simd_f32s(strip).0.as_chunks::<2>().0
}

/// Rows in tiles, each `[terms][TILE]`; what lacks in the last is zero.
#[inline(always)]
fn pack_rows(input: &[f32], k: usize, terms: std::ops::Range<usize>, tiles: &mut Vec<[f32; TILE]>) {
    let rows = input.len() / k;
    tiles.resize(rows.div_ceil(TILE) * terms.len(), [0.0; TILE]);
    let sources = input.chunks(k * TILE);
    for (source, tile) in sources.zip(tiles.chunks_exact_mut(terms.len())) {
        if source.len() == k * TILE {
            let row = |r: usize| &source[r * k..][terms.clone()];
            let (a, b, c, d, e, f) = (row(0), row(1), row(2), row(3), row(4), row(5));
            let all = a.iter().zip(b).zip(c.iter().zip(d)).zip(e.iter().zip(f));
            for (to, (((a, b), (c, d)), (e, f))) in tile.iter_mut().zip(all) {
                *to = [*a, *b, *c, *d, *e, *f];
            }
            continue;
        }
        tile.fill([0.0; TILE]);
        for (r, row) in source.chunks_exact(k).enumerate() {
            for (to, from) in tile.iter_mut().zip(&row[terms.clone()]) {
                to[r] = *from;
            }
        }
    }
}

/// The kernel proper: a tile of rows times a strip of columns, summed in registers.
#[inline(always)]
pub(super) fn product<S: Simd>(
    simd: S,
    rows: &[[f32; TILE]],
    strip: &[[S::f32s; 2]],
) -> [[S::f32s; 2]; TILE] {
    let mut sums = [[simd.splat_f32s(0.0); 2]; TILE];
    for (row, [left, right]) in rows.iter().zip(strip) {
        for (sum, value) in sums.iter_mut().zip(row) {
            let value = simd.splat_f32s(*value);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}
