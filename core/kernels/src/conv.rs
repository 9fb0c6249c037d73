//! A square convolution whose channels are in groups that do not see each other, padded by half its side, and the positive part
//! of it.
//!
//! It takes a map as strips of channels and gives tiles of pixels, as the product after it reads them.

use std::ops::Range;

use pulp::Simd;

use super::TILE;
use super::bf16::Bf16;
use super::conv_bf16::PairConv;
use super::finish::{Place, Then};
use super::gemm::strip;
use super::map::{Grid, Map, Window};
use super::packed::Packed;
use super::product::{add_block, block, zero};
use super::winograd::{Mixed, Square, Winograd};

/// The convolution. Groups are taken together until they fill whole strips; between them are zeros.
#[derive(Clone, Debug)]
pub struct GroupConv {
    window: Window,
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
    /// In bf16.
    Pairs(PairConv),
}

/// Room of a task, kept by its thread.
#[derive(Default)]
pub(super) struct LookScratch {
    places: Vec<[usize; TILE]>,
    squares: Vec<Square>,
    mixed: Mixed,
}

/// Weights as PyTorch and burn hold them, `[channels, channels of a group, side, side]`, and a bias a channel.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    numbers: &'a [f32],
    /// One a channel.
    pub bias: &'a [f32],
    /// Channels of a group.
    pub width: usize,
    /// Places that are looked at.
    pub taps: usize,
}

impl Weights<'_> {
    /// Zero between groups, and beyond the last channel.
    pub fn at(&self, tap: usize, input: usize, output: usize) -> f32 {
        let same = input / self.width == output / self.width && output < self.bias.len();
        match same {
            true => self.numbers[(output * self.width + input % self.width) * self.taps + tap],
            false => 0.0,
        }
    }

    /// Of some channels, which may reach beyond the last.
    pub fn bias(&self, channels: &Range<usize>) -> Vec<f32> {
        let at = |channel| self.bias.get(channel).copied().unwrap_or(0.0);
        channels.clone().map(at).collect()
    }

    /// A matrix `[taps * inputs, channels]` of some channels: all of them are inputs, or those of each output's own group.
    fn matrix(&self, channels: Range<usize>, own: bool) -> Packed {
        let inputs = if own { self.width } else { channels.len() };
        let rows = (0..self.taps).flat_map(|tap| (0..inputs).map(move |input| (tap, input)));
        let row = |(tap, input): (usize, usize)| {
            channels.clone().map(move |output| {
                let first = if own {
                    output / self.width * self.width
                } else {
                    channels.start
                };
                self.at(tap, first + input, output)
            })
        };
        let matrix: Vec<f32> = rows.flat_map(row).collect();
        let bias = self.bias(&channels);
        Packed::new(&matrix, [self.taps * inputs, channels.len()], Some(&bias))
    }

    /// The same channels' 3 x 3 taps, mixed.
    fn mixed(&self, channels: Range<usize>) -> Winograd {
        let first = channels.start;
        Winograd::new(&self.bias(&channels), |tap, input, output| {
            self.at(tap, first + input, first + output)
        })
    }
}

impl GroupConv {
    /// From weights as PyTorch and burn hold them, `[channels, channels of a group, side, side]`, and a bias a channel; in bf16 if
    /// `half`, and if that can be.
    pub fn new(
        numbers: &[f32],
        shape: [usize; 4],
        stride: usize,
        bias: &[f32],
        half: Option<Bf16>,
    ) -> Self {
        let [channels, width, side, _] = shape;
        let weights = Weights {
            numbers,
            bias,
            width,
            taps: side * side,
        };
        if let Some(pairs) = half.and_then(|half| PairConv::new(half, &weights)) {
            return Self {
                window: Window { side, stride },
                way: Way::Pairs(pairs),
            };
        }
        let strip = strip();
        let groups = (1..=strip).find(|groups| (groups * width).is_multiple_of(strip));
        let step = groups.unwrap_or(strip) * width;
        let members = (0..channels)
            .step_by(step)
            .map(|from| from..(from + step).min(channels.next_multiple_of(strip)));
        let halves = 2 * width == strip && channels.is_multiple_of(strip);
        let way = if halves {
            Way::Halves(members.map(|part| weights.matrix(part, true)).collect())
        } else if side == 3 && stride == 1 {
            Way::Winograd(members.map(|part| weights.mixed(part)).collect())
        } else {
            Way::Plain(members.map(|part| weights.matrix(part, false)).collect())
        };
        Self {
            window: Window { side, stride },
            way,
        }
    }

    /// The map it makes of one.
    pub fn grid(&self, grid: Grid) -> Grid {
        self.window.grid(grid)
    }

    /// In bf16, if it is.
    pub(super) fn pairs(&self) -> Option<(&PairConv, Window)> {
        match &self.way {
            Way::Pairs(pairs) => Some((pairs, self.window)),
            _ => None,
        }
    }

    /// Step from place to place.
    pub(super) fn stride(&self) -> usize {
        self.window.stride
    }

    /// The positive part of some results, in tiles `[tiles][strips][TILE][strip]`. They are whole rows of the map, as
    /// [`Map::squares`] takes them.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(
        &self,
        simd: S,
        map: Map<'_, f32>,
        results: Range<usize>,
        out: &mut [f32],
        room: &mut LookScratch,
    ) {
        let strip = block::<S>();
        let tile = map.numbers() * TILE;
        let Way::Winograd(members) = &self.way else {
            for (index, out) in out.chunks_exact_mut(tile).enumerate() {
                let first = results.start + index * TILE;
                map.under_tile(self.window, first, strip, &mut room.places);
                self.tile(simd, map, &room.places, out);
            }
            return;
        };
        map.squares(results, (tile, strip), &mut room.squares);
        let len = (map.pixels + 1) * strip;
        let mut first = 0;
        for member in members {
            let strips = (&map.strips[first * len..], len);
            let out = &mut out[first * TILE * strip..];
            member.apply(simd, strips, &room.squares, out, &mut room.mixed);
            first += member.width() / strip;
        }
    }

    /// One tile, tap by tap.
    #[inline(always)]
    fn tile<S: Simd>(&self, simd: S, map: Map<'_, f32>, places: &[[usize; TILE]], out: &mut [f32]) {
        let (members, halves) = match &self.way {
            Way::Plain(members) => (members, false),
            Way::Halves(members) => (members, true),
            Way::Winograd(_) | Way::Pairs(_) => return,
        };
        let strip = block::<S>();
        let len = (map.pixels + 1) * strip;
        let mut out = out.chunks_exact_mut(TILE * strip);
        let mut first = 0;
        for member in members {
            let terms = member.depth() / places.len();
            for ((matrix, bias), out) in member.strips::<S>().zip(&mut out) {
                let mut sums = zero(simd);
                for (places, matrix) in places.iter().zip(matrix.chunks_exact(terms)) {
                    let inputs = map.strips[first * len..].chunks_exact(len);
                    for (input, matrix) in inputs.zip(matrix.chunks(strip)) {
                        sums = add_block(simd, (input, places), (matrix, halves), sums);
                    }
                }
                for (to, sums) in out.chunks_exact_mut(strip).zip(sums) {
                    Place::whole(Then::Relu).store(simd, sums, bias, to);
                }
            }
            first += member.width() / strip;
        }
    }
}
