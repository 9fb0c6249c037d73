//! The kernels proper: a tile of rows times a strip of columns, summed in registers. They hold for all sizes of vectors; no
//! closures in them, which would be left out of the code for this machine's.

use pulp::Simd;

use super::TILE;

/// Sums of a tile and a strip.
pub(super) type Sums<S> = [[<S as Simd>::f32s; 2]; TILE];

/// Terms of a block: as many as a strip has columns, so that what one product gives another can take.
pub(super) const fn block<S: Simd>() -> usize {
    2 * S::F32_LANES
}

/// Nothing summed yet.
#[inline(always)]
pub(super) fn zero<S: Simd>(simd: S) -> Sums<S> {
    [[simd.splat_f32s(0.0); 2]; TILE]
}

/// Rows in turn, `[terms][TILE]`, times a strip `[terms]`.
#[inline(always)]
pub(super) fn product<S: Simd>(simd: S, rows: &[[f32; TILE]], strip: &[[S::f32s; 2]]) -> Sums<S> {
    let mut sums = zero(simd);
    for (row, [left, right]) in rows.iter().zip(strip) {
        for (sum, value) in sums.iter_mut().zip(row) {
            let value = simd.splat_f32s(*value);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}

/// A tile in blocks, `[blocks][TILE][terms of a block]`, times a strip `[terms]`.
#[inline(always)]
pub(super) fn product_of_blocks<S: Simd>(simd: S, tile: &[f32], strip: &[[S::f32s; 2]]) -> Sums<S> {
    let terms = block::<S>();
    let mut sums = zero(simd);
    let blocks = strip.chunks_exact(terms);
    for (tile, strip) in tile.chunks_exact(TILE * terms).zip(blocks) {
        for (term, [left, right]) in strip.iter().enumerate() {
            for (row, sum) in sums.iter_mut().enumerate() {
                let value = simd.splat_f32s(tile[row * terms + term]);
                sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
                sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
            }
        }
    }
    sums
}

/// A block of rows that start at some places, times a block of a strip, added to `sums`.
#[inline(always)]
pub(super) fn add_block<S: Simd>(
    simd: S,
    input: &[f32],
    places: [usize; TILE],
    strip: &[[S::f32s; 2]],
    mut sums: Sums<S>,
) -> Sums<S> {
    let rows = rows::<S>(input, places);
    for (term, [left, right]) in strip[..block::<S>()].iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let value = simd.splat_f32s(row[term]);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}

/// The same, half a block, for columns that see different terms: those left the first half of a row, those right the second.
#[inline(always)]
pub(super) fn add_halves<S: Simd>(
    simd: S,
    input: &[f32],
    places: [usize; TILE],
    strip: &[[S::f32s; 2]],
    mut sums: Sums<S>,
) -> Sums<S> {
    let rows = rows::<S>(input, places);
    for (term, [left, right]) in strip[..S::F32_LANES].iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let value = simd.splat_f32s(row[term]);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            let value = simd.splat_f32s(row[S::F32_LANES + term]);
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}

/// A block of each row.
#[inline(always)]
fn rows<S: Simd>(input: &[f32], places: [usize; TILE]) -> [&[f32]; TILE] {
    let mut rows = [&input[..0]; TILE];
    for (row, place) in rows.iter_mut().zip(places) {
        *row = &input[place..][..block::<S>()];
    }
    rows
}

/// A strip's rows as pairs of vectors.
#[inline(always)]
pub(super) fn pairs<S: Simd>(strip: &[f32]) -> &[[S::f32s; 2]] {
    S::as_simd_f32s(strip).0.as_chunks::<2>().0
}
