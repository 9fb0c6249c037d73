//! The largest of some numbers.

/// The place of the largest value, the first of equals, as `torch.argmax` has it: a value that is not a number is larger than
/// any that is, and 0 and -0 are equal. `None` of nothing.
pub fn largest(values: &[f32]) -> Option<usize> {
    let above = |a: f32, b: f32| a > b || (a.is_nan() && !b.is_nan());
    let places = 0..values.len();
    places.reduce(|best, at| match above(values[at], values[best]) {
        true => at,
        false => best,
    })
}
