//! A transformer block step by step, each spread over all threads: for fewer windows than keep threads busy, such as those
//! of a single picture.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::attention::HeadRoom;
use super::block::{Place, Scratch, TransformerBlock};
use super::{share_of, with_vectors};

impl TransformerBlock {
    /// The rows of whole windows through the block.
    pub(super) fn in_steps(&self, places: &mut [Place<'_>]) {
        let rows = share_of(places.len());
        let width = self.proj.width();
        let mut qkv = vec![0.0; places.len() * 3 * width];
        places
            .par_chunks_mut(rows)
            .zip(qkv.par_chunks_mut(rows * 3 * width))
            .for_each_init(Scratch::default, |scratch, (places, out)| {
                with_vectors(Project(self, places, out, scratch));
            });
        let heads = self.attention.heads();
        let size = self.attention.tokens() * (width / heads);
        let mut mixed = vec![0.0; places.len() * width];
        mixed.par_chunks_mut(size).enumerate().for_each_init(
            HeadRoom::default,
            |room, (index, out)| {
                let at = (index / heads, index % heads);
                with_vectors(Head(self, &qkv, at, out, room));
            },
        );
        places.par_chunks_mut(rows).enumerate().for_each_init(
            Scratch::default,
            |scratch, (task, places)| {
                with_vectors(Finish(self, places, &mixed, task * rows, scratch));
            },
        );
    }
}

/// Queries, keys and values of some rows.
struct Project<'a, 'b>(
    &'a TransformerBlock,
    &'a [Place<'b>],
    &'a mut [f32],
    &'a mut Scratch,
);

impl WithSimd for Project<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(block, places, out, scratch) = self;
        scratch.take(block, places);
        block.project(simd, scratch);
        out.copy_from_slice(&scratch.wide[..out.len()]);
    }
}

/// Attention of one head in one window, `[tokens, d]`.
struct Head<'a>(
    &'a TransformerBlock,
    &'a [f32],
    (usize, usize),
    &'a mut [f32],
    &'a mut HeadRoom,
);

impl WithSimd for Head<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(block, qkv, (window, head), out, room) = self;
        let attention = &block.attention;
        let size = attention.tokens() * 3 * block.proj.width();
        let qkv = &qkv[window * size..][..size];
        let step = out.len() / attention.tokens();
        let numbers = block.qkv.bf16();
        attention.head(simd, numbers, qkv, (window, head), (out, step), room);
    }
}

/// What follows attention, for some rows, the first of which is the `.3`rd of all.
struct Finish<'a, 'b>(
    &'a TransformerBlock,
    &'a mut [Place<'b>],
    &'a [f32],
    usize,
    &'a mut Scratch,
);

impl WithSimd for Finish<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(block, places, mixed, first, scratch) = self;
        scratch.take(block, places);
        let (heads, tokens) = (block.attention.heads(), block.attention.tokens());
        let d = block.proj.width() / heads;
        // From heads in turn to tokens in turn.
        for (place, row) in scratch.branch.chunks_exact_mut(heads * d).enumerate() {
            let (window, token) = ((first + place) / tokens, (first + place) % tokens);
            for (head, part) in row.chunks_exact_mut(d).enumerate() {
                let from = ((window * heads + head) * tokens + token) * d;
                part.copy_from_slice(&mixed[from..][..d]);
            }
        }
        block.join(simd, scratch);
        block.perceive(simd, scratch);
        scratch.give(places);
    }
}
