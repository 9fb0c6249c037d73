//! A head's two products: queries with keys, weights with values, a tile of queries at a time.

use std::ops::Range;

use pulp::Simd;

use super::finish::{Lines, Place, Target, Then};
use super::kept::Kept;
use super::math::exp;
use super::product::block;

/// A score that no softmax notices, for keys that are not there.
pub(super) const NEVER: f32 = -1e30;

/// A head's numbers as products read them.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts<N> {
    /// Tiles `[blocks][rows][block]` of all.
    pub queries: Vec<N>,
    /// Strips `[d][strip]`.
    pub keys: Vec<N>,
    /// Strips `[keys][strip]`.
    pub values: Vec<N>,
    /// One tile.
    pub weights: Vec<N>,
}

/// Sizes of a head in some numbers.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub tokens: usize,
    /// Channels.
    pub d: usize,
    /// Numbers of a query or a key in whole blocks.
    pub depth: usize,
    /// Keys in whole strips.
    pub keys: usize,
}

/// Scores of some queries with all keys, `[queries][keys]`.
#[inline(always)]
pub(super) fn compare<S: Simd, K: Kept>(
    simd: S,
    kept: K,
    parts: &Parts<K::Number>,
    (rows, sizes): (Range<usize>, Sizes),
    bias: Option<&[f32]>,
    scores: &mut [f32],
) {
    let (strip, keys, depth) = (block::<S>(), sizes.keys, sizes.depth);
    let then = match bias {
        None => Then::Store,
        Some(bias) => {
            let bias = &bias[rows.start * keys..rows.end * keys];
            scores[..bias.len()].copy_from_slice(bias);
            Then::Add
        }
    };
    let tile = &parts.queries[rows.start * depth..][..K::ROWS * depth];
    let mut out = Lines {
        out: scores,
        step: keys,
        width: keys,
        strip,
    };
    for (s, keys) in parts.keys.chunks_exact(depth * strip).enumerate() {
        let to = Target {
            out: &mut out,
            rows: 0..rows.len(),
            strip: s,
            bias: [simd.splat_f32s(0.0); 2],
            place: Place::whole(then),
        };
        kept.product(simd, tile, keys, to);
    }
}

/// Exponentials of a row's scores less their maximum, and their sum.
#[inline(always)]
pub(super) fn exponentials<S: Simd>(simd: S, scores: &mut [f32]) -> f32 {
    let (scores, _) = S::as_mut_simd_f32s(scores);
    let mut most = [simd.splat_f32s(NEVER); 2];
    for pair in scores.as_chunks::<2>().0 {
        most[0] = simd.max_f32s(most[0], pair[0]);
        most[1] = simd.max_f32s(most[1], pair[1]);
    }
    let most = simd.splat_f32s(simd.reduce_max_f32s(simd.max_f32s(most[0], most[1])));
    let mut sum = [simd.splat_f32s(0.0); 2];
    for pair in scores.as_chunks_mut::<2>().0 {
        for (score, sum) in pair.iter_mut().zip(&mut sum) {
            *score = exp(simd, simd.sub_f32s(*score, most));
            *sum = simd.add_f32s(*sum, *score);
        }
    }
    simd.reduce_sum_f32s(simd.add_f32s(sum[0], sum[1]))
}

/// Values weighted by the exponentials and divided by their sums.
#[inline(always)]
pub(super) fn weigh<S: Simd, K: Kept>(
    simd: S,
    kept: K,
    parts: &Parts<K::Number>,
    (rows, sizes): (Range<usize>, Sizes),
    sums: &[f32],
    out: &mut Lines<'_>,
) {
    let strip = block::<S>();
    let values = parts.values.chunks_exact(sizes.keys / K::TERMS * strip);
    for (s, values) in values.enumerate() {
        let to = Target {
            out: &mut *out,
            rows: rows.clone(),
            strip: s,
            bias: [simd.splat_f32s(0.0); 2],
            place: Place::whole(Then::Store),
        };
        kept.product(simd, &parts.weights, values, to);
    }
    for (row, sum) in rows.zip(sums) {
        let by = 1.0 / sum;
        for value in &mut out.out[row * out.step..][..sizes.d] {
            *value *= by;
        }
    }
}
