//! The instructions of `avx512_bf16` that [`super::bf16`] stands on.

use std::arch::x86_64::{
    __m512, __m512bh, _mm512_cvtne2ps_pbh, _mm512_dpbf16_ps, _mm512_max_ps, _mm512_set1_epi32,
    _mm512_setzero_ps,
};

use super::bf16::{PAIRS, STRIP, TALL};

/// Any bits are numbers, in each of these types, and they are of one size.
macro_rules! same_bits {
    ($name:ident, $from:ty, $to:ty) => {
        #[inline]
        #[target_feature(enable = "avx512f")]
        fn $name(bits: $from) -> $to {
            #[allow(unsafe_code)]
            unsafe {
                std::mem::transmute::<$from, $to>(bits)
            }
        }
    };
}
same_bits!(pairs_of, [u32; 16], __m512bh);
same_bits!(bits_of, __m512bh, [u32; 16]);
same_bits!(vector_of, [f32; 16], __m512);
same_bits!(numbers_of, [__m512; 2], [f32; 32]);

#[inline]
#[target_feature(enable = "avx512f")]
fn everywhere(pair: u32) -> __m512bh {
    #[allow(unsafe_code)]
    unsafe {
        std::mem::transmute(_mm512_set1_epi32(pair as i32))
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
pub fn sums(tile: &[u32], strip: &[u32]) -> [[f32; STRIP]; TALL] {
    let mut sums = [[_mm512_setzero_ps(); 2]; TALL];
    let (tile, _) = tile.as_chunks::<{ TALL * PAIRS }>();
    let (strip, _) = strip.as_chunks::<{ PAIRS * STRIP }>();
    for (tile, strip) in tile.iter().zip(strip) {
        let (strip, _) = strip.as_chunks::<STRIP>();
        for (pair, strip) in strip.iter().enumerate() {
            let (strip, _) = strip.as_chunks::<PAIRS>();
            let [left, right] = [pairs_of(strip[0]), pairs_of(strip[1])];
            for (row, sum) in sums.iter_mut().enumerate() {
                let value = everywhere(tile[row * PAIRS + pair]);
                sum[0] = _mm512_dpbf16_ps(sum[0], value, left);
                sum[1] = _mm512_dpbf16_ps(sum[1], value, right);
            }
        }
    }
    let mut out = [[0.0; STRIP]; TALL];
    for (out, sums) in out.iter_mut().zip(sums) {
        *out = numbers_of(sums);
    }
    out
}

/// Pairs of the right columns are `APART` behind those of the left.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
pub fn look<const APART: usize>(
    (inputs, len): (&[u32], usize),
    places: &[[usize; TALL]],
    (matrix, bias): (&[u32], &[f32]),
    out: &mut [u32],
) {
    let mut sums = [[_mm512_setzero_ps(); 2]; TALL];
    let (bias, _) = bias.as_chunks::<PAIRS>();
    let (left, right) = (vector_of(bias[0]), vector_of(bias[1]));
    sums.fill([left, right]);
    let terms = (PAIRS - APART) * STRIP;
    let strips = inputs.chunks_exact(len);
    for (input, matrix) in strips.zip(matrix.chunks_exact(places.len() * terms)) {
        for (places, matrix) in places.iter().zip(matrix.chunks_exact(terms)) {
            let rows = places.map(|place| &input[place..].as_chunks::<PAIRS>().0[0]);
            let (matrix, _) = matrix.as_chunks::<STRIP>();
            for (pair, columns) in matrix[..PAIRS - APART].iter().enumerate() {
                let (columns, _) = columns.as_chunks::<PAIRS>();
                let [left, right] = [pairs_of(columns[0]), pairs_of(columns[1])];
                for (row, sum) in rows.iter().zip(&mut sums) {
                    sum[0] = _mm512_dpbf16_ps(sum[0], everywhere(row[pair]), left);
                    sum[1] = _mm512_dpbf16_ps(sum[1], everywhere(row[APART + pair]), right);
                }
            }
        }
    }
    let zero = _mm512_setzero_ps();
    let (out, _) = out.as_chunks_mut::<PAIRS>();
    for (out, [left, right]) in out.iter_mut().zip(sums) {
        let positive = [_mm512_max_ps(left, zero), _mm512_max_ps(right, zero)];
        *out = bits_of(_mm512_cvtne2ps_pbh(positive[1], positive[0]));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
pub fn halve(terms: &[f32], to: &mut [u32], step: usize) {
    let (blocks, rest) = terms.as_chunks::<{ 2 * PAIRS }>();
    let mut padded = [0.0; 2 * PAIRS];
    padded[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(&padded);
    for (block, to) in blocks.iter().chain(last).zip(to.chunks_mut(step)) {
        let (halves, _) = block.as_chunks::<PAIRS>();
        let [low, high] = [vector_of(halves[0]), vector_of(halves[1])];
        to[..PAIRS].copy_from_slice(&bits_of(_mm512_cvtne2ps_pbh(high, low)));
    }
}
