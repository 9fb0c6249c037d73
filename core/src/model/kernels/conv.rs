//! A square convolution whose channels are in groups that do not see each other, padded by half its side, and the positive part
//! of it.
//!
//! It takes a map as strips of channels, so that neighbouring pixels lie side by side, and gives tiles of pixels, as the product
//! after it reads them.

use std::ops::Range;

use pulp::Simd;

use super::TILE;
use super::finish::{Place, Then};
use super::gemm::{Packed, strip};
use super::product::{add_block, add_halves, block, zero};
use super::winograd::{Mixed, Square, Winograd};

/// Rows and columns of a map.
pub type Grid = (usize, usize);

/// The convolution. Groups are taken together until they fill whole strips; between them are zeros.
#[derive(Clone, Debug)]
pub struct GroupConv {
    side: usize,
    stride: usize,
    way: Way,
}

/// How it is computed, a member for every few strips.
#[derive(Clone, Debug)]
enum Way {
    /// By a matrix `[side * side * inputs, outputs]`.
    Plain(Vec<Packed>),
    /// By a matrix `[side * side * half a strip, strip]`, for two groups a strip.
    Halves(Vec<Packed>),
    /// By fewer products.
    Winograd(Vec<Winograd>),
}

/// A map in strips, `[strips][pixels + 1][strip]`; the last pixel is of zeros and stands for those beyond the edge.
#[derive(Clone, Copy)]
pub(super) struct Map<'a> {
    pub strips: &'a [f32],
    /// Pixels of all pictures.
    pub pixels: usize,
    /// Of one picture.
    pub grid: Grid,
}

/// Room of a task, kept by its thread.
#[derive(Default)]
pub(super) struct LookScratch {
    places: Vec<[usize; TILE]>,
    squares: Vec<Square>,
    mixed: Mixed,
}

impl GroupConv {
    /// From weights as PyTorch and burn hold them, `[channels, channels of a group, side, side]`.
    pub fn new(
        weights: &[f32],
        [channels, width, side, _]: [usize; 4],
        stride: usize,
        bias: &[f32],
    ) -> Self {
        let (strip, taps) = (strip(), side * side);
        let together = (1..=strip).find(|n| (n * width).is_multiple_of(strip));
        let step = together.unwrap_or(strip) * width;
        let halves = 2 * width == strip && channels.is_multiple_of(strip);
        let at = |tap: usize, input: usize, output: usize| match input / width == output / width
            && output < channels
        {
            true => weights[(output * width + input % width) * taps + tap],
            false => 0.0,
        };
        let members = (0..channels).step_by(step).map(|from| {
            let wide = step.min((channels - from).next_multiple_of(strip));
            let mut part = bias[from..channels.min(from + wide)].to_vec();
            part.resize(wide, 0.0);
            (from, wide, part)
        });
        let plain = |(from, wide, bias): (usize, usize, Vec<f32>)| {
            let inputs = if halves { width } else { wide };
            let rows = (0..taps).flat_map(|tap| (0..inputs).map(move |input| (tap, input)));
            let matrix: Vec<f32> = rows
                .flat_map(|(tap, input)| (0..wide).map(move |output| (tap, input, output)))
                .map(|(tap, input, output)| {
                    // The right half's inputs are beside the left's.
                    let beside = if halves { output / width * width } else { 0 };
                    at(tap, from + beside + input, from + output)
                })
                .collect();
            Packed::new(&matrix, [taps * inputs, wide], Some(&bias))
        };
        let short = |(from, wide, bias): (usize, usize, Vec<f32>)| {
            Winograd::new(wide, &bias, |tap, input, output| {
                at(tap, from + input, from + output)
            })
        };
        let way = match (halves, side, stride) {
            (true, ..) => Way::Halves(members.map(plain).collect()),
            (false, 3, 1) => Way::Winograd(members.map(short).collect()),
            _ => Way::Plain(members.map(plain).collect()),
        };
        Self { side, stride, way }
    }

    /// The map it makes of one.
    pub fn grid(&self, (rows, cols): Grid) -> Grid {
        (rows.div_ceil(self.stride), cols.div_ceil(self.stride))
    }

    /// Step from place to place.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The positive part of the results `pixels`, in tiles `[tiles][strips][TILE][strip]`. Pixels are whole rows of the map, two
    /// and two, as [`super::bottleneck`] cuts it.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(
        &self,
        simd: S,
        map: Map<'_>,
        pixels: Range<usize>,
        out: &mut [f32],
        room: &mut LookScratch,
    ) {
        let len = (map.pixels + 1) * block::<S>();
        let tile = map.strips.len() / len * TILE * block::<S>();
        let mut first = 0;
        if let Way::Winograd(members) = &self.way {
            self.squares(map, pixels, (tile, block::<S>()), &mut room.squares);
            for member in members {
                let strips = (&map.strips[first * len..], len);
                let out = &mut out[first * TILE * block::<S>()..];
                member.apply(simd, strips, &room.squares, out, &mut room.mixed);
                first += member.width() / block::<S>();
            }
            return;
        }
        let places = &mut room.places;
        places.resize(self.side * self.side, [0; TILE]);
        for (index, out) in out.chunks_exact_mut(tile).enumerate() {
            for row in 0..TILE {
                let pixel = pixels.start + index * TILE + row;
                self.under(map, pixel, |tap, at| places[tap][row] = at * block::<S>());
            }
            self.tile(simd, map.strips, len, places, out);
        }
    }

    /// One tile, by taps.
    #[inline(always)]
    fn tile<S: Simd>(
        &self,
        simd: S,
        strips: &[f32],
        len: usize,
        places: &[[usize; TILE]],
        out: &mut [f32],
    ) {
        let strip = block::<S>();
        let (members, halves) = match &self.way {
            Way::Plain(members) => (members, false),
            Way::Halves(members) => (members, true),
            Way::Winograd(_) => return,
        };
        let mut out = out.chunks_exact_mut(TILE * strip);
        let mut first = 0;
        for member in members {
            let terms = member.depth() / places.len();
            for ((matrix, bias), out) in member.strips::<S>().zip(&mut out) {
                let mut sums = zero(simd);
                for (places, matrix) in places.iter().zip(matrix.chunks_exact(terms)) {
                    if halves {
                        sums = add_halves(simd, &strips[first * len..], *places, matrix, sums);
                        continue;
                    }
                    let inputs = strips[first * len..].chunks_exact(len);
                    for (input, matrix) in inputs.zip(matrix.chunks_exact(strip)) {
                        sums = add_block(simd, input, *places, matrix, sums);
                    }
                }
                for (to, sums) in out.chunks_exact_mut(strip).zip(sums) {
                    Place::whole(Then::Relu).store(simd, sums, bias, to);
                }
            }
            first += member.width() / strip;
        }
    }

    /// The pixel under each tap of a result.
    #[inline(always)]
    fn under(&self, map: Map<'_>, pixel: usize, mut put: impl FnMut(usize, usize)) {
        let (rows, cols) = self.grid(map.grid);
        let (image, y, x) = (pixel / (rows * cols), pixel / cols % rows, pixel % cols);
        let pad = self.side / 2;
        for tap in 0..self.side * self.side {
            // Before the edge this wraps round to something beyond it.
            let y = (y * self.stride + tap / self.side).wrapping_sub(pad);
            let x = (x * self.stride + tap % self.side).wrapping_sub(pad);
            put(tap, map.pixel(image, (y, x)));
        }
    }

    /// Results in squares of four, for tiles of `tile` numbers with strips of `strip`.
    fn squares(
        &self,
        map: Map<'_>,
        pixels: Range<usize>,
        (tile, strip): (usize, usize),
        squares: &mut Vec<Square>,
    ) {
        squares.clear();
        let (rows, cols) = map.grid;
        let mut first = pixels.start;
        while first < pixels.end {
            let (image, top) = (first / (rows * cols), first / cols % rows);
            for left in (0..cols).step_by(2) {
                let under = |i: usize| {
                    let y = (top + i / 4).wrapping_sub(1);
                    map.pixel(image, (y, (left + i % 4).wrapping_sub(1))) * strip
                };
                let above = |i: usize| {
                    let (y, x) = (top + i / 2, left + i % 2);
                    let row = first - pixels.start + i / 2 * cols + x;
                    (y < rows && x < cols).then_some(row / TILE * tile + row % TILE * strip)
                };
                squares.push(Square {
                    under: std::array::from_fn(under),
                    above: std::array::from_fn(above),
                });
            }
            first += cols * (rows - top).min(2);
        }
    }
}

impl Map<'_> {
    /// A pixel's place; that of zeros beyond the edge and beyond the last picture.
    fn pixel(&self, image: usize, (y, x): Grid) -> usize {
        let (rows, cols) = self.grid;
        match y < rows && x < cols {
            true => self.pixels.min((image * rows + y) * cols + x),
            false => self.pixels,
        }
    }
}
