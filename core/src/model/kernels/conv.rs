//! A ResNeXt's bottleneck over maps with channels innermost, where a convolution of one pixel is a matrix product.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::gemm::{Packed, Place, Then};
use super::{TILE, share_of, with_vectors};

/// A convolution whose channels are in groups that do not see each other, padded by half its side.
#[derive(Clone, Debug)]
pub struct GroupConv {
    side: usize,
    stride: usize,
    /// A matrix a group, `[side * side * inputs, outputs]`.
    groups: Vec<Packed>,
}

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

/// Rows and columns of a map.
type Grid = (usize, usize);

impl GroupConv {
    /// From weights as PyTorch and burn hold them, `[outputs, inputs of a group, side, side]`.
    pub fn new(
        weights: &[f32],
        shape: [usize; 4],
        groups: usize,
        stride: usize,
        bias: &[f32],
    ) -> Self {
        let [outputs, inputs, side, _] = shape;
        let (width, taps) = (outputs / groups, side * side);
        let matrix = |group: usize| {
            let at = move |tap: usize, input: usize, output: usize| {
                weights[((group * width + output) * inputs + input) * taps + tap]
            };
            let rows = (0..taps).flat_map(|tap| (0..inputs).map(move |input| (tap, input)));
            let matrix: Vec<f32> = rows
                .flat_map(|(tap, input)| (0..width).map(move |output| at(tap, input, output)))
                .collect();
            let bias = &bias[group * width..][..width];
            Packed::new(&matrix, [taps * inputs, width], Some(bias))
        };
        Self {
            side,
            stride,
            groups: (0..groups).map(matrix).collect(),
        }
    }

    /// The map it makes of one.
    pub fn grid(&self, (rows, cols): Grid) -> Grid {
        (rows.div_ceil(self.stride), cols.div_ceil(self.stride))
    }

    /// The positive part of pixels `first..` of the result, one row of `out` each. `input` is `[n, rows, cols, channels]` and
    /// one pixel of zeros more, which stands for those beyond the edge.
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, input: &[f32], grid: Grid, first: usize, out: &mut [f32]) {
        let channels: usize = self.groups.iter().map(Packed::width).sum();
        let taps = self.side * self.side;
        let mut places = vec![[0; TILE]; taps];
        for (tile, out) in out.chunks_mut(TILE * channels).enumerate() {
            let none = input.len() / channels - 1;
            for i in 0..TILE {
                self.places(first + tile * TILE + i, grid, none, |tap, pixel| {
                    places[tap][i] = pixel * channels;
                });
            }
            let mut from = 0;
            for group in &self.groups {
                self.group(simd, group, input, (&places, from, channels), out);
                from += group.width();
            }
        }
    }

    /// The pixel under each tap for a pixel of the result; `none` beyond the edge and beyond the last picture.
    #[inline(always)]
    fn places(&self, pixel: usize, grid: Grid, none: usize, mut put: impl FnMut(usize, usize)) {
        let (rows, cols) = self.grid(grid);
        let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
        let pad = self.side / 2;
        for tap in 0..self.side * self.side {
            // Before the edge this wraps round to something beyond it.
            let y = (y * self.stride + tap / self.side).wrapping_sub(pad);
            let x = (x * self.stride + tap % self.side).wrapping_sub(pad);
            let inside = y < grid.0 && x < grid.1;
            let place = (image * grid.0)
                .wrapping_add(y)
                .wrapping_mul(grid.1)
                .wrapping_add(x);
            put(tap, if inside && place < none { place } else { none });
        }
    }

    #[inline(always)]
    fn group<S: Simd>(
        &self,
        simd: S,
        group: &Packed,
        input: &[f32],
        (places, from, channels): (&[[usize; TILE]], usize, usize),
        out: &mut [f32],
    ) {
        let inputs = group.depth() / places.len();
        let width = 2 * S::F32_LANES;
        let whole = Place {
            first: true,
            last: true,
            then: Then::Relu,
        };
        for (s, (matrix, bias)) in group.strips::<S>().enumerate() {
            let mut sums = [[simd.splat_f32s(0.0); 2]; TILE];
            for (places, matrix) in places.iter().zip(matrix.chunks_exact(inputs)) {
                let [a, b, c, d, e, f] = places.map(|place| &input[place + from..][..inputs]);
                let pixels = a.iter().zip(b).zip(c.iter().zip(d)).zip(e.iter().zip(f));
                for ((((a, b), (c, d)), (e, f)), [left, right]) in pixels.zip(matrix) {
                    for (sum, value) in sums.iter_mut().zip([a, b, c, d, e, f]) {
                        let value = simd.splat_f32s(*value);
                        sum[0] = simd.mul_add_e_f32s(value, *left, sum[0]);
                        sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
                    }
                }
            }
            let columns = from + s * width..from + group.width().min((s + 1) * width);
            for (row, sums) in out.chunks_exact_mut(channels).zip(sums) {
                whole.store(simd, sums, bias, &mut row[columns.clone()]);
            }
        }
    }
}

/// Room of a task, kept by its thread.
#[derive(Default)]
struct Scratch {
    inner: Vec<f32>,
    picked: Vec<f32>,
    tiles: Vec<[f32; TILE]>,
}

impl Bottleneck {
    /// `[n, rows * cols, channels]` and the map to the same of the result. `room` is kept from block to block.
    pub fn forward(&self, input: &[f32], grid: Grid, room: &mut Vec<f32>) -> (Vec<f32>, Grid) {
        let inner = self.narrow.width();
        let pixels = input.len() / self.narrow.depth();
        room.resize((pixels + 1) * inner, 0.0);
        room[pixels * inner..].fill(0.0);
        let share = share_of(pixels);
        input
            .par_chunks(share * self.narrow.depth())
            .zip(room[..pixels * inner].par_chunks_mut(share * inner))
            .for_each_init(Scratch::default, |scratch, (input, out)| {
                with_vectors(Narrow {
                    block: self,
                    input,
                    out,
                    scratch,
                });
            });
        let after = self.look.grid(grid);
        let count = pixels / (grid.0 * grid.1).max(1) * after.0 * after.1;
        let mut out = vec![0.0; count * self.widen.width()];
        let share = share_of(count);
        out.par_chunks_mut(share * self.widen.width())
            .enumerate()
            .for_each_init(Scratch::default, |scratch, (task, out)| {
                with_vectors(Widen {
                    block: self,
                    input,
                    room,
                    grid,
                    first: task * share,
                    out,
                    scratch,
                });
            });
        (out, after)
    }
}

/// The first step for some pixels.
struct Narrow<'a> {
    block: &'a Bottleneck,
    input: &'a [f32],
    out: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl WithSimd for Narrow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tiles = &mut self.scratch.tiles;
        self.block
            .narrow
            .apply(simd, self.input, Then::Relu, self.out, tiles);
    }
}

/// The other steps for some pixels of the result, from `first` on.
struct Widen<'a> {
    block: &'a Bottleneck,
    input: &'a [f32],
    /// What the first step gave, and a pixel of zeros.
    room: &'a [f32],
    grid: Grid,
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
            room,
            grid,
            first,
            out,
            scratch,
        } = self;
        let count = out.len() / block.widen.width();
        scratch.inner.resize(count * block.narrow.width(), 0.0);
        block
            .look
            .apply(simd, room, grid, first, &mut scratch.inner);
        let channels = block.narrow.depth();
        match &block.shortcut {
            None => out.copy_from_slice(&input[first * channels..][..count * channels]),
            Some(shortcut) => {
                let (rows, cols) = block.look.grid(grid);
                let stride = block.look.stride;
                scratch.picked.clear();
                for pixel in first..first + count {
                    let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
                    let from = (image * grid.0 + y * stride) * grid.1 + x * stride;
                    scratch
                        .picked
                        .extend_from_slice(&input[from * channels..][..channels]);
                }
                shortcut.apply(simd, &scratch.picked, Then::Store, out, &mut scratch.tiles);
            }
        }
        block
            .widen
            .apply(simd, &scratch.inner, Then::AddRelu, out, &mut scratch.tiles);
    }
}
