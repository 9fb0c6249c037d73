//! A transformer block over windows of tokens: one task takes a few windows through all of it.

use std::cell::Cell;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::attention::{Attention, HeadRoom};
use super::finish::Then;
use super::gemm::Room;
use super::memory::zeros;
use super::norm::Norm;
use super::packed::Packed;
use super::with_vectors;

/// Rows a task should have at most: its activations then stay in the second and third cache.
const ROWS: usize = 216;

/// Where a block's norms sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormPlace {
    /// Over the input of a branch: Swin-V1, ViT.
    Before,
    /// Over its result: Swin-V2.
    After,
}

/// A frozen block: attention inside windows, then a perceptron of two layers with GELU between, each added to its input.
#[derive(Clone, Debug)]
pub struct TransformerBlock {
    /// `order[place in window order] = token on the map`; its length is the tokens of one input.
    pub order: Vec<i32>,
    /// Where the norms sit.
    pub place: NormPlace,
    /// Width to three times the width.
    pub qkv: Packed,
    /// Attention inside a window.
    pub attention: Attention,
    /// Width to width.
    pub proj: Packed,
    /// Width to hidden.
    pub fc1: Packed,
    /// Hidden to width.
    pub fc2: Packed,
    /// The attention branch's norm.
    pub norm1: Norm,
    /// The perceptron branch's norm.
    pub norm2: Norm,
}

/// A row of tokens in window order: where it comes from and where it goes.
pub(super) type Place<'a> = (&'a [f32], &'a mut [f32]);

thread_local! {
    /// A thread's room stays from block to block: fresh memory comes page by page, each cleared by the system.
    pub(super) static ROOM: Cell<Scratch> = Cell::default();
}

/// Room for one task, kept by its thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// The rows, then the result.
    pub x: Vec<f32>,
    /// Queries, keys and values, then what is hidden in the perceptron.
    pub wide: Vec<f32>,
    /// What attention gives.
    pub branch: Vec<f32>,
    normed: Vec<f32>,
    tiles: Room,
    head: HeadRoom,
}

impl Scratch {
    /// Room for some rows, and the rows.
    pub fn take(&mut self, block: &TransformerBlock, places: &[Place<'_>]) {
        let width = block.proj.width();
        self.x.clear();
        for (from, _) in places {
            self.x.extend_from_slice(from);
        }
        let widest = (3 * width).max(block.fc1.width());
        self.wide.resize(places.len() * widest, 0.0);
        self.branch.resize(places.len() * width, 0.0);
        self.normed.resize(places.len() * width, 0.0);
    }

    /// The result to where it belongs.
    pub fn give(&self, places: &mut [Place<'_>]) {
        let width = self.x.len() / places.len().max(1);
        for ((_, to), row) in places.iter_mut().zip(self.x.chunks_exact(width.max(1))) {
            to.copy_from_slice(row);
        }
    }
}

impl TransformerBlock {
    /// Attention and MLP, each added to its input.
    ///
    /// # Shapes
    /// - input: `[n, tokens, width]`
    /// - output: the same
    pub fn forward(&self, input: &[f32]) -> Vec<f32> {
        let width = self.proj.width();
        let map = self.order.len();
        let mut out = zeros(input.len());
        let mut rows: Vec<Option<&mut [f32]>> = out.chunks_exact_mut(width).map(Some).collect();
        // Each place in window order with where it comes from and where it goes.
        let count = rows.len() / map.max(1);
        let mut places: Vec<Place<'_>> = (0..count)
            .flat_map(|image| {
                self.order
                    .iter()
                    .map(move |token| image * map + *token as usize)
            })
            .filter_map(|token| Some((&input[token * width..][..width], rows[token].take()?)))
            .collect();
        let tokens = self.attention.tokens();
        let count = places.len() / tokens;
        if are_few(count) {
            self.in_steps(&mut places);
            return out;
        }
        let (group, windows) = (group(count, tokens), map / tokens);
        places
            .par_chunks_mut(group * tokens)
            .enumerate()
            .for_each(|(task, places)| {
                let first = task * group % windows;
                let mut scratch = ROOM.take();
                with_vectors(Task {
                    block: self,
                    first,
                    places,
                    scratch: &mut scratch,
                });
                ROOM.set(scratch);
            });
        out
    }

    /// What a branch reads.
    #[inline(always)]
    fn read<'a, S: Simd>(
        &self,
        simd: S,
        norm: &Norm,
        x: &'a [f32],
        normed: &'a mut [f32],
    ) -> &'a [f32] {
        match self.place {
            NormPlace::Before => {
                norm.apply(simd, x, false, normed);
                normed
            }
            NormPlace::After => x,
        }
    }

    /// A branch through its last layer, added to `x`.
    #[inline(always)]
    fn add<S: Simd>(
        &self,
        simd: S,
        (layer, norm): (&Packed, &Norm),
        branch: &[f32],
        (x, normed): (&mut [f32], &mut [f32]),
        tiles: &mut Room,
    ) {
        match self.place {
            NormPlace::Before => layer.apply(simd, branch, Then::Add, x, tiles),
            NormPlace::After => {
                layer.apply(simd, branch, Then::Store, normed, tiles);
                norm.apply(simd, normed, true, x);
            }
        }
    }

    /// Queries, keys and values of the rows of `x`.
    #[inline(always)]
    pub(super) fn project<S: Simd>(&self, simd: S, room: &mut Scratch) {
        let Scratch {
            x,
            wide,
            normed,
            tiles,
            ..
        } = room;
        let input = self.read(simd, &self.norm1, x, normed);
        let wide = &mut wide[..x.len() * 3];
        self.qkv.apply(simd, input, Then::Store, wide, tiles);
    }

    /// Attention in some windows, the first of which is `first` on its map.
    #[inline(always)]
    fn attend<S: Simd>(&self, simd: S, first: usize, room: &mut Scratch) {
        let numbers = self.qkv.bf16();
        let size = self.attention.tokens() * self.proj.width();
        let windows = room
            .wide
            .chunks_exact(3 * size)
            .zip(room.branch.chunks_exact_mut(size));
        for (window, (qkv, out)) in windows.enumerate() {
            self.attention
                .apply(simd, numbers, qkv, first + window, out, &mut room.head);
        }
    }

    /// What attention gave, added to its input.
    #[inline(always)]
    pub(super) fn join<S: Simd>(&self, simd: S, room: &mut Scratch) {
        let Scratch {
            x,
            branch,
            normed,
            tiles,
            ..
        } = room;
        self.add(simd, (&self.proj, &self.norm1), branch, (x, normed), tiles);
    }

    /// The perceptron's branch, added to its input.
    #[inline(always)]
    pub(super) fn perceive<S: Simd>(&self, simd: S, room: &mut Scratch) {
        let Scratch {
            x,
            wide,
            normed,
            tiles,
            ..
        } = room;
        let input = self.read(simd, &self.norm2, x, normed);
        let hidden = x.len() / self.proj.width() * self.fc1.width();
        let wide = &mut wide[..hidden];
        self.fc1.apply(simd, input, Then::Gelu, wide, tiles);
        self.add(simd, (&self.fc2, &self.norm2), wide, (x, normed), tiles);
    }
}

/// Windows a task: as many as fit, so that a matrix read from memory serves many rows, yet as evenly as threads need.
fn group(windows: usize, tokens: usize) -> usize {
    let threads = rayon::current_num_threads();
    let most = (ROWS / tokens).max(1);
    let even =
        |group: &usize| windows.is_multiple_of(group * threads) || windows / group >= 8 * threads;
    (1..=most).rev().find(even).unwrap_or(1)
}

/// Whether windows are too few to keep all threads busy when each takes whole ones.
fn are_few(windows: usize) -> bool {
    let threads = rayon::current_num_threads();
    windows < 4 * threads && !windows.is_multiple_of(threads)
}

/// Some windows on their way through a block.
struct Task<'a, 'b> {
    block: &'a TransformerBlock,
    first: usize,
    places: &'a mut [Place<'b>],
    scratch: &'a mut Scratch,
}

impl WithSimd for Task<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            block,
            first,
            places,
            scratch,
        } = self;
        scratch.take(block, places);
        block.project(simd, scratch);
        block.attend(simd, first, scratch);
        block.join(simd, scratch);
        block.perceive(simd, scratch);
        scratch.give(places);
    }
}
