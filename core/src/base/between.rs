//! Where a place lies among the centres of a row of values: the one bilinear rule for everything that is no tensor.

/// The two values on whose centres a place lies or between which, and the share of the second; outside, the edge alone. `at` is
/// in values, the first one's centre at 0.5; `count` is how many there are, at least one.
pub(crate) fn between(at: f32, count: usize) -> (usize, usize, f32) {
    let last = count.saturating_sub(1);
    let at = (at - 0.5).clamp(0.0, last as f32);
    let low = (at as usize).min(last);
    (low, (low + 1).min(last), at - low as f32)
}
