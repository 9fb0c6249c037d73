//! A convolution that keeps a map's size, and its gradients: what a decoder of masks learns by. Maps are taken apart into rows of a
//! product where they lie; nothing is copied nine times.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::finish::{Lines, Then};
use super::gemm::{Room, strip};
use super::map::Grid;
use super::memory::zeros;
use super::packed::Packed;
use super::product::block;
use super::source::Source;
use super::turn::{transpose, turn};
use super::under::{UnderPlaces, Windows};
use super::{share_of, with_vectors};

/// A convolution by a square kernel of odd side, of maps with zeros around them, so that they keep their size. There is at least one
/// channel, and one place of a map.
#[derive(Clone, Copy, Debug)]
pub struct PlaneConv {
    /// Channels of the maps.
    pub from: usize,
    /// Channels of what it gives.
    pub to: usize,
    /// Rows and columns of the kernel.
    pub side: usize,
    /// Of the maps.
    pub grid: Grid,
}

impl PlaneConv {
    /// Maps `[n, from, h, w]` and a kernel `[to, from, side, side]` give `[n, to, h, w]`.
    pub fn forward(&self, maps: &[f32], kernel: &[f32]) -> Vec<f32> {
        let places = self.side * self.side;
        let apart = turned(kernel, places);
        let mut matrix = zeros(kernel.len());
        let size = self.from * self.to;
        let parts = matrix.par_chunks_mut(size).zip(apart.par_chunks(size));
        parts.for_each(|(to, from)| transpose(from, self.from, to, self.to));
        let matrix = Packed::new(&matrix, [places * self.from, self.to], None);
        self.over(maps, self.from, &matrix)
    }

    /// The gradient of the maps, `[n, from, h, w]`, from that of what was given, `[n, to, h, w]`: a convolution by the kernel turned
    /// around.
    pub fn of_maps(&self, grad: &[f32], kernel: &[f32]) -> Vec<f32> {
        let places = self.side * self.side;
        let apart = turned(kernel, places);
        let size = self.from * self.to;
        let matrix: Vec<f32> = apart.chunks(size).rev().flatten().copied().collect();
        let matrix = Packed::new(&matrix, [places * self.to, self.from], None);
        self.over(grad, self.to, &matrix)
    }

    /// The gradient of the kernel, `[to, from, side, side]`, from the maps and the gradient of what was given: one product, whose rows
    /// are the maps as they lie under each place of the kernel.
    pub fn of_kernel(&self, maps: &[f32], grad: &[f32]) -> Vec<f32> {
        let rows = self.from * self.side * self.side;
        let size = self.grid.0 * self.grid.1;
        let images = maps
            .par_chunks(self.from * size)
            .zip(grad.par_chunks(self.to * size));
        let images: Vec<(Vec<f32>, Packed)> = images
            .map(|(maps, grad)| (self.planes(maps), self.matrix_of(grad)))
            .collect();
        let mut sums = zeros(rows * self.to);
        let share = share_of(rows);
        let tasks = sums.par_chunks_mut(share * self.to).enumerate();
        tasks.for_each_init(Room::default, |room, (task, out)| {
            let first = task * share;
            for (planes, grad) in &images {
                let rows = UnderPlaces {
                    conv: self,
                    planes,
                    rows: first..first + out.len() / self.to,
                };
                with_vectors(Task(&rows, grad, Then::Add, out, room));
            }
        });
        turned(&sums, self.to)
    }

    /// Columns with the zeros around them.
    pub(super) fn wide(&self) -> usize {
        self.grid.1 + self.side / 2 * 2
    }

    /// Maps of `channels` by a matrix `[side * side * channels, columns]`: `[n, columns, h, w]`.
    fn over(&self, maps: &[f32], channels: usize, matrix: &Packed) -> Vec<f32> {
        let (size, columns) = (self.grid.0 * self.grid.1, matrix.width());
        let mut out = zeros(maps.len() / channels * columns);
        let images = out
            .par_chunks_mut(columns * size)
            .zip(maps.par_chunks(channels * size));
        images.for_each(|(out, maps)| {
            let plane = self.plane(maps, channels);
            let mut rows = zeros(size * columns);
            let share = share_of(size);
            let tasks = rows.par_chunks_mut(share * columns).enumerate();
            tasks.for_each_init(Room::default, |room, (task, out)| {
                let first = task * share;
                let rows = Windows {
                    conv: self,
                    channels,
                    plane: &plane,
                    pixels: first..first + out.len() / columns,
                };
                with_vectors(Task(&rows, matrix, Then::Store, out, room));
            });
            transpose(&rows, columns, out, size);
        });
        out
    }

    /// Maps `[channels, h, w]` with zeros around them, channels side by side: `[around + h + around, wide, channels]`.
    fn plane(&self, maps: &[f32], channels: usize) -> Vec<f32> {
        let ((h, w), wide, around) = (self.grid, self.wide(), self.side / 2);
        let mut plane = zeros((h + 2 * around) * wide * channels);
        let first = (around * wide + around) * channels;
        for (y, to) in plane[first..]
            .chunks_mut(wide * channels)
            .take(h)
            .enumerate()
        {
            turn((&maps[y * w..], h * w), [channels, w], (to, channels));
        }
        plane
    }

    /// The same channel by channel, `[channels, around + h + around, wide]`, and a row's beginning behind them: what is under a
    /// place of the kernel reaches beyond the last channel's end.
    fn planes(&self, maps: &[f32]) -> Vec<f32> {
        let ((h, w), wide, around) = (self.grid, self.wide(), self.side / 2);
        let tall = h + 2 * around;
        let mut planes = zeros(maps.len() / (h * w) * tall * wide + self.side);
        let pairs = planes.chunks_exact_mut(tall * wide).zip(maps.chunks(h * w));
        for (plane, map) in pairs {
            let lines = plane[around * wide..].chunks_exact_mut(wide);
            for (to, from) in lines.zip(map.chunks_exact(w)) {
                to[around..around + w].copy_from_slice(from);
            }
        }
        planes
    }

    /// What was given's gradient `[to, h, w]` as a matrix `[h * wide, to]`, of zeros beyond the right edge.
    fn matrix_of(&self, grad: &[f32]) -> Packed {
        let ((h, w), wide, strip) = (self.grid, self.wide(), strip());
        let depth = (h * wide).next_multiple_of(strip);
        let mut strips = zeros(self.to.div_ceil(strip) * depth * strip);
        let each = strips.chunks_exact_mut(depth * strip);
        for (strip_of, channels) in each.zip(grad.chunks(strip * h * w)) {
            let lines = strip_of.chunks_exact_mut(wide * strip).take(h);
            for (y, to) in lines.enumerate() {
                let shape = [channels.len() / (h * w), w];
                turn((&channels[y * w..], h * w), shape, (to, strip));
            }
        }
        Packed::of_strips(strips, [h * wide, self.to])
    }
}

/// A matrix of rows of `columns` numbers, turned over its diagonal.
fn turned(rows: &[f32], columns: usize) -> Vec<f32> {
    let mut to = zeros(rows.len());
    transpose(rows, columns, &mut to, rows.len() / columns);
    to
}

struct Task<'a, R>(&'a R, &'a Packed, Then, &'a mut [f32], &'a mut Room);

impl<R: Source> WithSimd for Task<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(rows, matrix, then, out, room) = self;
        let mut out = Lines {
            out,
            step: matrix.width(),
            width: matrix.width(),
            strip: block::<S>(),
        };
        matrix.apply_from(simd, rows, then, &mut out, room);
    }
}
