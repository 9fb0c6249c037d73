//! A matrix turned over its diagonal.

/// Side of the squares that are turned one after the other, so that both sides stay in the cache.
const SQUARE: usize = 32;

/// Some rows of `cols` numbers into as many columns of `to`, whose rows have `wide` numbers.
pub fn transpose(rows: &[f32], cols: usize, to: &mut [f32], wide: usize) {
    let count = rows.len() / cols.max(1);
    for top in (0..count).step_by(SQUARE) {
        for left in (0..cols).step_by(SQUARE) {
            for col in left..(left + SQUARE).min(cols) {
                let to = &mut to[col * wide..];
                for row in top..(top + SQUARE).min(count) {
                    to[row] = rows[row * cols + col];
                }
            }
        }
    }
}
