//! Resizing maps as PyTorch does. As two matrix products, because burn's own interpolation has no gradient on GPUs.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// How places between pixels are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Bilinear, the corners of both maps on each other.
    BilinearCorners,
    /// Bilinear, the edges of both maps on each other.
    BilinearEdges,
    /// Bicubic (Keys, a = -0.75), the edges of both maps on each other.
    BicubicEdges,
}

impl Resize {
    /// Where new pixel `to` of `new` lies among `old` ones.
    fn place(self, to: usize, old: usize, new: usize) -> f64 {
        let (old, new, to) = (old as f64, new as f64, to as f64);
        match self {
            Self::BilinearCorners if new > 1.0 => to * (old - 1.0) / (new - 1.0),
            Self::BilinearCorners => 0.0,
            // PyTorch lets no linear weight begin before the first pixel, but a cubic one.
            Self::BilinearEdges => ((to + 0.5) * old / new - 0.5).max(0.0),
            Self::BicubicEdges => (to + 0.5) * old / new - 0.5,
        }
    }

    /// Weights of the pixels from `first` on, around a place `t` after pixel 0.
    fn taps(self, t: f64) -> (i64, Vec<f64>) {
        const A: f64 = -0.75;
        let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
        let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
        match self {
            Self::BilinearCorners | Self::BilinearEdges => (0, vec![1.0 - t, t]),
            Self::BicubicEdges => (-1, vec![far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]),
        }
    }

    /// The matrix from `old` to `new` pixels, `[old, new]`.
    fn matrix(self, old: usize, new: usize, device: &Device) -> Tensor<2> {
        let mut values = vec![0.0_f32; old * new];
        for to in 0..new {
            let place = self.place(to, old, new);
            let floor = place.floor();
            let (first, weights) = self.taps(place - floor);
            for (tap, weight) in weights.into_iter().enumerate() {
                let from = floor as i64 + first + tap as i64;
                let from = from.clamp(0, old as i64 - 1) as usize;
                values[from * new + to] += weight as f32;
            }
        }
        Tensor::from_data(TensorData::new(values, [old, new]), device)
    }
}

/// Maps in another size.
///
/// # Shapes
/// `x` `[n, c, h, w]`; gives `[n, c, rows, columns]`.
pub fn resize(x: Tensor<4>, (rows, columns): (usize, usize), how: Resize) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    // Rows from the left, columns from the right: a map never has to be turned.
    let x = match h == rows {
        true => x,
        false => {
            let matrix = how.matrix(h, rows, &x.device()).swap_dims(0, 1);
            let x = x.reshape([n * c, h, w]);
            matrix.unsqueeze::<3>().matmul(x).reshape([n, c, rows, w])
        }
    };
    if w == columns {
        return x;
    }
    let matrix = how.matrix(w, columns, &x.device());
    x.reshape([n * c * rows, w])
        .matmul(matrix)
        .reshape([n, c, rows, columns])
}
