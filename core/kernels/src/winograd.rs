//! A 3 x 3 convolution by Winograd's short form F(2 x 2, 3 x 3) (Lavin and Gray 2016): 16 products where the plain sum takes 36.
//! Four neighbouring results come from 4 x 4 inputs: these are mixed by sums and differences, multiplied with the likewise mixed
//! weights mixture by mixture, and mixed back.

use pulp::Simd;

use super::TILE;
use super::finish::{Place, Then};
use super::packed::Packed;
use super::product::{block, pairs, product_of_blocks};

/// Inputs under four results, and so many mixtures.
const MIXTURES: usize = 16;

/// The mixed weights of channels that see each other.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    /// A matrix `[inputs, outputs]` a mixture, of whole blocks.
    matrices: Vec<Packed>,
    bias: Vec<f32>,
}

/// Where four results lie under and above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    /// Where each input's block starts in its strip.
    pub under: [usize; MIXTURES],
    /// Where each result's block starts in the first strip of its tile; none beyond the edge.
    pub above: [Option<usize>; 4],
}

/// Room for the mixtures of one group.
#[derive(Default)]
pub(super) struct Mixed {
    inputs: Vec<f32>,
    outputs: Vec<f32>,
}

impl Winograd {
    /// From what `weight` gives for a tap, an input and an output; as many of both as biases.
    pub fn new(bias: &[f32], weight: impl Fn(usize, usize, usize) -> f32) -> Self {
        let width = bias.len();
        let mixed = |mixture: usize, input: usize, output: usize| {
            let line = |y: usize| {
                let taps = [0, 1, 2].map(|x| weight(3 * y + x, input, output));
                mix_weights(taps, mixture % 4)
            };
            mix_weights([line(0), line(1), line(2)], mixture / 4)
        };
        let matrix = |mixture: usize| {
            let places = (0..width).flat_map(|input| (0..width).map(move |output| (input, output)));
            let matrix: Vec<f32> = places
                .map(|(input, output)| mixed(mixture, input, output))
                .collect();
            Packed::new(&matrix, [width, width], None)
        };
        Self {
            matrices: (0..MIXTURES).map(matrix).collect(),
            bias: bias.to_vec(),
        }
    }

    /// Channels, as many before as after.
    pub fn width(&self) -> usize {
        self.bias.len()
    }

    /// The positive part of the results of `squares`. `strips` are the inputs' strips, each `len` numbers; `out` starts with the
    /// first strip of the first tile.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        (strips, len): (&[f32], usize),
        squares: &[Square],
        out: &mut [f32],
        room: &mut Mixed,
    ) {
        let strip = block::<S>();
        let width = self.bias.len();
        let count = width / strip;
        // Mixtures of squares lie in tiles as those of rows do.
        let at =
            |index: usize, s: usize| ((index / TILE * count + s) * TILE + index % TILE) * strip;
        let size = squares.len().next_multiple_of(TILE) * width;
        room.inputs.resize(MIXTURES * size, 0.0);
        room.outputs.resize(MIXTURES * size, 0.0);
        for (s, input) in strips.chunks_exact(len).take(count).enumerate() {
            for (index, square) in squares.iter().enumerate() {
                let to = &mut room.inputs[at(index, s)..];
                mix_inputs(simd, input, square, to, size);
            }
        }
        let mixtures = room
            .inputs
            .chunks_exact(size)
            .zip(room.outputs.chunks_exact_mut(size));
        for (matrix, (inputs, outputs)) in self.matrices.iter().zip(mixtures) {
            multiply(simd, inputs, matrix, outputs);
        }
        for (s, bias) in pairs::<S>(&self.bias).iter().enumerate() {
            for (index, square) in squares.iter().enumerate() {
                let mixed = &room.outputs[at(index, s)..];
                unmix(
                    simd,
                    mixed,
                    size,
                    *bias,
                    square,
                    &mut out[s * TILE * strip..],
                );
            }
        }
    }
}

/// Tiles times a matrix, to tiles.
#[inline(always)]
fn multiply<S: Simd>(simd: S, inputs: &[f32], matrix: &Packed, outputs: &mut [f32]) {
    let strip = block::<S>();
    let tile = TILE * matrix.depth();
    for (s, (matrix, bias)) in matrix.strips::<S>().enumerate() {
        let tiles = inputs
            .chunks_exact(tile)
            .zip(outputs.chunks_exact_mut(tile));
        for (from, to) in tiles {
            let sums = product_of_blocks(simd, from, matrix);
            let to = &mut to[s * TILE * strip..][..TILE * strip];
            for (to, sums) in to.chunks_exact_mut(strip).zip(sums) {
                Place::whole(Then::Store).store(simd, sums, bias, to);
            }
        }
    }
}

/// One number of the mixture of three weights in a line.
fn mix_weights([a, b, c]: [f32; 3], mixture: usize) -> f32 {
    match mixture {
        0 => a,
        1 => 0.5 * (a + b + c),
        2 => 0.5 * (a - b + c),
        _ => c,
    }
}

/// A block of the inputs of a square, mixed; mixtures go `size` numbers apart.
#[inline(always)]
fn mix_inputs<S: Simd>(simd: S, input: &[f32], square: &Square, to: &mut [f32], size: usize) {
    for half in 0..2 {
        let mut rows = [[simd.splat_f32s(0.0); 4]; 4];
        for (row, under) in rows.iter_mut().zip(square.under.as_chunks::<4>().0) {
            let mut line = *row;
            for (to, at) in line.iter_mut().zip(under) {
                *to = pairs::<S>(&input[*at..][..block::<S>()])[0][half];
            }
            *row = mix(simd, line);
        }
        let [a, b, c, d] = &rows;
        for x in 0..4 {
            let column = mix(simd, [a[x], b[x], c[x], d[x]]);
            for (y, mixed) in column.into_iter().enumerate() {
                let to = &mut to[(4 * y + x) * size..][..block::<S>()];
                S::as_mut_simd_f32s(to).0[half] = mixed;
            }
        }
    }
}

/// Four inputs in a line, mixed.
#[inline(always)]
fn mix<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 4] {
    [
        simd.sub_f32s(a, c),
        simd.add_f32s(b, c),
        simd.sub_f32s(c, b),
        simd.sub_f32s(b, d),
    ]
}

/// The positive part of a block of the results of a square, from mixtures `size` numbers apart.
#[inline(always)]
fn unmix<S: Simd>(
    simd: S,
    mixed: &[f32],
    size: usize,
    bias: [S::f32s; 2],
    square: &Square,
    out: &mut [f32],
) {
    let zero = simd.splat_f32s(0.0);
    for (half, bias) in bias.into_iter().enumerate() {
        let mut rows = [[zero; 2]; 4];
        for (y, row) in rows.iter_mut().enumerate() {
            let mut line = [zero; 4];
            for (x, to) in line.iter_mut().enumerate() {
                *to = pairs::<S>(&mixed[(4 * y + x) * size..][..block::<S>()])[0][half];
            }
            *row = unmix_line(simd, line);
        }
        let [a, b, c, d] = rows;
        let left = unmix_line(simd, [a[0], b[0], c[0], d[0]]);
        let right = unmix_line(simd, [a[1], b[1], c[1], d[1]]);
        let results = [left[0], right[0], left[1], right[1]];
        for (at, result) in square.above.iter().zip(results) {
            if let Some(at) = at {
                let result = simd.max_f32s(simd.add_f32s(result, bias), zero);
                S::as_mut_simd_f32s(&mut out[*at..][..block::<S>()]).0[half] = result;
            }
        }
    }
}

/// Two results in a line from their mixture.
#[inline(always)]
fn unmix_line<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 2] {
    [
        simd.add_f32s(simd.add_f32s(a, b), c),
        simd.sub_f32s(simd.sub_f32s(b, c), d),
    ]
}
