//! A matrix put in order for the products of [`super::gemm`].

use std::ops::Range;
use std::sync::Arc;

use half::bf16;
use pulp::Simd;

use super::bf16::Bf16;
use super::gemm::strip;
use super::kept::Kept;
use super::memory::zeros;
use super::product::{block, pairs};

/// A matrix `[k, n]` and a bias, kept as the product reads them: strips of two vectors' width, each `[k, strip]`, `k` filled up
/// with zeros to whole blocks. Cheap to clone: the matrix is shared.
#[derive(Clone, Debug)]
pub struct Packed {
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) matrix: Matrix,
    /// In whole strips.
    pub(super) bias: Vec<f32>,
}

/// A matrix's strips in the numbers they are kept in.
#[derive(Clone, Debug)]
pub(super) enum Matrix {
    /// A term in each number.
    Full(Arc<Vec<f32>>),
    /// Two terms, one below the other in the matrix, in each number.
    Pairs(Bf16, Arc<Vec<u32>>),
}

impl Packed {
    /// From a matrix `[k, n]`, row-major, and `n` biases.
    pub fn new(matrix: &[f32], [k, n]: [usize; 2], bias: Option<&[f32]>) -> Self {
        let row = |row: usize, columns: Range<usize>| matrix[row * n..][columns].iter().copied();
        let strips = strips(n, (k, k.next_multiple_of(strip())), row);
        Self::of(Matrix::Full(Arc::new(strips)), [k, n], bias)
    }

    /// The same in bf16; rows are rounded to it too before they meet the matrix.
    pub fn in_bf16(
        numbers: Bf16,
        matrix: &[f32],
        [k, n]: [usize; 2],
        bias: Option<&[f32]>,
    ) -> Self {
        let bits = |row: usize, column: usize| {
            let value = if row < k {
                matrix[row * n + column]
            } else {
                0.0
            };
            u32::from(bf16::from_f32(value).to_bits())
        };
        let depth = k.next_multiple_of(strip()) / Bf16::TERMS;
        let strips = strips(n, (k.div_ceil(2), depth), |pair, columns: Range<usize>| {
            columns.map(move |column| bits(2 * pair, column) | bits(2 * pair + 1, column) << 16)
        });
        Self::of(Matrix::Pairs(numbers, Arc::new(strips)), [k, n], bias)
    }

    /// From strips in order, each `[k, filled up to whole blocks][strip]`.
    pub(super) fn of_strips(strips: Vec<f32>, shape: [usize; 2]) -> Self {
        Self::of(Matrix::Full(Arc::new(strips)), shape, None)
    }

    fn of(matrix: Matrix, [k, n]: [usize; 2], bias: Option<&[f32]>) -> Self {
        let mut padded = vec![0.0; n.next_multiple_of(strip())];
        if let Some(bias) = bias {
            padded[..n].copy_from_slice(bias);
        }
        Self {
            k,
            n,
            matrix,
            bias: padded,
        }
    }

    /// Its numbers where they are bf16.
    pub(super) fn bf16(&self) -> Option<Bf16> {
        match self.matrix {
            Matrix::Full(_) => None,
            Matrix::Pairs(numbers, _) => Some(numbers),
        }
    }

    /// Columns of the product.
    pub fn width(&self) -> usize {
        self.n
    }

    /// Rows of the matrix.
    pub fn depth(&self) -> usize {
        self.k
    }

    /// Strips of f32 with their biases, each of whole blocks; none of a matrix in bf16.
    #[inline(always)]
    pub(super) fn strips<S: Simd>(&self) -> impl Iterator<Item = (&[[S::f32s; 2]], [S::f32s; 2])> {
        let strip = block::<S>();
        let strips = match &self.matrix {
            Matrix::Full(strips) => strips.as_slice(),
            Matrix::Pairs(..) => &[],
        };
        let strips = strips.chunks_exact(self.k.next_multiple_of(strip) * strip);
        let biases = self.bias.chunks_exact(strip);
        strips
            .zip(biases)
            .map(|(matrix, bias)| (pairs::<S>(matrix), pairs::<S>(bias)[0]))
    }
}

/// A matrix of so many columns and rows of numbers in strips, each `[depth][strip]`, with zeros beyond its rows and columns.
fn strips<N: Copy + Default, Row: Iterator<Item = N>>(
    columns: usize,
    (rows, depth): (usize, usize),
    row: impl Fn(usize, Range<usize>) -> Row,
) -> Vec<N> {
    let strip = strip();
    let mut strips = zeros(columns.div_ceil(strip) * depth * strip);
    for (s, target) in strips.chunks_exact_mut((depth * strip).max(1)).enumerate() {
        let columns = s * strip..columns.min((s + 1) * strip);
        for (index, target) in target.chunks_exact_mut(strip).take(rows).enumerate() {
            for (to, number) in target.iter_mut().zip(row(index, columns.clone())) {
                *to = number;
            }
        }
    }
    strips
}
