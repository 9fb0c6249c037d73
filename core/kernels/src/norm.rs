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
            let mean = sum(simd, row) / width as f32;
            let variance = squares(simd, row, mean) / width as f32;
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
        let by = (simd.splat_f32s(mean), simd.splat_f32s(scale));
        let (row, row_end) = S::as_simd_f32s(row);
        let (gamma, gamma_end) = S::as_simd_f32s(&self.gamma);
        let (beta, beta_end) = S::as_simd_f32s(&self.beta);
        let (out, out_end) = S::as_mut_simd_f32s(out);
        for ((x, out), (gamma, beta)) in row.iter().zip(out).zip(gamma.iter().zip(beta)) {
            let y = normed(simd, *x, by, (*gamma, *beta));
            *out = if add { simd.add_f32s(y, *out) } else { y };
        }
        if !row_end.is_empty() {
            let x = simd.partial_load_f32s(row_end);
            let (gamma, beta) = (
                simd.partial_load_f32s(gamma_end),
                simd.partial_load_f32s(beta_end),
            );
            let y = normed(simd, x, by, (gamma, beta));
            let there = simd.partial_load_f32s(out_end);
            simd.partial_store_f32s(out_end, if add { simd.add_f32s(y, there) } else { y });
        }
    }
}

#[inline(always)]
fn normed<S: Simd>(
    simd: S,
    x: S::f32s,
    (mean, scale): (S::f32s, S::f32s),
    (gamma, beta): (S::f32s, S::f32s),
) -> S::f32s {
    let x = simd.mul_f32s(simd.sub_f32s(x, mean), scale);
    simd.mul_add_e_f32s(x, gamma, beta)
}

/// Sum of a row.
#[inline(always)]
fn sum<S: Simd>(simd: S, row: &[f32]) -> f32 {
    let (row, end) = S::as_simd_f32s(row);
    let mut sums = [simd.splat_f32s(0.0); 4];
    for four in row.chunks(4) {
        for (sum, x) in sums.iter_mut().zip(four) {
            *sum = simd.add_f32s(*sum, *x);
        }
    }
    total(simd, sums) + end.iter().sum::<f32>()
}

/// Sum of the squares of what a row differs from `center`.
#[inline(always)]
pub(super) fn squares<S: Simd>(simd: S, row: &[f32], center: f32) -> f32 {
    let (row, end) = S::as_simd_f32s(row);
    let middle = simd.splat_f32s(center);
    let mut sums = [simd.splat_f32s(0.0); 4];
    for four in row.chunks(4) {
        for (sum, x) in sums.iter_mut().zip(four) {
            let x = simd.sub_f32s(*x, middle);
            *sum = simd.mul_add_e_f32s(x, x, *sum);
        }
    }
    let square = |x: &f32| (x - center) * (x - center);
    total(simd, sums) + end.iter().map(square).sum::<f32>()
}

#[inline(always)]
fn total<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> f32 {
    simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d)))
}
