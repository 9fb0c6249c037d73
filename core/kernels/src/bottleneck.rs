//! A ResNeXt's bottleneck over maps with channels innermost, where a convolution of one pixel is a matrix product.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::bf16::PAIRS;
use super::conv::GroupConv;
use super::conv_bf16::PairConv;
use super::finish::Then;
use super::gemm::{Room, strip};
use super::map::{Grid, Map, Window};
use super::memory::zeros;
use super::narrow::{Narrowed, ROOM, Scratch};
use super::packed::Packed;
use super::{ROWS, TILE, even_share, share_of, with_vectors};

/// Pixels of the result that are made in a turn: what lies between the steps then stays in the last cache, while weights that
/// come from far serve many pixels.
const TURN: usize = 1600;

/// A frozen bottleneck, its norms worked into the convolutions: narrow, look around, widen, add, rectify.
#[derive(Clone, Debug)]
pub struct Bottleneck {
    /// Channels in to channels inside.
    pub narrow: Packed,
    /// Channels inside to as many.
    pub look: GroupConv,
    /// Channels inside to channels out.
    pub widen: Packed,
    /// Channels in to channels out, where they differ or the map shrinks.
    pub shortcut: Option<Packed>,
}

impl Bottleneck {
    /// Three convolutions, added to the input. `room` is kept from block to block.
    ///
    /// # Shapes
    /// - input: `[n, rows * cols, channels]`, and the map's rows and columns
    /// - output: the same of the result
    pub fn forward(&self, input: &[f32], grid: Grid, room: &mut Room) -> (Vec<f32>, Grid) {
        let after = self.look.grid(grid);
        let before = (grid.0 * grid.1).max(1);
        let count = input.len() / self.narrow.depth() / before;
        let mut out = zeros(count * after.0 * after.1 * self.widen.width());
        let turns = count.div_ceil((TURN / (after.0 * after.1).max(1)).max(1));
        let turn = count.div_ceil(turns.max(1)).max(1);
        let inputs = input.chunks(turn * before * self.narrow.depth());
        let outs = out.chunks_mut((turn * after.0 * after.1 * self.widen.width()).max(1));
        for (input, out) in inputs.zip(outs) {
            let pixels = input.len() / self.narrow.depth();
            let Room { full, pairs } = &mut *room;
            match self.look.pairs() {
                None => {
                    self.narrow(input, strip(), full, |task| task.fill());
                    let map = Map {
                        strips: &full[..],
                        pixels,
                        grid,
                    };
                    self.widen(input, Looked::Full(map), out);
                }
                Some((conv, window)) => {
                    let narrowed = |task: Narrowed<'_, u32>| task.fill_in_bf16(conv.numbers());
                    self.narrow(input, PAIRS, pairs, narrowed);
                    let map = Map {
                        strips: &pairs[..],
                        pixels,
                        grid,
                    };
                    self.widen(input, Looked::Pairs(map, conv, window), out);
                }
            }
        }
        (out, after)
    }

    /// The first step: every pixel's inner channels into `room`, in strips of `block` numbers as [`Map`] has them.
    fn narrow<N: Copy + Default + Send>(
        &self,
        input: &[f32],
        block: usize,
        room: &mut Vec<N>,
        narrowed: impl Fn(Narrowed<'_, N>) + Send + Sync,
    ) {
        let pixels = input.len() / self.narrow.depth();
        let share = share_of(pixels);
        let strips = self.narrow.width().div_ceil(strip());
        room.resize(strips * (pixels + 1) * block, N::default());
        let inputs = input.chunks(share * self.narrow.depth());
        let mut tasks: Vec<Narrowed<'_, N>> = inputs
            .map(|input| Narrowed {
                matrix: &self.narrow,
                input,
                out: Vec::with_capacity(strips),
            })
            .collect();
        for out in room.chunks_exact_mut((pixels + 1) * block) {
            let (out, beyond) = out.split_at_mut(pixels * block);
            beyond.fill(N::default());
            for (task, out) in tasks.iter_mut().zip(out.chunks_mut(share * block)) {
                task.out.push(out);
            }
        }
        tasks.into_par_iter().for_each(narrowed);
    }

    /// The other steps, from what the first gave.
    fn widen(&self, input: &[f32], looked: Looked<'_>, out: &mut [f32]) {
        let grid = looked.grid();
        let tasks = bands(out, self.widen.width(), self.look.grid(grid));
        tasks.into_par_iter().for_each(|(first, out)| {
            let mut scratch = ROOM.take();
            with_vectors(Widen {
                block: self,
                input,
                looked,
                first,
                out,
                scratch: &mut scratch,
            });
            ROOM.set(scratch);
        });
    }
}

/// What the first step gave, in the numbers in which the second reads it.
#[derive(Clone, Copy)]
enum Looked<'a> {
    Full(Map<'a, f32>),
    Pairs(Map<'a, u32>, &'a PairConv, Window),
}

impl Looked<'_> {
    fn grid(&self) -> Grid {
        match self {
            Self::Full(map) => map.grid,
            Self::Pairs(map, ..) => map.grid,
        }
    }
}

/// A map of rows of `width` numbers in tasks: the pixel each starts with, and its pixels. A task has whole bands of two rows of a
/// picture, or of the one that is left over.
fn bands(out: &mut [f32], width: usize, (rows, cols): Grid) -> Vec<(usize, &mut [f32])> {
    let of_picture = rows.div_ceil(2).max(1);
    let count = out.len() / (width * rows * cols).max(1) * of_picture;
    let share = even_share(count, ROWS / (2 * cols).max(1));
    let start = |band: usize| (band / of_picture * rows + band % of_picture * 2) * cols;
    let mut rest = out;
    let mut tasks = Vec::new();
    for band in (0..count).step_by(share) {
        let first = start(band);
        let len = (start((band + share).min(count)) - first) * width;
        let (task, after) = rest.split_at_mut(len);
        tasks.push((first, task));
        rest = after;
    }
    tasks
}

/// The other steps for some pixels of the result, from `first` on.
struct Widen<'a> {
    block: &'a Bottleneck,
    input: &'a [f32],
    looked: Looked<'a>,
    first: usize,
    out: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl WithSimd for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            block,
            input,
            looked,
            first,
            out,
            scratch,
        } = self;
        let count = out.len() / block.widen.width();
        let pixels = first..first + count;
        let channels = block.narrow.depth();
        match &block.shortcut {
            None => out.copy_from_slice(&input[first * channels..][..count * channels]),
            Some(shortcut) => {
                let (rows, cols) = block.look.grid(looked.grid());
                let (before, stride) = (looked.grid(), block.look.stride());
                scratch.picked.clear();
                for pixel in pixels.clone() {
                    let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
                    let from = (image * before.0 + y * stride) * before.1 + x * stride;
                    let picked = &input[from * channels..][..channels];
                    scratch.picked.extend_from_slice(picked);
                }
                let tiles = &mut scratch.tiles;
                shortcut.apply(simd, &scratch.picked, Then::Store, out, tiles);
            }
        }
        let Scratch {
            inner,
            pairs,
            tiles,
            look,
            places,
            ..
        } = scratch;
        match looked {
            Looked::Full(map) => {
                inner.resize(count.next_multiple_of(TILE) * map.numbers(), 0.0);
                block.look.apply(simd, map, pixels, inner, look);
                let widen = &block.widen;
                widen.apply_tiles(simd, inner, Then::AddRelu, out, tiles);
            }
            Looked::Pairs(map, conv, window) => {
                conv.apply(map, window, pixels, pairs, places);
                block.widen.apply_pairs(simd, pairs, Then::AddRelu, out);
            }
        }
    }
}
