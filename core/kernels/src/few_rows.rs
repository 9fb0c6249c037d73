//! A few rows against many tokens of 16 bit, both ways: what reads frozen tokens. Those of one segment become f32 once, in the
//! processor's caches, so that memory is read at half the size and nothing of the tokens' size is ever written to it.

use half::f16;
use half::slice::HalfFloatSliceExt;
use pulp::{Simd, WithSimd};

use super::math::exp;
use super::with_vectors;

/// Rows of a block. With three vectors or tokens across it fills 12 of 16 registers with sums.
const ROWS: usize = 4;
/// Vectors, or tokens, across.
const ACROSS: usize = 3;
/// Tokens that are gone through together: they stay in the second cache.
const TILE: usize = 24;
/// Numbers between one token and the next beyond a token's: lines whole pages apart would share a few places of the first cache.
const APART: usize = 16;

/// Tokens of one segment, as f32.
pub struct Tokens {
    count: usize,
    width: usize,
    /// Numbers of a token in whole blocks, the last ones zero.
    depth: usize,
    /// From one token to the next.
    stride: usize,
    /// Tokens in whole blocks, the last ones zero.
    numbers: Vec<f32>,
}

impl Tokens {
    /// From tokens `[N, D]`.
    pub fn new(tokens: &[f16], width: usize) -> Self {
        let count = tokens.len() / width.max(1);
        let depth = width.next_multiple_of(block()).max(1);
        let stride = depth + APART;
        let mut numbers = vec![0.0; count.next_multiple_of(ACROSS) * stride];
        let rows = numbers.chunks_exact_mut(stride);
        for (to, from) in rows.zip(tokens.chunks_exact(width.max(1))) {
            from.convert_to_f32_slice(&mut to[..width]);
        }
        Self {
            count,
            width,
            depth,
            stride,
            numbers,
        }
    }

    /// `rows tokensᵀ`: rows `[R, D]` give `[R, N]`.
    pub fn against(&self, rows: &[f32]) -> Vec<f32> {
        let count = rows.len() / self.width.max(1);
        let mut all = vec![0.0; count.next_multiple_of(ROWS) * self.stride];
        let each = rows.chunks_exact(self.width.max(1));
        for (to, from) in all.chunks_exact_mut(self.stride).zip(each) {
            to[..self.width].copy_from_slice(from);
        }
        with_vectors(Against {
            tokens: self,
            rows: &all,
            count,
        })
    }

    /// `weights tokens`: weights `[R, N]` give `[R, D]`.
    pub fn together(&self, weights: &[f32]) -> Vec<f32> {
        with_vectors(Together {
            tokens: self,
            weights,
        })
    }
}

/// The softmax of each row of `n` numbers.
pub fn softmax(rows: &mut [f32], n: usize) {
    with_vectors(Softmax { rows, n });
}

/// Numbers of a block on this machine.
fn block() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            ACROSS * S::F32_LANES
        }
    }
    with_vectors(Lanes)
}

struct Against<'a> {
    tokens: &'a Tokens,
    /// In whole blocks, a token's stride apart.
    rows: &'a [f32],
    /// How many are meant.
    count: usize,
}

impl WithSimd for Against<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Tokens {
            count,
            depth,
            stride,
            ..
        } = *self.tokens;
        let mut out = vec![0.0; self.count * count];
        for (index, tile) in self.tokens.numbers.chunks(TILE * stride).enumerate() {
            for (block, four) in self.rows.chunks_exact(ROWS * stride).enumerate() {
                for (at, three) in tile.chunks_exact(ACROSS * stride).enumerate() {
                    let dots = dots(simd, four, three, (depth, stride));
                    let first = index * TILE + at * ACROSS;
                    let known = (count - first).min(ACROSS);
                    for (i, dots) in dots.iter().enumerate().take(self.count - block * ROWS) {
                        let to = (block * ROWS + i) * count + first;
                        out[to..to + known].copy_from_slice(&dots[..known]);
                    }
                }
            }
        }
        out
    }
}

/// Four rows with three tokens.
#[inline(always)]
fn dots<S: Simd>(
    simd: S,
    rows: &[f32],
    tokens: &[f32],
    (depth, stride): (usize, usize),
) -> [[f32; ACROSS]; ROWS] {
    let mut sums = [[simd.splat_f32s(0.0); ACROSS]; ROWS];
    let n = depth / S::F32_LANES;
    let rows = [
        vectors::<S>(rows, 0, n),
        vectors::<S>(rows, stride, n),
        vectors::<S>(rows, 2 * stride, n),
        vectors::<S>(rows, 3 * stride, n),
    ];
    let tokens = [
        vectors::<S>(tokens, 0, n),
        vectors::<S>(tokens, stride, n),
        vectors::<S>(tokens, 2 * stride, n),
    ];
    for i in 0..n {
        let token = [tokens[0][i], tokens[1][i], tokens[2][i]];
        for (row, sums) in rows.iter().zip(&mut sums) {
            let row = row[i];
            for (token, sum) in token.iter().zip(sums) {
                *sum = simd.mul_add_e_f32s(row, *token, *sum);
            }
        }
    }
    let mut out = [[0.0; ACROSS]; ROWS];
    for (out, sums) in out.iter_mut().zip(&sums) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = simd.reduce_sum_f32s(*sum);
        }
    }
    out
}

/// So many vectors from a number on.
#[inline(always)]
fn vectors<S: Simd>(numbers: &[f32], from: usize, n: usize) -> &[S::f32s] {
    let (vectors, _) = S::as_simd_f32s(&numbers[from..from + n * S::F32_LANES]);
    &vectors[..n]
}

struct Together<'a> {
    tokens: &'a Tokens,
    weights: &'a [f32],
}

impl WithSimd for Together<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Tokens {
            count,
            width,
            depth,
            stride,
            ..
        } = *self.tokens;
        let rows = self.weights.len() / count.max(1);
        let blocks = rows.div_ceil(ROWS);
        let mut sums = vec![0.0; blocks * ROWS * depth];
        let mut turned = vec![[0.0; ROWS]; blocks * TILE];
        for (index, tile) in self.tokens.numbers.chunks(TILE * stride).enumerate() {
            let there = (count - index * TILE).min(TILE);
            turn(self.weights, (count, index * TILE, there), &mut turned);
            for (block, sums) in sums.chunks_exact_mut(ROWS * depth).enumerate() {
                let weights = &turned[block * TILE..][..there];
                add(simd, weights, tile, sums, (depth, stride));
            }
        }
        let mut out = vec![0.0; rows * width];
        let rows = out.chunks_exact_mut(width.max(1));
        for (to, from) in rows.zip(sums.chunks_exact(depth)) {
            to.copy_from_slice(&from[..width]);
        }
        out
    }
}

/// The weights of a tile's tokens, `[block][token][row]`.
fn turn(weights: &[f32], (count, from, there): (usize, usize, usize), to: &mut [[f32; ROWS]]) {
    for (row, weights) in weights.chunks_exact(count.max(1)).enumerate() {
        let to = &mut to[row / ROWS * TILE..][..there];
        for (to, weight) in to.iter_mut().zip(&weights[from..]) {
            to[row % ROWS] = *weight;
        }
    }
}

/// Adds a tile's tokens to four rows, each token as often as its weights say.
#[inline(always)]
fn add<S: Simd>(
    simd: S,
    weights: &[[f32; ROWS]],
    tile: &[f32],
    rows: &mut [f32],
    (depth, stride): (usize, usize),
) {
    let (rows, _) = S::as_mut_simd_f32s(rows);
    let n = depth / S::F32_LANES;
    for column in (0..n).step_by(ACROSS) {
        let mut sums = [[simd.splat_f32s(0.0); ACROSS]; ROWS];
        for (sums, row) in sums.iter_mut().zip(rows.chunks_exact(n)) {
            sums.copy_from_slice(&row[column..column + ACROSS]);
        }
        for (weights, token) in weights.iter().zip(tile.chunks_exact(stride)) {
            let token = vectors::<S>(token, column * S::F32_LANES, ACROSS);
            let token = [token[0], token[1], token[2]];
            for (weight, sums) in weights.iter().zip(&mut sums) {
                let weight = simd.splat_f32s(*weight);
                for (token, sum) in token.iter().zip(sums) {
                    *sum = simd.mul_add_e_f32s(weight, *token, *sum);
                }
            }
        }
        for (sums, row) in sums.iter().zip(rows.chunks_exact_mut(n)) {
            row[column..column + ACROSS].copy_from_slice(sums);
        }
    }
}

struct Softmax<'a> {
    rows: &'a mut [f32],
    n: usize,
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.rows.chunks_exact_mut(self.n.max(1)) {
            let mut most = f32::NEG_INFINITY;
            for x in &*row {
                most = most.max(*x);
            }
            let below = simd.splat_f32s(most);
            let mut sums = simd.splat_f32s(0.0);
            let (vectors, rest) = S::as_mut_simd_f32s(row);
            for x in vectors {
                *x = exp(simd, simd.sub_f32s(*x, below));
                sums = simd.add_f32s(sums, *x);
            }
            let mut sum = simd.reduce_sum_f32s(sums);
            for x in rest {
                *x = (*x - most).exp();
                sum += *x;
            }
            let share = 1.0 / sum;
            for x in row {
                *x *= share;
            }
        }
    }
}
