//! Attention within a window, head by head, without a copy of queries, keys or values outside the caches.
//!
//! A tile of queries meets all keys, becomes weights and meets all values before the next one: two products like those of
//! [`super::gemm`], in the same numbers, with keys and values as the matrices.

use pulp::Simd;

use super::bf16::{Bf16, TALL};
use super::finish::Lines;
use super::gemm::strip;
use super::head::{NEVER, Parts, Sizes, compare, exponentials, weigh};
use super::kept::{Full, Kept};
use super::norm::squares;
use super::product::block;

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
    /// Biases as the scores lie: a table a (window, head), or none; in it `[queries][keys]`, keys filled up to whole strips.
    bias: Vec<f32>,
}

/// Room for one head, kept by its thread.
#[derive(Clone, Debug, Default)]
pub struct HeadRoom {
    full: Parts<f32>,
    pairs: Parts<u32>,
    scores: Vec<f32>,
    /// A query or a key as it is compared.
    row: Vec<f32>,
}

impl Attention {
    /// `scale` has a number a head; `bias` is `[tables, tokens, tokens]` (queries down, keys across), tables being heads or
    /// windows times heads, or empty.
    pub fn new(kind: AttentionKind, scale: Vec<f32>, tokens: usize, bias: &[f32]) -> Self {
        let keys = tokens.next_multiple_of(strip());
        let mut padded = vec![0.0; bias.len() / tokens * keys];
        let rows = bias.chunks_exact(tokens);
        for (to, row) in padded.chunks_exact_mut(keys).zip(rows) {
            to[..tokens].copy_from_slice(row);
        }
        Self {
            kind,
            scale,
            tokens,
            bias: padded,
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

    /// `qkv` is `[tokens, 3, heads, d]` of one window, `out` `[tokens, heads, d]`; `window` is its place on the map. Products are
    /// of bf16 where `numbers` says so.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        numbers: Option<Bf16>,
        qkv: &[f32],
        window: usize,
        out: &mut [f32],
        room: &mut HeadRoom,
    ) {
        let width = out.len() / self.tokens;
        let d = width / self.heads();
        for head in 0..self.heads() {
            let out = (&mut out[head * d..], width);
            self.head(simd, numbers, qkv, (window, head), out, room);
        }
    }

    /// One head of a window: rows of `d` numbers, each `step` behind the one before.
    #[inline(always)]
    pub fn head<S: Simd>(
        &self,
        simd: S,
        numbers: Option<Bf16>,
        qkv: &[f32],
        at: (usize, usize),
        (out, step): (&mut [f32], usize),
        room: &mut HeadRoom,
    ) {
        let d = qkv.len() / self.tokens / 3 / self.heads();
        let strip = block::<S>();
        let out = Lines {
            out,
            step,
            width: d,
            strip,
        };
        let HeadRoom {
            full,
            pairs,
            scores,
            row,
        } = room;
        match numbers {
            None => self.head_in(simd, Full, qkv, at, out, (full, scores, row)),
            Some(kept) => self.head_in(simd, kept, qkv, at, out, (pairs, scores, row)),
        }
    }

    #[inline(always)]
    fn head_in<S: Simd, K: Kept>(
        &self,
        simd: S,
        kept: K,
        qkv: &[f32],
        (window, head): (usize, usize),
        mut out: Lines<'_>,
        (parts, scores, row): (&mut Parts<K::Number>, &mut Vec<f32>, &mut Vec<f32>),
    ) {
        let strip = block::<S>();
        let sizes = Sizes {
            tokens: self.tokens,
            d: out.width,
            depth: out.width.next_multiple_of(strip) / K::TERMS,
            keys: self.tokens.next_multiple_of(strip),
        };
        self.gather(simd, kept, qkv, (head, sizes), parts, row);
        let table = self.tokens * sizes.keys;
        let bias = match self.bias.len() / table {
            0 => None,
            tables => {
                let table = (window * self.heads() + head) % tables * table;
                Some(&self.bias[table..])
            }
        };
        scores.resize(K::ROWS * sizes.keys, 0.0);
        parts
            .weights
            .resize(K::ROWS * sizes.keys / K::TERMS, K::Number::default());
        for first in (0..self.tokens).step_by(K::ROWS) {
            let rows = first..self.tokens.min(first + K::ROWS);
            compare(simd, kept, parts, (rows.clone(), sizes), bias, scores);
            let mut sums = [0.0; TALL];
            for (r, sum) in (0..rows.len()).zip(&mut sums) {
                let scores = &mut scores[r * sizes.keys..][..sizes.keys];
                scores[sizes.tokens..].fill(NEVER);
                *sum = exponentials(simd, scores);
                let to = &mut parts.weights[r * K::block::<S>()..];
                kept.put::<S>(scores, to, K::ROWS * K::block::<S>());
            }
            weigh(simd, kept, parts, (rows, sizes), &sums, &mut out);
        }
    }

    /// A head's queries, keys and values as products read them.
    #[inline(always)]
    fn gather<S: Simd, K: Kept>(
        &self,
        simd: S,
        kept: K,
        qkv: &[f32],
        (head, sizes): (usize, Sizes),
        parts: &mut Parts<K::Number>,
        row: &mut Vec<f32>,
    ) {
        let Sizes {
            tokens,
            d,
            depth,
            keys,
        } = sizes;
        let (strip, block) = (block::<S>(), K::block::<S>());
        let (width, zero) = (qkv.len() / tokens / 3, K::Number::default());
        let lines = keys / K::TERMS;
        parts
            .queries
            .resize(tokens.next_multiple_of(K::ROWS) * depth, zero);
        if depth * K::TERMS > d {
            parts.keys.clear();
        }
        parts.keys.resize(keys * depth, zero);
        parts.values.resize(d.div_ceil(strip) * lines * strip, zero);
        row.resize(d, 0.0);
        let of = |token: usize, part: usize| &qkv[(3 * token + part) * width + head * d..][..d];
        for t in 0..tokens {
            self.compared(simd, of(t, 0), self.scale[head], row);
            let to = t / K::ROWS * K::ROWS * depth + t % K::ROWS * block;
            kept.put::<S>(row, &mut parts.queries[to..], K::ROWS * block);
            self.compared(simd, of(t, 1), 1.0, row);
            let to = t / strip * strip * depth + t % strip;
            kept.stand(row, &mut parts.keys[to..], strip);
        }
        for (s, values) in parts.values.chunks_exact_mut(lines * strip).enumerate() {
            let part = s * strip..d.min((s + 1) * strip);
            let mut to = values.chunks_exact_mut(strip);
            for (t, to) in (0..tokens).step_by(K::TERMS).zip(&mut to) {
                let below = (t + 1 < tokens).then(|| &of(t + 1, 2)[part.clone()]);
                kept.stack(simd, &of(t, 2)[part.clone()], below, to);
            }
            to.for_each(|to| to.fill(zero));
        }
    }

    /// A query or a key as it is compared.
    #[inline(always)]
    fn compared<S: Simd>(&self, simd: S, from: &[f32], scale: f32, to: &mut [f32]) {
        let scale = match self.kind {
            AttentionKind::Dot => scale,
            AttentionKind::Cosine => scale / squares(simd, from, 0.0).max(1e-24).sqrt(),
        };
        for (to, from) in to.iter_mut().zip(from) {
            *to = from * scale;
        }
    }
}
