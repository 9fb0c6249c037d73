//! A convolution whose channels are in groups that do not see each other, over maps with channels innermost.

use std::ops::Range;

use pulp::Simd;

use super::TILE;
use super::gemm::{Packed, Place, Then, add_products, strip};
use super::winograd::{Mixtures, Square, Winograd};

/// Rows and columns of a map.
pub type Grid = (usize, usize);

/// Channels of a group of which two fill a strip: the narrowest of the released models, where one alone would leave half of each
/// strip idle.
const PAIRED: usize = 8;

/// A square convolution in groups, padded by half its side, and the positive part of it.
#[derive(Clone, Debug)]
pub struct GroupConv {
    side: usize,
    stride: usize,
    /// Channels, as many before as after.
    width: usize,
    way: Way,
}

/// How it is computed.
#[derive(Clone, Debug)]
enum Way {
    /// A matrix a group, `[side * side * inputs, outputs]`.
    Single(Vec<Packed>),
    /// A matrix two groups of [`PAIRED`] channels, `[side * side * inputs, outputs of both]`.
    Pairs(Vec<Packed>),
    /// Fewer products, for groups of whole vectors.
    Winograd(Winograd),
}

/// Room of a task, kept by its thread.
#[derive(Default)]
pub(super) struct LookScratch {
    places: Vec<[usize; TILE]>,
    squares: Vec<Square>,
    mixtures: Mixtures,
}

impl GroupConv {
    /// From weights as PyTorch and burn hold them, `[channels, channels of a group, side, side]`.
    pub fn new(
        weights: &[f32],
        shape: [usize; 4],
        groups: usize,
        stride: usize,
        bias: &[f32],
    ) -> Self {
        let [outputs, inputs, side, _] = shape;
        let (width, taps) = (outputs / groups, side * side);
        let at = |group: usize, tap: usize, input: usize, output: usize| {
            weights[((group * width + output) * inputs + input) * taps + tap]
        };
        // Groups side by side in one matrix.
        let matrix = |groups: Range<usize>| {
            let rows = (0..taps).flat_map(|tap| (0..inputs).map(move |input| (tap, input)));
            let columns = groups.clone().flat_map(|g| (0..width).map(move |o| (g, o)));
            let row = |(tap, input)| columns.clone().map(move |(g, o)| at(g, tap, input, o));
            let matrix: Vec<f32> = rows.flat_map(row).collect();
            let bias = &bias[groups.start * width..groups.end * width];
            Packed::new(&matrix, [taps * inputs, groups.len() * width], Some(bias))
        };
        let way = if width == PAIRED && strip() == 2 * PAIRED && groups % 2 == 0 {
            Way::Pairs(
                (0..groups / 2)
                    .map(|pair| matrix(2 * pair..2 * pair + 2))
                    .collect(),
            )
        } else if side == 3 && stride == 1 && width.is_multiple_of(strip()) {
            Way::Winograd(Winograd::new(groups, width, bias, at))
        } else {
            Way::Single((0..groups).map(|group| matrix(group..group + 1)).collect())
        };
        Self {
            side,
            stride,
            width: outputs,
            way,
        }
    }

    /// The map it makes of one.
    pub fn grid(&self, (rows, cols): Grid) -> Grid {
        (rows.div_ceil(self.stride), cols.div_ceil(self.stride))
    }

    /// Step from place to place.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The positive part of the result from pixel `first` on, one row of `out` each; rows of the map in twos, as [`bands`] has
    /// them. `input` is `[n, rows, cols, channels]` and one pixel of zeros more, which stands for those beyond the edge.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(
        &self,
        simd: S,
        (input, grid): (&[f32], Grid),
        (first, out): (usize, &mut [f32]),
        room: &mut LookScratch,
    ) {
        let (groups, pairs) = match &self.way {
            Way::Single(groups) => (groups, false),
            Way::Pairs(pairs) => (pairs, true),
            Way::Winograd(short) => {
                let count = out.len() / self.width;
                self.squares(input, grid, first..first + count, &mut room.squares);
                return short.apply(simd, input, &room.squares, out, &mut room.mixtures);
            }
        };
        let places = &mut room.places;
        places.resize(self.side * self.side, [0; TILE]);
        for (tile, out) in out.chunks_mut(TILE * self.width).enumerate() {
            for i in 0..TILE {
                self.under(first + tile * TILE + i, input, grid, |tap, at| {
                    places[tap][i] = at
                });
            }
            let mut from = 0;
            for group in groups {
                match pairs {
                    true => self.pair(simd, group, input, (places, from), out),
                    false => self.group(simd, group, input, (places, from), out),
                }
                from += group.width();
            }
        }
    }

    /// Where the channels under each tap of a pixel of the result start.
    #[inline(always)]
    fn under(&self, pixel: usize, input: &[f32], grid: Grid, mut put: impl FnMut(usize, usize)) {
        let (rows, cols) = self.grid(grid);
        let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
        let pad = self.side / 2;
        for tap in 0..self.side * self.side {
            // Before the edge this wraps round to something beyond it.
            let y = (y * self.stride + tap / self.side).wrapping_sub(pad);
            let x = (x * self.stride + tap % self.side).wrapping_sub(pad);
            put(tap, self.place(input, grid, image, (y, x)));
        }
    }

    /// Where a pixel's channels start; the pixel of zeros beyond the edge and beyond the last picture.
    #[inline(always)]
    fn place(&self, input: &[f32], grid: Grid, image: usize, (y, x): Grid) -> usize {
        let none = input.len() - self.width;
        if y >= grid.0 || x >= grid.1 {
            return none;
        }
        none.min(((image * grid.0 + y) * grid.1 + x) * self.width)
    }

    /// Pixels of the result, whole bands of them, in squares of four.
    fn squares(&self, input: &[f32], grid: Grid, pixels: Range<usize>, squares: &mut Vec<Square>) {
        squares.clear();
        let (rows, cols) = grid;
        let mut band = pixels.start;
        while band < pixels.end {
            let (image, top) = (band / (rows * cols), band / cols % rows);
            for left in (0..cols).step_by(2) {
                let under = |i: usize| {
                    let at = (
                        (top + i / 4).wrapping_sub(1),
                        (left + i % 4).wrapping_sub(1),
                    );
                    self.place(input, grid, image, at)
                };
                let above = |i: usize| {
                    let (y, x) = (top + i / 2, left + i % 2);
                    let row = band - pixels.start + i / 2 * cols + x;
                    (y < rows && x < cols).then_some(row)
                };
                squares.push(Square {
                    under: std::array::from_fn(under),
                    above: std::array::from_fn(above),
                });
            }
            band += cols * (rows - top).min(2);
        }
    }

    #[inline(always)]
    fn group<S: Simd>(
        &self,
        simd: S,
        group: &Packed,
        input: &[f32],
        (places, from): (&[[usize; TILE]], usize),
        out: &mut [f32],
    ) {
        let inputs = group.depth() / places.len();
        let width = 2 * S::F32_LANES;
        let whole = Place::whole(Then::Relu);
        for (s, (matrix, bias)) in group.strips::<S>().enumerate() {
            let mut sums = [[simd.splat_f32s(0.0); 2]; TILE];
            for (places, matrix) in places.iter().zip(matrix.chunks_exact(inputs)) {
                let [a, b, c, d, e, f] = *places;
                let row = |place: usize| &input[place + from..][..inputs];
                let rows = [row(a), row(b), row(c), row(d), row(e), row(f)];
                sums = add_products(simd, rows, matrix, sums);
            }
            let columns = from + s * width..from + group.width().min((s + 1) * width);
            for (row, sums) in out.chunks_exact_mut(self.width).zip(sums) {
                whole.store(simd, sums, bias, &mut row[columns.clone()]);
            }
        }
    }

    /// Two groups, one in each vector of the strip.
    #[inline(always)]
    fn pair<S: Simd>(
        &self,
        simd: S,
        pair: &Packed,
        input: &[f32],
        (places, from): (&[[usize; TILE]], usize),
        out: &mut [f32],
    ) {
        let whole = Place::whole(Then::Relu);
        for (matrix, bias) in pair.strips::<S>() {
            let mut sums = [[simd.splat_f32s(0.0); 2]; TILE];
            for (places, matrix) in places.iter().zip(matrix.as_chunks::<PAIRED>().0) {
                let mut rows = [&[0.0; 2 * PAIRED]; TILE];
                for (row, place) in rows.iter_mut().zip(places) {
                    // Arrays: the loops below are unrolled when their length is known.
                    let (arrays, _) = input[place + from..].as_chunks();
                    *row = &arrays[0];
                }
                for (i, [left, right]) in matrix.iter().enumerate() {
                    for (sum, row) in sums.iter_mut().zip(rows) {
                        sum[0] = simd.mul_add_e_f32s(simd.splat_f32s(row[i]), *left, sum[0]);
                        let value = simd.splat_f32s(row[PAIRED + i]);
                        sum[1] = simd.mul_add_e_f32s(value, *right, sum[1]);
                    }
                }
            }
            for (row, sums) in out.chunks_exact_mut(self.width).zip(sums) {
                whole.store(simd, sums, bias, &mut row[from..from + 2 * PAIRED]);
            }
        }
    }
}
