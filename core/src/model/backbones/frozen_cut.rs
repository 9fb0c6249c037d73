//! Patch embedding and merging with final weights, on the CPU.

use std::fmt;
use std::sync::Arc;

use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use mettle_kernels::{Cut, Pieces};

use super::frozen::{Numbers, norm, packed_linear};
use super::frozen_convs::packed_conv;
use super::parts::EPSILON;

/// Patch embedding, or merging. Cheap to clone.
#[derive(Clone)]
pub(super) struct FrozenCut(Arc<Cut>);

impl fmt::Debug for FrozenCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenCut({})", self.0.linear.width())
    }
}

impl FrozenCut {
    /// Four tokens to one, with the norm before or after.
    pub fn merge(reduction: &Linear, layer: &LayerNorm, before: bool) -> Self {
        let norm = norm(layer.clone(), EPSILON as f32);
        let (before, after) = if before {
            (Some(norm), None)
        } else {
            (None, Some(norm))
        };
        Self(Arc::new(Cut {
            linear: packed_linear(reduction.clone()),
            before,
            after,
        }))
    }

    /// Pixels to tokens.
    pub fn embed(projection: &Conv2d, layer: Option<&LayerNorm>) -> Self {
        Self(Arc::new(Cut {
            linear: packed_conv(projection.clone(), None),
            before: None,
            after: layer.map(|layer| norm(layer.clone(), EPSILON as f32)),
        }))
    }

    /// `[n, h * w, c]` to `[n, h / 2 * w / 2, 2 c]`; neighbours in the order (row, column) (0,0), (1,0), (0,1), (1,1).
    pub fn merged(&self, x: Tensor<3>, (rows, cols): (usize, usize)) -> Tensor<3> {
        let [_, _, c] = x.dims();
        let starts =
            (0..rows / 2 * (cols / 2)).map(|token| (token / (cols / 2), token % (cols / 2)));
        self.cut(
            x,
            &Pieces {
                size: rows * cols * c,
                starts: starts.map(|(y, x)| (2 * y * cols + 2 * x) * c).collect(),
                steps: vec![0, cols * c, c, (cols + 1) * c],
                len: c,
            },
        )
    }

    /// `[n, channels, h, w]` to `[n, tokens, width]` for patches of rows and columns of pixels.
    pub fn embedded(&self, x: Tensor<4>, (tall, wide): (usize, usize)) -> Tensor<3> {
        let [_, channels, rows, cols] = x.dims();
        let across = cols / wide;
        let tokens = 0..rows / tall * across;
        let lines = (0..channels).flat_map(|c| (0..tall).map(move |y| (c * rows + y) * cols));
        self.cut(
            x,
            &Pieces {
                size: channels * rows * cols,
                starts: tokens
                    .map(|t| t / across * tall * cols + t % across * wide)
                    .collect(),
                steps: lines.collect(),
                len: wide,
            },
        )
    }

    fn cut<const D: usize>(&self, x: Tensor<D>, pieces: &Pieces) -> Tensor<3> {
        let (n, device) = (x.dims()[0], x.device());
        let rows = self.0.forward(Numbers::of(x).get(), pieces);
        Numbers::new(rows, [n, pieces.starts.len(), self.0.linear.width()]).tensor(&device)
    }
}
