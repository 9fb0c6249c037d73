//! A map of pixels as a convolution reads it, and where in it the inputs of a result lie.

use std::ops::Range;

use super::TILE;
use super::winograd::Square;

/// Rows and columns of a map.
pub type Grid = (usize, usize);

/// A map in strips of channels, `[strips][pixels + 1][strip]`, so that neighbouring pixels lie side by side. The last pixel is of
/// zeros and stands for those beyond the edge.
#[derive(Clone, Copy)]
pub(super) struct Map<'a, N> {
    /// All numbers, of f32 or of pairs of bf16.
    pub strips: &'a [N],
    /// Pixels of all pictures.
    pub pixels: usize,
    /// Of one picture.
    pub grid: Grid,
}

/// What a convolution looks at from each place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Rows and columns, half of them before the place.
    pub side: usize,
    /// From place to place.
    pub stride: usize,
}

impl<N> Map<'_, N> {
    /// Numbers of a pixel, channels being filled up to whole strips.
    pub fn numbers(&self) -> usize {
        self.strips.len() / (self.pixels + 1)
    }

    /// A pixel's place; that of zeros beyond the edge and beyond the last picture.
    #[inline(always)]
    fn pixel(&self, image: usize, (y, x): Grid) -> usize {
        let (rows, cols) = self.grid;
        match y < rows && x < cols {
            true => self.pixels.min((image * rows + y) * cols + x),
            false => self.pixels,
        }
    }

    /// Where the blocks under each tap of a tile of results start, from result `first` on; blocks are of `block` numbers.
    pub fn under_tile<const ROWS: usize>(
        &self,
        window: Window,
        first: usize,
        block: usize,
        places: &mut Vec<[usize; ROWS]>,
    ) {
        let (rows, cols) = window.grid(self.grid);
        let pad = window.side / 2;
        places.resize(window.side * window.side, [0; ROWS]);
        for row in 0..ROWS {
            let result = first + row;
            let image = result / (rows * cols);
            let (top, left) = (result / cols % rows, result % cols);
            for (y, places) in places.chunks_exact_mut(window.side).enumerate() {
                // Before the edge this wraps round to something beyond it.
                let y = (top * window.stride + y).wrapping_sub(pad);
                for (x, places) in places.iter_mut().enumerate() {
                    let x = (left * window.stride + x).wrapping_sub(pad);
                    places[row] = self.pixel(image, (y, x)) * block;
                }
            }
        }
    }

    /// Results in squares of four, for a window of three and step one. Results are whole rows of the map, two and two from the top
    /// of each picture; blocks are of `block` numbers, as are those of the result's tiles, each of `tile` numbers.
    pub fn squares(
        &self,
        results: Range<usize>,
        (tile, block): (usize, usize),
        squares: &mut Vec<Square>,
    ) {
        squares.clear();
        let (rows, cols) = self.grid;
        let mut first = results.start;
        while first < results.end {
            let (image, top) = (first / (rows * cols), first / cols % rows);
            for left in (0..cols).step_by(2) {
                let under = |i: usize| {
                    let y = (top + i / 4).wrapping_sub(1);
                    self.pixel(image, (y, (left + i % 4).wrapping_sub(1))) * block
                };
                let above = |i: usize| {
                    let (y, x) = (top + i / 2, left + i % 2);
                    let row = first - results.start + i / 2 * cols + x;
                    (y < rows && x < cols).then_some(row / TILE * tile + row % TILE * block)
                };
                squares.push(Square {
                    under: std::array::from_fn(under),
                    above: std::array::from_fn(above),
                });
            }
            first += cols * (rows - top).min(2);
        }
    }
}

impl Window {
    /// The map it makes of one.
    pub fn grid(&self, (rows, cols): Grid) -> Grid {
        (rows.div_ceil(self.stride), cols.div_ceil(self.stride))
    }
}
