//! Pieces of a map put side by side and multiplied with a matrix: pixels to tokens, and four tokens to one.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::finish::Then;
use super::gemm::Room;
use super::memory::zeros;
use super::norm::Norm;
use super::packed::Packed;
use super::{share_of, with_vectors};

/// Where a row's numbers come from: for every row of an input a start, and from there some pieces of one length.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// Numbers of one input.
    pub size: usize,
    /// Where each row starts.
    pub starts: Vec<usize>,
    /// Where each piece starts after that.
    pub steps: Vec<usize>,
    /// Numbers of a piece.
    pub len: usize,
}

/// A linear layer over pieces, with a norm before or after it.
#[derive(Clone, Debug)]
pub struct Cut {
    /// From the pieces' numbers to the width.
    pub linear: Packed,
    /// Over the pieces.
    pub before: Option<Norm>,
    /// Over the result.
    pub after: Option<Norm>,
}

impl Cut {
    /// One row a piece, through the matrix.
    ///
    /// # Shapes
    /// - input: `[n, size]`
    /// - output: `[n * starts, width]`
    pub fn forward(&self, input: &[f32], pieces: &Pieces) -> Vec<f32> {
        let rows = input.len() / pieces.size.max(1) * pieces.starts.len();
        let width = self.linear.width();
        let mut out = zeros(rows * width);
        let share = share_of(rows);
        out.par_chunks_mut(share * width).enumerate().for_each_init(
            Scratch::default,
            |scratch, (task, out)| {
                with_vectors(Task {
                    cut: self,
                    input,
                    pieces,
                    first: task * share,
                    out,
                    scratch,
                });
            },
        );
        out
    }
}

#[derive(Default)]
struct Scratch {
    rows: Vec<f32>,
    normed: Vec<f32>,
    tiles: Room,
}

/// Some rows of the result, from `first` on.
struct Task<'a> {
    cut: &'a Cut,
    input: &'a [f32],
    pieces: &'a Pieces,
    first: usize,
    out: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            cut,
            input,
            pieces,
            first,
            out,
            scratch:
                Scratch {
                    rows,
                    normed,
                    tiles,
                },
        } = self;
        rows.clear();
        for row in first..first + out.len() / cut.linear.width() {
            let image = row / pieces.starts.len() * pieces.size;
            let start = image + pieces.starts[row % pieces.starts.len()];
            for step in &pieces.steps {
                rows.extend_from_slice(&input[start + step..][..pieces.len]);
            }
        }
        if let Some(norm) = &cut.before {
            normed.resize(rows.len(), 0.0);
            norm.apply(simd, rows, false, normed);
            std::mem::swap(rows, normed);
        }
        let Some(norm) = &cut.after else {
            return cut.linear.apply(simd, rows, Then::Store, out, tiles);
        };
        normed.resize(out.len(), 0.0);
        cut.linear.apply(simd, rows, Then::Store, normed, tiles);
        norm.apply(simd, normed, false, out);
    }
}
