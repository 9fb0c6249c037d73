//! What there is to be learned in a step, and parts of it.

use burn::tensor::Tensor;

use super::real::Real;

/// What there is to be learned in a step.
pub(super) struct Lesson {
    /// Inputs of scenes, `[n, ..shape]`, and what is in each of their cells, `[n, rows, groups]`.
    pub drawn: (Tensor<4>, Tensor<3>),
    pub real: Option<Real>,
}

impl Lesson {
    /// One of so many parts of about the same size.
    pub fn part(&self, part: usize, parts: usize) -> Self {
        let range = |n: usize| part * n / parts..(part + 1) * n / parts;
        let (input, target) = &self.drawn;
        let scenes = range(input.dims()[0]);
        Self {
            drawn: (
                input.clone().slice_dim(0, scenes.clone()),
                target.clone().slice_dim(0, scenes),
            ),
            real: self.real.as_ref().map(|real| real.some(range)),
        }
    }
}
