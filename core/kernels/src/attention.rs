//! Attention within a window, head by head, without a copy of queries, keys or values outside the caches.
//!
//! Scores are computed transposed, keys down and a strip of queries across: maximum, sum and exponential then run down the
//! vectors, and the weights lie as the second product reads them.

use pulp::Simd;

use super::TILE;
use super::gemm::strip;
use super::math::exp;
use super::norm::squares;
use super::product::{pairs, product};

/// A score that no softmax notices, for queries and keys that are not there.
const NEVER: f32 = -1e30;

/// How queries and keys are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttentionKind {
    /// By their scalar product.
    Dot,
    /// By the cosine of their angle.
    Cosine,
}

/// What attention needs beside queries, keys and values.
#[derive(Clone, Debug)]
pub struct Attention {
    kind: AttentionKind,
    /// Factor a head.
    scale: Vec<f32>,
    /// Tokens of a window.
    tokens: usize,
    /// Biases as the scores lie: a table a (window, head), or none; in it `[strips of queries][keys][strip]`.
    bias: Vec<f32>,
}

/// Room for one head.
#[derive(Clone, Debug, Default)]
pub struct HeadScratch {
    query: Vec<f32>,
    scores: Vec<f32>,
    keys: Vec<[f32; TILE]>,
    values: Vec<[f32; TILE]>,
    result: Vec<f32>,
}

impl Attention {
    /// `scale` has a number a head; `bias` is `[tables, tokens, tokens]` (queries down, keys across), tables being heads or
    /// windows times heads, or empty.
    pub fn new(kind: AttentionKind, scale: Vec<f32>, tokens: usize, bias: &[f32]) -> Self {
        let strip = strip();
        let mut packed = Vec::new();
        for table in bias.chunks_exact(tokens * tokens) {
            for from in (0..tokens).step_by(strip) {
                for key in 0..tokens {
                    let queries = (from..from + strip).map(|q| table.get(q * tokens + key));
                    packed.extend(queries.map(|bias| bias.copied().unwrap_or(0.0)));
                }
            }
        }
        Self {
            kind,
            scale,
            tokens,
            bias: packed,
        }
    }

    /// The same for windows of another size; biases, which belong to a size, are left behind.
    pub fn over(&self, tokens: usize) -> Self {
        Self::new(self.kind, self.scale.clone(), tokens, &[])
    }

    /// Heads.
    pub fn heads(&self) -> usize {
        self.scale.len()
    }

    /// Tokens of a window.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// `qkv` is `[tokens, 3, heads, d]` of one window, `out` `[tokens, heads, d]`; `window` is its place on the map.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        qkv: &[f32],
        window: usize,
        out: &mut [f32],
        room: &mut HeadScratch,
    ) {
        let width = out.len() / self.tokens;
        let d = width / self.heads();
        for head in 0..self.heads() {
            self.head(
                simd,
                qkv,
                (window, head),
                (&mut out[head * d..], width),
                room,
            );
        }
    }

    /// One head of a window: rows of `d` numbers, each `step` behind the one before.
    #[inline(always)]
    pub fn head<S: Simd>(
        &self,
        simd: S,
        qkv: &[f32],
        (window, head): (usize, usize),
        (out, step): (&mut [f32], usize),
        room: &mut HeadScratch,
    ) {
        let width = qkv.len() / self.tokens / 3;
        let d = width / self.heads();
        let strip = 2 * S::F32_LANES;
        let table = self.tokens.div_ceil(strip) * self.tokens * strip;
        self.gather(simd, qkv, (head * d, d, width), room);
        let bias = match self.bias.len() / table {
            0 => &[][..],
            tables => &self.bias[(window * self.heads() + head) % tables * table..][..table],
        };
        for (index, from) in (0..self.tokens).step_by(strip).enumerate() {
            let rows = (from..self.tokens.min(from + strip))
                .map(|t| &qkv[t * 3 * width + head * d..][..d]);
            self.queries(simd, rows, self.scale[head], room);
            let part = self.tokens * strip;
            let bias = bias.get(index * part..(index + 1) * part);
            let sums = scores(simd, room, self.tokens, d, bias);
            let count = strip.min(self.tokens - from);
            weighted(simd, room, sums, (self.tokens, d, count));
            for (q, row) in room.result.chunks_exact(d).take(count).enumerate() {
                out[(from + q) * step..][..d].copy_from_slice(row);
            }
        }
    }

    /// Keys and values of a head in tiles: keys `[tokens / TILE][d][TILE]`, values `[d / TILE][tokens][TILE]`.
    #[inline(always)]
    fn gather<S: Simd>(
        &self,
        simd: S,
        qkv: &[f32],
        (at, d, width): (usize, usize, usize),
        room: &mut HeadScratch,
    ) {
        let tokens = self.tokens;
        room.keys.resize(tokens.div_ceil(TILE) * d, [0.0; TILE]);
        room.values.resize(d.div_ceil(TILE) * tokens, [0.0; TILE]);
        if !tokens.is_multiple_of(TILE) {
            let from = tokens / TILE * d;
            room.keys[from..].fill([0.0; TILE]);
        }
        for (t, row) in qkv.chunks_exact(3 * width).enumerate() {
            let key = &row[width + at..][..d];
            let scale = self.unit(simd, key);
            let tile = &mut room.keys[t / TILE * d..][..d];
            for (to, value) in tile.iter_mut().zip(key) {
                to[t % TILE] = value * scale;
            }
            let value = &row[2 * width + at..][..d];
            for (part, from) in value.chunks(TILE).enumerate() {
                let mut tile = [0.0; TILE];
                tile[..from.len()].copy_from_slice(from);
                room.values[part * tokens + t] = tile;
            }
        }
    }

    /// A strip of queries, `[d][strip]`.
    #[inline(always)]
    fn queries<'a, S: Simd>(
        &self,
        simd: S,
        rows: impl Iterator<Item = &'a [f32]>,
        scale: f32,
        room: &mut HeadScratch,
    ) {
        let strip = 2 * S::F32_LANES;
        let mut filled = 0;
        for (q, row) in rows.enumerate() {
            room.query.resize(row.len() * strip, 0.0);
            let scale = scale * self.unit(simd, row);
            for (to, value) in room.query.chunks_exact_mut(strip).zip(row) {
                to[q] = value * scale;
            }
            filled = q + 1;
        }
        if filled < strip {
            room.query
                .chunks_exact_mut(strip)
                .for_each(|to| to[filled..].fill(0.0));
        }
    }

    /// What a vector is multiplied with before it is compared.
    #[inline(always)]
    fn unit<S: Simd>(&self, simd: S, row: &[f32]) -> f32 {
        match self.kind {
            AttentionKind::Dot => 1.0,
            AttentionKind::Cosine => {
                let square = squares(simd, row, 0.0);
                1.0 / square.max(1e-24).sqrt()
            }
        }
    }
}

/// Exponentials of scores less their maximum, `[keys][strip]`, and their sums.
#[inline(always)]
fn scores<S: Simd>(
    simd: S,
    room: &mut HeadScratch,
    tokens: usize,
    d: usize,
    bias: Option<&[f32]>,
) -> [S::f32s; 2] {
    let strip = 2 * S::F32_LANES;
    room.scores.resize(tokens * strip, 0.0);
    let query = pairs::<S>(&room.query);
    let target = S::as_mut_simd_f32s(&mut room.scores)
        .0
        .as_chunks_mut::<2>()
        .0;
    let mut most = [simd.splat_f32s(NEVER); 2];
    let bias = bias.map(pairs::<S>);
    for (t, (tile, target)) in room
        .keys
        .chunks_exact(d)
        .zip(target.chunks_mut(TILE))
        .enumerate()
    {
        let sums = product(simd, tile, query);
        for (i, (mut sum, target)) in sums.into_iter().zip(target).enumerate() {
            if let Some(bias) = bias {
                let bias = bias[t * TILE + i];
                sum = [
                    simd.add_f32s(sum[0], bias[0]),
                    simd.add_f32s(sum[1], bias[1]),
                ];
            }
            most = [
                simd.max_f32s(most[0], sum[0]),
                simd.max_f32s(most[1], sum[1]),
            ];
            *target = sum;
        }
    }
    let mut total = [simd.splat_f32s(0.0); 2];
    for pair in target {
        for side in 0..2 {
            pair[side] = exp(simd, simd.sub_f32s(pair[side], most[side]));
            total[side] = simd.add_f32s(total[side], pair[side]);
        }
    }
    total
}

/// Values weighted by the exponentials and divided by their sums, `[queries][d]`.
#[inline(always)]
fn weighted<S: Simd>(
    simd: S,
    room: &mut HeadScratch,
    sums: [S::f32s; 2],
    (tokens, d, count): (usize, usize, usize),
) {
    let strip = 2 * S::F32_LANES;
    room.result.resize(strip * d, 0.0);
    let one = simd.splat_f32s(1.0);
    let by = [simd.div_f32s(one, sums[0]), simd.div_f32s(one, sums[1])];
    let weights = pairs::<S>(&room.scores);
    let mut row = room.query.chunks_exact_mut(strip);
    for tile in room.values.chunks_exact(tokens) {
        // The queries are used up: their room takes the result, channels down.
        for (sum, to) in product(simd, tile, weights).into_iter().zip(&mut row) {
            let to = S::as_mut_simd_f32s(to).0;
            to[0] = simd.mul_f32s(sum[0], by[0]);
            to[1] = simd.mul_f32s(sum[1], by[1]);
        }
    }
    for (channel, from) in room.query.chunks_exact(strip).enumerate() {
        for (q, value) in from[..count].iter().enumerate() {
            room.result[q * d + channel] = *value;
        }
    }
}
