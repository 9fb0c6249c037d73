//! Functions of a vector: exponential, the exact GELU and its tangent.

use pulp::Simd;

/// e to the `x`, for `x` at most 88; below -87 it stays at e^-87. Within 1.2e-7 of itself.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let c = |v: f32| simd.splat_f32s(v);
    let x = simd.max_f32s(x, c(-87.0));
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
    let magic = c(12_582_912.0);
    let rounded = simd.mul_add_e_f32s(x, c(std::f32::consts::LOG2_E), magic);
    let whole = simd.sub_f32s(rounded, magic);
    // ln 2 in two parts, so that the remainder keeps its digits.
    let r = simd.mul_add_e_f32s(whole, c(-0.693_359_4), x);
    let r = simd.mul_add_e_f32s(whole, c(2.121_944_4e-4), r);
    let terms = [
        1.987_569_2e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ];
    let p = polynomial(simd, r, &terms);
    let p = simd.mul_add_e_f32s(p, simd.mul_f32s(r, r), simd.add_f32s(r, c(1.0)));
    let power = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), power))
}

/// x times the normal distribution's integral up to x, by the error function (not by tanh); off by at most
/// 3e-7 times x.
#[inline(always)]
pub fn gelu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = simd.mul_f32s(x, simd.splat_f32s(0.5));
    let erf = erf(
        simd,
        simd.mul_f32s(x, simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2)),
    );
    simd.mul_add_e_f32s(half, erf, half)
}

/// Slope Φ(x) + x φ(x) of the exact GELU's tangent at `x`, and its height -x² φ(x) above 0: `slope x + height` is GELU. Φ is the normal
/// distribution's integral, φ its density. Off by at most 4e-7, the height by as much of itself.
#[inline(always)]
pub fn gelu_tangent<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let c = |v: f32| simd.splat_f32s(v);
    let erf = erf(simd, simd.mul_f32s(x, c(std::f32::consts::FRAC_1_SQRT_2)));
    let share = simd.mul_add_e_f32s(erf, c(0.5), c(0.5));
    // Beyond 13 the density is nothing, and its product with an endless x is no number.
    let near = simd.max_f32s(simd.min_f32s(x, c(13.0)), c(-13.0));
    let power = simd.mul_f32s(simd.mul_f32s(near, near), c(-0.5));
    let density = simd.mul_f32s(exp(simd, power), c(0.398_942_3));
    let rise = simd.mul_f32s(near, density);
    let height = simd.mul_f32s(simd.neg_f32s(near), rise);
    (simd.add_f32s(share, rise), height)
}

/// The error function as a quotient of polynomials (Eigen's coefficients), good to 4e-7; beyond 4 it is one.
#[inline(always)]
fn erf<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let c = |v: f32| simd.splat_f32s(v);
    let x = simd.max_f32s(simd.min_f32s(x, c(4.0)), c(-4.0));
    let xx = simd.mul_f32s(x, x);
    let above = polynomial(
        simd,
        xx,
        &[
            -2.726_142_3e-10,
            2.770_681_4e-8,
            -2.101_024e-6,
            -5.692_506_4e-5,
            -7.349_906_3e-4,
            -2.954_6e-3,
            -1.609_603_3e-2,
        ],
    );
    let below = polynomial(
        simd,
        xx,
        &[
            -1.456_607_2e-5,
            -2.133_740_6e-4,
            -1.682_827e-3,
            -7.373_329e-3,
            -1.426_473_9e-2,
        ],
    );
    simd.div_f32s(simd.mul_f32s(x, above), below)
}

/// A polynomial in `x`, the highest power's factor first.
#[inline(always)]
fn polynomial<S: Simd>(simd: S, x: S::f32s, factors: &[f32]) -> S::f32s {
    let mut sum = simd.splat_f32s(0.0);
    for factor in factors {
        sum = simd.mul_add_e_f32s(sum, x, simd.splat_f32s(*factor));
    }
    sum
}
