//! What lies under the kernel of a convolution, as rows of a product.

use std::ops::Range;

use super::plane::PlaneConv;
use super::source::Source;

/// What is under the kernel at each pixel: `[side, side, channels]`.
pub(super) struct Windows<'a> {
    pub conv: &'a PlaneConv,
    pub channels: usize,
    /// A picture `[tall, wide, channels]`.
    pub plane: &'a [f32],
    pub pixels: Range<usize>,
}

impl Source for Windows<'_> {
    #[inline(always)]
    fn rows(&self) -> usize {
        self.pixels.len()
    }

    #[inline(always)]
    fn terms<'a>(&'a self, row: usize, terms: Range<usize>, room: &'a mut Vec<f32>) -> &'a [f32] {
        let columns = self.conv.grid.1;
        let (y, x) = (
            (self.pixels.start + row) / columns,
            (self.pixels.start + row) % columns,
        );
        let line = self.conv.side * self.channels;
        let part = |terms: Range<usize>| {
            let start = ((y + terms.start / line) * self.conv.wide() + x) * self.channels;
            &self.plane[start + terms.start % line..][..terms.len()]
        };
        if terms.start / line == (terms.end - 1) / line {
            return part(terms);
        }
        room.clear();
        let mut from = terms.start;
        while from < terms.end {
            let to = terms.end.min((from / line + 1) * line);
            room.extend_from_slice(part(from..to));
            from = to;
        }
        room
    }
}

/// What is under each place of the kernel, at every pixel in turn: `[h, wide]`. What lies under pixels beyond the right edge is not
/// meant: there the gradient is zero.
pub(super) struct UnderPlaces<'a> {
    pub conv: &'a PlaneConv,
    /// Planes `[channels, tall, wide]`.
    pub planes: &'a [f32],
    pub rows: Range<usize>,
}

impl Source for UnderPlaces<'_> {
    #[inline(always)]
    fn rows(&self) -> usize {
        self.rows.len()
    }

    #[inline(always)]
    fn terms<'a>(&'a self, row: usize, terms: Range<usize>, _: &'a mut Vec<f32>) -> &'a [f32] {
        let (side, wide) = (self.conv.side, self.conv.wide());
        let tall = self.conv.grid.0 + side / 2 * 2;
        let (channel, place) = (
            (self.rows.start + row) / (side * side),
            (self.rows.start + row) % (side * side),
        );
        let start = (channel * tall + place / side) * wide + place % side;
        &self.planes[start..][terms]
    }
}
