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

/// A tile in blocks, `[blocks][TILE][terms of a block]`, times a strip `[terms]`.
#[inline(always)]
pub(super) fn product_of_blocks<S: Simd>(simd: S, tile: &[f32], strip: &[[S::f32s; 2]]) -> Sums<S> {
    match S::F32_LANES {
        1 => sum_blocks::<S, 2, { 2 * TILE }>(simd, tile, strip),
        4 => sum_blocks::<S, 8, { 8 * TILE }>(simd, tile, strip),
        8 => sum_blocks::<S, 16, { 16 * TILE }>(simd, tile, strip),
        _ => sum_blocks::<S, 32, { 32 * TILE }>(simd, tile, strip),
    }
}

/// In arrays, so that nothing has to be checked within a block.
#[inline(always)]
fn sum_blocks<S: Simd, const TERMS: usize, const ALL: usize>(
    simd: S,
    tile: &[f32],
    strip: &[[S::f32s; 2]],
) -> Sums<S> {
    let mut sums = zero(simd);
    let (tile, _) = tile.as_chunks::<ALL>();
    let (strip, _) = strip.as_chunks::<TERMS>();
    for (tile, strip) in tile.iter().zip(strip) {
        for (term, [left, right]) in strip.iter().enumerate() {
            for (row, sum) in sums.iter_mut().enumerate() {
                let value = simd.splat_f32s(tile[row * TERMS + term]);
                sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
                sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
            }
        }
    }
    sums
}

/// A block of rows that start at some places, times a block of a strip, added to `sums`. With `halves` half a block, for columns
/// that see different terms: those left the first half of a row, those right the second.
#[inline(always)]
pub(super) fn add_block<S: Simd>(
    simd: S,
    (input, places): (&[f32], &[usize; TILE]),
    (strip, halves): (&[[S::f32s; 2]], bool),
    sums: Sums<S>,
) -> Sums<S> {
    match (S::F32_LANES, halves) {
        (1, false) => add_terms::<S, 2, 0>(simd, rows(input, places), strip, sums),
        (1, true) => add_terms::<S, 2, 1>(simd, rows(input, places), strip, sums),
        (4, false) => add_terms::<S, 8, 0>(simd, rows(input, places), strip, sums),
        (4, true) => add_terms::<S, 8, 4>(simd, rows(input, places), strip, sums),
        (8, false) => add_terms::<S, 16, 0>(simd, rows(input, places), strip, sums),
        (8, true) => add_terms::<S, 16, 8>(simd, rows(input, places), strip, sums),
        (_, false) => add_terms::<S, 32, 0>(simd, rows(input, places), strip, sums),
        (_, true) => add_terms::<S, 32, 16>(simd, rows(input, places), strip, sums),
    }
}

/// Rows of a block; the terms of the right columns are `APART` behind those of the left.
#[inline(always)]
fn add_terms<S: Simd, const TERMS: usize, const APART: usize>(
    simd: S,
    rows: [&[f32; TERMS]; TILE],
    strip: &[[S::f32s; 2]],
    mut sums: Sums<S>,
) -> Sums<S> {
    for (term, [left, right]) in strip[..TERMS - APART].iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let value = simd.splat_f32s(row[term]);
            sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
            let value = match APART {
                0 => value,
                _ => simd.splat_f32s(row[APART + term]),
            };
            sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
        }
    }
    sums
}

/// A block of each row.
#[inline(always)]
fn rows<'a, const TERMS: usize>(
    input: &'a [f32],
    places: &[usize; TILE],
) -> [&'a [f32; TERMS]; TILE] {
    let mut rows = [&[0.0; TERMS]; TILE];
    for (row, place) in rows.iter_mut().zip(places) {
        *row = &input[*place..].as_chunks().0[0];
    }
    rows
}

/// A strip's rows as pairs of vectors.
#[inline(always)]
pub(super) fn pairs<S: Simd>(strip: &[f32]) -> &[[S::f32s; 2]] {
    S::as_simd_f32s(strip).0.as_chunks::<2>().0
}
