//! Sums over two vectors, many terms side by side: in one sum each addition would wait for the one before.

/// Sums side by side.
const LANES: usize = 16;

/// The sum of a term of each pair of numbers of two vectors of one length.
pub(super) fn summed(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let (ones, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = ones.remainder().iter().zip(others.remainder());
    let rest: f32 = rest.map(|(a, b)| term(*a, *b)).sum();
    let mut sums = [0.0; LANES];
    for (one, other) in ones.zip(others) {
        for ((sum, a), b) in sums.iter_mut().zip(one).zip(other) {
            *sum += term(*a, *b);
        }
    }
    sums.iter().sum::<f32>() + rest
}
