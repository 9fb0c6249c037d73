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
        let normed = |x, gamma, beta, out| {
            let x = simd.mul_f32s(simd.sub_f32s(x, mean), scale);
            let y = simd.mul_add_e_f32s(x, gamma, beta);
            if add { simd.add_f32s(y, out) } else { y }
        };
        let (row, row_end) = S::as_simd_f32s(row);
        let (gamma, gamma_end) = S::as_simd_f32s(&self.gamma);
        let (beta, beta_end) = S::as_simd_f32s(&self.beta);
        let (out, out_end) = S::as_mut_simd_f32s(out);
        for ((x, out), (gamma, beta)) in row.iter().zip(out).zip(gamma.iter().zip(beta)) {
            *out = normed(*x, *gamma, *beta, *out);
        }
        let end = |part| simd.partial_load_f32s(part);
        let last = normed(end(row_end), end(gamma_end), end(beta_end), end(out_end));
        simd.partial_store_f32s(out_end, last);
    }
}

/// Sum of a function of each number; a short last vector is filled up with zeros.
#[inline(always)]
pub(super) fn sum_of<S: Simd>(simd: S, row: &[f32], f: impl Fn(S::f32s) -> S::f32s) -> f32 {
    let (row, end) = S::as_simd_f32s(row);
    let mut sums = [simd.splat_f32s(0.0); 4];
    let (fours, rest) = row.as_chunks::<4>();
    for four in fours {
        for (sum, x) in sums.iter_mut().zip(four) {
            *sum = simd.add_f32s(*sum, f(*x));
        }
    }
    for x in rest {
        sums[0] = simd.add_f32s(sums[0], f(*x));
    }
    if !end.is_empty() {
        sums[1] = simd.add_f32s(sums[1], f(simd.partial_load_f32s(end)));
    }
    let [a, b, c, d] = sums;
    simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d)))
}
