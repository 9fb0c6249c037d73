//! A transformer block over windows of tokens: one task takes a few windows through all of it.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::attention::{Attention, HeadScratch};
use super::gemm::{Packed, Then};
use super::norm::Norm;
use super::{TILE, with_vectors};

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

/// Room for one task, kept by its thread.
#[derive(Clone, Debug, Default)]
struct Scratch {
    x: Vec<f32>,
    wide: Vec<f32>,
    branch: Vec<f32>,
    normed: Vec<f32>,
    tiles: Vec<[f32; TILE]>,
    head: HeadScratch,
}

impl TransformerBlock {
    /// `[n, tokens, width]` to the same.
    pub fn forward(&self, input: &[f32]) -> Vec<f32> {
        let width = self.proj.width();
        let map = self.order.len();
        let mut out = vec![0.0; input.len()];
        let mut rows: Vec<Option<&mut [f32]>> = out.chunks_exact_mut(width).map(Some).collect();
        // Each place in window order with where it comes from and where it goes.
        let count = rows.len() / map.max(1);
        let mut places: Vec<(&[f32], &mut [f32])> = (0..count)
            .flat_map(|image| {
                self.order
                    .iter()
                    .map(move |token| image * map + *token as usize)
            })
            .filter_map(|token| Some((&input[token * width..][..width], rows[token].take()?)))
            .collect();
        let tokens = self.attention.tokens();
        let group = group(places.len() / tokens, tokens);
        let windows = map / tokens;
        places
            .par_chunks_mut(group * tokens)
            .enumerate()
            .for_each_init(Scratch::default, |scratch, (task, places)| {
                let first = task * group % windows;
                with_vectors(Task {
                    block: self,
                    first,
                    places,
                    scratch,
                });
            });
        out
    }

    /// `branch = f(x)` for the rows of some windows, the first of which is `first` on its map.
    #[inline(always)]
    fn attend<S: Simd>(&self, simd: S, first: usize, room: &mut Scratch) {
        let Scratch {
            x,
            wide,
            branch,
            normed,
            tiles,
            head,
        } = room;
        let input = match self.place {
            NormPlace::Before => {
                self.norm1.apply(simd, x, false, normed);
                &*normed
            }
            NormPlace::After => &*x,
        };
        let width = self.proj.width();
        let wide = &mut wide[..x.len() * 3];
        self.qkv.apply(simd, input, Then::Store, wide, tiles);
        let tokens = self.attention.tokens();
        let windows = wide
            .chunks_exact(tokens * width * 3)
            .zip(branch.chunks_exact_mut(tokens * width));
        for (window, (qkv, out)) in windows.enumerate() {
            self.attention.apply(simd, qkv, first + window, out, head);
        }
        match self.place {
            NormPlace::Before => self.proj.apply(simd, branch, Then::Add, x, tiles),
            NormPlace::After => {
                self.proj.apply(simd, branch, Then::Store, normed, tiles);
                self.norm1.apply(simd, normed, true, x);
            }
        }
    }

    #[inline(always)]
    fn perceive<S: Simd>(&self, simd: S, room: &mut Scratch) {
        let Scratch {
            x,
            wide,
            normed,
            tiles,
            ..
        } = room;
        let input = match self.place {
            NormPlace::Before => {
                self.norm2.apply(simd, x, false, normed);
                &*normed
            }
            NormPlace::After => &*x,
        };
        let hidden = x.len() / self.proj.width() * self.fc1.width();
        let wide = &mut wide[..hidden];
        self.fc1.apply(simd, input, Then::Gelu, wide, tiles);
        match self.place {
            NormPlace::Before => self.fc2.apply(simd, wide, Then::Add, x, tiles),
            NormPlace::After => {
                self.fc2.apply(simd, wide, Then::Store, normed, tiles);
                self.norm2.apply(simd, normed, true, x);
            }
        }
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

/// Some windows on their way through a block.
struct Task<'a, 'b> {
    block: &'a TransformerBlock,
    first: usize,
    places: &'a mut [(&'b [f32], &'b mut [f32])],
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
        let width = block.proj.width();
        scratch.x.clear();
        places
            .iter()
            .for_each(|(from, _)| scratch.x.extend_from_slice(from));
        let widest = (3 * width).max(block.fc1.width());
        scratch.wide.resize(places.len() * widest, 0.0);
        scratch.branch.resize(places.len() * width, 0.0);
        scratch.normed.resize(places.len() * width, 0.0);
        block.attend(simd, first, scratch);
        block.perceive(simd, scratch);
        for ((_, to), row) in places.iter_mut().zip(scratch.x.chunks_exact(width)) {
            to.copy_from_slice(row);
        }
    }
}
