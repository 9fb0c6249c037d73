//! LayerNorm of rows.

use pulp::Simd;

/// A LayerNorm's numbers.
#[derive(Clone, Debug)]
pub struct Norm {
    /// Factor a channel.
    pub gamma: Vec<f32>,
    /// Summand a channel.
    pub beta: Vec<f32>,
    /// Added to the variance.
    pub epsilon: f32,
}

impl Norm {
    /// `out[r] = norm(input[r])`, or `out[r] += …` where `add`.
    #[inline(always)]
    pub fn apply<S: Simd>(&self, simd: S, input: &[f32], add: bool, out: &mut [f32]) {
        let width = self.gamma.len();
        for (row, out) in input.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mean = sum_of(simd, row, |x| x) / width as f32;
            let center = simd.splat_f32s(mean);
            let variance = sum_of(simd, row, |x| {
                let x = simd.sub_f32s(x, center);
                simd.mul_f32s(x, x)
            });
            // The tail of the last vector is not zero after centring: take its share off again.
            let missing = (S::F32_LANES - width % S::F32_LANES) % S::F32_LANES;
            let variance = (variance - missing as f32 * mean * mean).max(0.0) / width as f32;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            self.scale(simd, row, (mean, scale), add, out);
        }
    }

    #[inline(always)]
    fn scale<S: Simd>(
        &self,
        simd: S,
        row: &[f32],
        (mean, scale): (f32, f32),
        add: bool,
        out: &mut [f32],
    ) {
        let (mean, scale) = (simd.splat_f32s(mean), simd.splat_f32s(scale));
        let lanes = S::F32_LANES;
        let parameters = self.gamma.chunks(lanes).zip(self.beta.chunks(lanes));
        let rows = row.chunks(lanes).zip(out.chunks_mut(lanes));
        for ((x, out), (gamma, beta)) in rows.zip(parameters) {
            let (x, gamma) = (simd.partial_load_f32s(x), simd.partial_load_f32s(gamma));
            let x = simd.mul_f32s(simd.sub_f32s(x, mean), scale);
            let mut y = simd.mul_add_e_f32s(x, gamma, simd.partial_load_f32s(beta));
            if add {
                y = simd.add_f32s(y, simd.partial_load_f32s(out));
            }
            simd.partial_store_f32s(out, y);
        }
    }
}

/// Sum of a function of each number; a short last vector is filled up with zeros.
#[inline(always)]
pub(super) fn sum_of<S: Simd>(simd: S, row: &[f32], f: impl Fn(S::f32s) -> S::f32s) -> f32 {
    let mut sum = simd.splat_f32s(0.0);
    for part in row.chunks(S::F32_LANES) {
        sum = simd.add_f32s(sum, f(simd.partial_load_f32s(part)));
    }
    simd.reduce_sum_f32s(sum)
}
