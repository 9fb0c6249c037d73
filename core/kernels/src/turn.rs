//! A matrix turned over its diagonal.

/// Side of the squares that are turned one after the other, so that both sides stay in the cache.
const SQUARE: usize = 32;
/// Side of those that are turned in registers.
const SMALL: usize = 16;

/// Some rows of `cols` numbers into as many columns of `to`, whose rows have `wide` numbers.
pub fn transpose(rows: &[f32], cols: usize, to: &mut [f32], wide: usize) {
    let count = rows.len() / cols.max(1);
    turn((rows, cols), [count, cols], (to, wide));
}

/// A part of a matrix, of so many rows and columns: numbers and how far rows are apart, there and in what it becomes.
pub(super) fn turn(
    (rows, apart): (&[f32], usize),
    [count, cols]: [usize; 2],
    (to, wide): (&mut [f32], usize),
) {
    for top in (0..count).step_by(SQUARE) {
        let down = count.min(top + SQUARE);
        for left in (0..cols).step_by(SQUARE) {
            let right = cols.min(left + SQUARE);
            let tall = down - (down - top) % SMALL;
            let broad = right - (right - left) % SMALL;
            for col in (left..broad).step_by(SMALL) {
                for row in (top..tall).step_by(SMALL) {
                    let to = &mut to[col * wide + row..];
                    small(&rows[row * apart + col..], apart, to, wide);
                }
            }
            for col in left..right {
                let from = if col < broad { tall } else { top };
                let to = &mut to[col * wide..];
                for row in from..down {
                    to[row] = rows[row * apart + col];
                }
            }
        }
    }
}

/// A square that fits the registers.
#[inline(always)]
fn small(rows: &[f32], apart: usize, to: &mut [f32], wide: usize) {
    let row = |row: usize| &rows[row * apart..].as_chunks::<SMALL>().0[0];
    let rows: [&[f32; SMALL]; SMALL] = std::array::from_fn(row);
    for col in 0..SMALL {
        let line: [f32; SMALL] = std::array::from_fn(|row| rows[row][col]);
        to[col * wide..][..SMALL].copy_from_slice(&line);
    }
}
