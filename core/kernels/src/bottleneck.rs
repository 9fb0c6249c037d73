//! A ResNeXt's bottleneck over maps with channels innermost, where a convolution of one pixel is a matrix product.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::conv::{GroupConv, LookScratch};
use super::finish::{Strips, Then};
use super::gemm::{Packed, strip};
use super::map::{Grid, Map};
use super::product::block;
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

/// Room of a task, kept by its thread.
#[derive(Default)]
struct Scratch {
    inner: Vec<f32>,
    picked: Vec<f32>,
    tiles: Vec<f32>,
    look: LookScratch,
}

impl Bottleneck {
    /// Three convolutions, added to the input. `room` is kept from block to block.
    ///
    /// # Shapes
    /// - input: `[n, rows * cols, channels]`, and the map's rows and columns
    /// - output: the same of the result
    pub fn forward(&self, input: &[f32], grid: Grid, room: &mut Vec<f32>) -> (Vec<f32>, Grid) {
        let after = self.look.grid(grid);
        let before = (grid.0 * grid.1).max(1);
        let count = input.len() / self.narrow.depth() / before;
        let mut out = vec![0.0; count * after.0 * after.1 * self.widen.width()];
        let turns = count.div_ceil((TURN / (after.0 * after.1).max(1)).max(1));
        let turn = count.div_ceil(turns.max(1)).max(1);
        let inputs = input.chunks(turn * before * self.narrow.depth());
        let outs = out.chunks_mut((turn * after.0 * after.1 * self.widen.width()).max(1));
        for (input, out) in inputs.zip(outs) {
            self.narrow(input, room);
            let pixels = input.len() / self.narrow.depth();
            let map = Map {
                strips: room,
                pixels,
                grid,
            };
            self.widen(input, map, out);
        }
        (out, after)
    }

    /// The first step: every pixel's inner channels into `room`, in strips as [`Map`] has them.
    fn narrow(&self, input: &[f32], room: &mut Vec<f32>) {
        let strip = strip();
        let pixels = input.len() / self.narrow.depth();
        let share = share_of(pixels);
        room.resize(
            self.narrow.width().div_ceil(strip) * (pixels + 1) * strip,
            0.0,
        );
        let inputs = input.chunks(share * self.narrow.depth());
        let mut tasks: Vec<(&[f32], Vec<&mut [f32]>)> =
            inputs.map(|input| (input, vec![])).collect();
        for out in room.chunks_exact_mut((pixels + 1) * strip) {
            let (out, beyond) = out.split_at_mut(pixels * strip);
            beyond.fill(0.0);
            for ((_, task), out) in tasks.iter_mut().zip(out.chunks_mut(share * strip)) {
                task.push(out);
            }
        }
        tasks
            .into_par_iter()
            .for_each_init(Vec::new, |tiles, (input, out)| {
                with_vectors(Narrow(&self.narrow, input, out, tiles));
            });
    }

    /// The other steps, from what the first gave.
    fn widen(&self, input: &[f32], map: Map<'_>, out: &mut [f32]) {
        let tasks = bands(out, self.widen.width(), self.look.grid(map.grid));
        tasks
            .into_par_iter()
            .for_each_init(Scratch::default, |scratch, (first, out)| {
                with_vectors(Widen {
                    block: self,
                    input,
                    map,
                    first,
                    out,
                    scratch,
                });
            });
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

/// The first step for some pixels, a slice a strip.
struct Narrow<'a>(&'a Packed, &'a [f32], Vec<&'a mut [f32]>, &'a mut Vec<f32>);

impl WithSimd for Narrow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(matrix, input, out, tiles) = self;
        let strip = block::<S>();
        matrix.apply_to(simd, input, Then::Relu, &mut Strips { out, strip }, tiles);
    }
}

/// The other steps for some pixels of the result, from `first` on.
struct Widen<'a> {
    block: &'a Bottleneck,
    input: &'a [f32],
    /// What the first step gave.
    map: Map<'a>,
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
            map,
            first,
            out,
            scratch:
                Scratch {
                    inner,
                    picked,
                    tiles,
                    look,
                },
        } = self;
        let count = out.len() / block.widen.width();
        inner.resize(count.next_multiple_of(TILE) * map.channels(), 0.0);
        let pixels = first..first + count;
        block.look.apply(simd, map, pixels, inner, look);
        let channels = block.narrow.depth();
        match &block.shortcut {
            None => out.copy_from_slice(&input[first * channels..][..count * channels]),
            Some(shortcut) => {
                let (rows, cols) = block.look.grid(map.grid);
                let stride = block.look.stride();
                picked.clear();
                for pixel in first..first + count {
                    let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
                    let from = (image * map.grid.0 + y * stride) * map.grid.1 + x * stride;
                    picked.extend_from_slice(&input[from * channels..][..channels]);
                }
                shortcut.apply(simd, picked, Then::Store, out, tiles);
            }
        }
        block.widen.apply_tiles(simd, inner, Then::AddRelu, out);
    }
}
