//! A 3 x 3 convolution in groups by Winograd's short form F(2 x 2, 3 x 3) (Lavin and Gray 2016): 16 products where the plain sum
//! takes 36. Four neighbouring results come from 4 x 4 inputs: both are mixed by sums and differences, products are taken
//! place by place of the mixture.

use pulp::Simd;

use super::TILE;
use super::gemm::{Packed, product_of_rows};

/// Inputs under four results, and places of the mixture.
pub(super) const UNDER: usize = 16;

/// The weights of all groups, mixed.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    /// A matrix `[inputs, outputs]` a group and place of the mixture.
    groups: Vec<Packed>,
    /// One number a channel.
    bias: Vec<f32>,
}

/// Where four results lie under and above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    /// Where each input's channels start.
    pub under: [usize; UNDER],
    /// Which row of the result each is; none beyond the edge.
    pub above: [Option<usize>; 4],
}

/// Room for one group.
#[derive(Default)]
pub(super) struct Mixtures {
    inputs: Vec<f32>,
    outputs: Vec<f32>,
}

impl Winograd {
    /// From what `weight` gives for a group, a tap, an input and an output of it; `width` of both a group.
    pub fn new(
        groups: usize,
        width: usize,
        bias: &[f32],
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let matrix = |group: usize, place: usize| {
            let mixed = |input: usize, output: usize| {
                let row = |y: usize| {
                    mix_weights(
                        [0, 1, 2].map(|x| weight(group, 3 * y + x, input, output)),
                        place % 4,
                    )
                };
                mix_weights([row(0), row(1), row(2)], place / 4)
            };
            let inputs = 0..width;
            let matrix: Vec<f32> = inputs
                .flat_map(|input| (0..width).map(move |output| (input, output)))
                .map(|(input, output)| mixed(input, output))
                .collect();
            Packed::new(&matrix, [width, width], None)
        };
        let places = (0..groups).flat_map(|group| (0..UNDER).map(move |place| (group, place)));
        Self {
            groups: places.map(|(group, place)| matrix(group, place)).collect(),
            bias: bias.to_vec(),
        }
    }

    /// The positive part of the results of `squares`, into rows of all channels.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &self,
        simd: S,
        input: &[f32],
        squares: &[Square],
        out: &mut [f32],
        room: &mut Mixtures,
    ) {
        let channels = self.bias.len();
        let mut from = 0;
        for group in self.groups.chunks_exact(UNDER) {
            let width = group[0].width();
            // Rows of whole tiles; those too many are never read.
            let size = squares.len().next_multiple_of(TILE) * width;
            room.inputs.resize(UNDER * size, 0.0);
            room.outputs.resize(UNDER * size, 0.0);
            for at in (0..width).step_by(S::F32_LANES) {
                for (index, square) in squares.iter().enumerate() {
                    let to = &mut room.inputs[index * width + at..];
                    mix_inputs(simd, &input[from + at..], square, to, size);
                }
            }
            let inputs = room.inputs.chunks_exact(size);
            let places = inputs.zip(room.outputs.chunks_exact_mut(size));
            for (matrix, (inputs, outputs)) in group.iter().zip(places) {
                product_of_rows(simd, inputs, matrix, outputs);
            }
            for at in (0..width).step_by(S::F32_LANES) {
                let bias = simd.partial_load_f32s(&self.bias[from + at..][..S::F32_LANES]);
                for (index, square) in squares.iter().enumerate() {
                    let mixed = &room.outputs[index * width + at..];
                    let results = unmix(simd, mixed, size, bias);
                    for (row, result) in square.above.iter().zip(results) {
                        if let Some(row) = row {
                            let to = &mut out[row * channels + from + at..];
                            S::as_mut_simd_f32s(&mut to[..S::F32_LANES]).0[0] = result;
                        }
                    }
                }
            }
            from += width;
        }
    }
}

/// One number of the mixture of three weights.
fn mix_weights([a, b, c]: [f32; 3], place: usize) -> f32 {
    match place {
        0 => a,
        1 => 0.5 * (a + b + c),
        2 => 0.5 * (a - b + c),
        _ => c,
    }
}

/// 4 x 4 vectors of inputs, mixed, `size` numbers apart.
#[inline(always)]
fn mix_inputs<S: Simd>(simd: S, input: &[f32], square: &Square, to: &mut [f32], size: usize) {
    // Loops, not closures: those would be left out of the code for this machine's vectors.
    let mut rows = [[simd.splat_f32s(0.0); 4]; 4];
    for (row, under) in rows.iter_mut().zip(square.under.as_chunks::<4>().0) {
        let mut line = *row;
        for (to, at) in line.iter_mut().zip(under) {
            *to = vector::<S>(&input[*at..]);
        }
        *row = mix(simd, line);
    }
    for x in 0..4 {
        let [a, b, c, d] = &rows;
        let column = mix(simd, [a[x], b[x], c[x], d[x]]);
        for (y, mixed) in column.into_iter().enumerate() {
            S::as_mut_simd_f32s(&mut to[(4 * y + x) * size..][..S::F32_LANES]).0[0] = mixed;
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

/// The positive part of four results from their mixture, whose numbers are `size` apart.
#[inline(always)]
fn unmix<S: Simd>(simd: S, mixed: &[f32], size: usize, bias: S::f32s) -> [S::f32s; 4] {
    let zero = simd.splat_f32s(0.0);
    let mut rows = [[zero; 2]; 4];
    for (y, row) in rows.iter_mut().enumerate() {
        let mut line = [zero; 4];
        for (x, to) in line.iter_mut().enumerate() {
            *to = vector::<S>(&mixed[(4 * y + x) * size..]);
        }
        *row = unmix_line(simd, line);
    }
    let [a, b, c, d] = rows;
    let left = unmix_line(simd, [a[0], b[0], c[0], d[0]]);
    let right = unmix_line(simd, [a[1], b[1], c[1], d[1]]);
    let mut results = [left[0], right[0], left[1], right[1]];
    for result in &mut results {
        *result = simd.max_f32s(simd.add_f32s(*result, bias), zero);
    }
    results
}

/// Two results in a line from their mixture.
#[inline(always)]
fn unmix_line<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 2] {
    [
        simd.add_f32s(simd.add_f32s(a, b), c),
        simd.sub_f32s(simd.sub_f32s(b, c), d),
    ]
}

/// The first vector of some numbers.
#[inline(always)]
fn vector<S: Simd>(numbers: &[f32]) -> S::f32s {
    S::as_simd_f32s(&numbers[..S::F32_LANES]).0[0]
}
