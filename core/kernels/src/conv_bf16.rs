//! The same convolution in bf16, from a map in bf16 to tiles in bf16: tap by tap.

use std::ops::Range;

use half::bf16;

use super::bf16::{Bf16, PAIRS, TALL};
use super::conv::Weights;
use super::map::{Map, Window};

/// Columns of a strip.
const STRIP: usize = 2 * PAIRS;

/// The convolution.
#[derive(Clone, Debug)]
pub(super) struct PairConv {
    numbers: Bf16,
    /// Whether left columns of a strip see its first half and right ones the second.
    halves: bool,
    strips: Vec<Strip>,
}

/// Some channels of the result.
#[derive(Clone, Debug)]
struct Strip {
    /// The first strip of the map that they see.
    first: usize,
    /// `[strips seen][taps][pairs][STRIP]`.
    matrix: Vec<u32>,
    bias: Vec<f32>,
}

impl PairConv {
    /// Where groups fill half a strip or whole ones.
    pub fn new(numbers: Bf16, weights: &Weights<'_>) -> Option<Self> {
        let width = weights.width;
        let halves = PAIRS.is_multiple_of(width);
        let whole = weights.bias.len().is_multiple_of(STRIP);
        if !whole || !halves && !width.is_multiple_of(STRIP) {
            return None;
        }
        let strip = |from: usize| Self::strip(weights, from..from + STRIP, halves);
        let channels = weights.bias.len();
        Some(Self {
            numbers,
            halves,
            strips: (0..channels).step_by(STRIP).map(strip).collect(),
        })
    }

    fn strip(weights: &Weights<'_>, columns: Range<usize>, halves: bool) -> Strip {
        let width = weights.width.max(STRIP);
        let first = columns.start / width * width;
        let seen = if halves { STRIP / 2 } else { width };
        let mut matrix = Vec::new();
        for inputs in (0..seen).step_by(STRIP) {
            for tap in 0..weights.taps {
                for input in (inputs..seen.min(inputs + STRIP)).step_by(2) {
                    matrix.extend(columns.clone().map(|column| {
                        let apart = if halves {
                            (column - first) / PAIRS * PAIRS
                        } else {
                            0
                        };
                        let bits = |input| {
                            let weight = weights.at(tap, first + apart + input, column);
                            u32::from(bf16::from_f32(weight).to_bits())
                        };
                        bits(input) | bits(input + 1) << 16
                    }));
                }
            }
        }
        Strip {
            first: first / STRIP,
            matrix,
            bias: weights.bias(&columns),
        }
    }

    /// Its numbers.
    pub fn numbers(&self) -> Bf16 {
        self.numbers
    }

    /// The positive part of some results, in tiles `[tiles][strips][TALL][PAIRS]`.
    pub fn apply(
        &self,
        map: Map<'_, u32>,
        window: Window,
        results: Range<usize>,
        tiles: &mut Vec<u32>,
        places: &mut Vec<[usize; TALL]>,
    ) {
        let block = TALL * PAIRS;
        let tile = self.strips.len() * block;
        tiles.resize(results.len().div_ceil(TALL) * tile, 0);
        let len = (map.pixels + 1) * PAIRS;
        for (index, tile) in tiles.chunks_exact_mut(tile).enumerate() {
            map.under_tile(window, results.start + index * TALL, PAIRS, places);
            for (strip, out) in self.strips.iter().zip(tile.chunks_exact_mut(block)) {
                let inputs = &map.strips[strip.first * len..];
                let matrix = (&strip.matrix[..], &strip.bias[..], self.halves);
                self.numbers.look((inputs, len), places, matrix, out);
            }
        }
    }
}
