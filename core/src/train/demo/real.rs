//! Real views and seconds as a backbone takes them in, roughened for training, with what is to be said of them.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::groups::{Groups, NONE};
use super::lessons::Lessons;
use super::pasted::{Example, Patch};
use super::samples::{mask, roughen};
use crate::base::Rng;
use crate::model::{ImagePrep, SoundPrep};

/// How an example becomes a backbone's input.
pub(super) enum RealPrep<'a> {
    Picture(&'a ImagePrep),
    Sound(&'a SoundPrep),
}

/// A batch of real examples.
pub(super) struct Real {
    /// `[n, ..]`, as a backbone takes it in.
    pub input: Tensor<4>,
    /// `[n, rows, groups]`: what is in each cell; nothing at all where that is not known.
    pub cells: Tensor<3>,
    /// `[n, classes]`: 1 where the class is there.
    pub classes: Tensor<2>,
    /// `[n, cells, width]`: what the teacher makes of each cell, or of the whole, which is one cell.
    pub features: Tensor<3>,
}

impl Real {
    /// Some of them, those that `range` names of so many.
    pub fn some(&self, range: impl Fn(usize) -> Range<usize>) -> Self {
        let some = range(self.input.dims()[0]);
        Self {
            input: self.input.clone().slice_dim(0, some.clone()),
            cells: self.cells.clone().slice_dim(0, some.clone()),
            classes: self.classes.clone().slice_dim(0, some.clone()),
            features: self.features.clone().slice_dim(0, some),
        }
    }
}

/// Draws batches from a teacher's file.
pub(super) struct Drawing<'a> {
    pub lessons: &'a Lessons,
    groups: &'a Groups,
    prep: RealPrep<'a>,
    /// Rows and columns of the cells that are told apart; 1 where the whole is said at once.
    side: usize,
    /// How often a view to learn from has a part of another pasted into it.
    pasted: f32,
    training: Vec<usize>,
    held_out: Vec<usize>,
}

impl<'a> Drawing<'a> {
    /// Of a file, with cells on a grid of `side` by `side`.
    pub fn new(lessons: &'a Lessons, groups: &'a Groups, prep: RealPrep<'a>, side: usize) -> Self {
        Self {
            pasted: 0.0,
            training: lessons.places(false),
            held_out: lessons.places(true),
            lessons,
            groups,
            prep,
            side,
        }
    }

    /// The same with parts of other views pasted into so many of those that are learned from.
    pub fn pasting(self, pasted: f32) -> Self {
        Self { pasted, ..self }
    }

    /// So many to learn from, the same ones for the same seed, half of the pictures mirrored, and each roughened in
    /// its own way: it comes again many times.
    pub fn batch(&self, count: usize, seed: u64, device: &Device) -> Real {
        let mut rng = Rng::of(seed, 102);
        let count = count.min(self.training.len());
        let picked: Vec<usize> = (0..count).map(|_| rng.pick(&self.training)).collect();
        let seeds: Vec<u64> = picked.iter().map(|_| rng.seed()).collect();
        let all = picked.par_iter().zip(&seeds);
        let made = all.map(|(i, seed)| self.example(*i, Some(Rng::new(*seed))));
        self.tensors(made.collect(), device)
    }

    /// At most so many that nothing is learned from, spread over all of them.
    pub fn held_out(&self, most: usize) -> Vec<usize> {
        let step = self.held_out.len().div_ceil(most.max(1)).max(1);
        self.held_out.iter().copied().step_by(step).collect()
    }

    /// These as they are.
    pub fn plain(&self, some: &[usize], device: &Device) -> Real {
        let made = some.par_iter().map(|i| self.example(*i, None)).collect();
        self.tensors(made, device)
    }

    /// An example as it is, or roughened by a stream of choices.
    fn example(&self, i: usize, rough: Option<Rng>) -> Example {
        match (&self.prep, rough) {
            (RealPrep::Picture(prep), None) => self.view(i, prep, false),
            (RealPrep::Picture(prep), Some(rng)) => self.rough_view(i, prep, rng),
            (RealPrep::Sound(prep), rough) => {
                let mut input = prep.second(&samples(self.lessons.input(i)), 1);
                if let Some(mut rng) = rough {
                    mask(&mut rng, &mut input, prep.mel_bins);
                }
                let cells = self.groups.shared(&self.there(i));
                self.of(i, input, cells)
            }
        }
    }

    /// The groups that are there.
    fn there(&self, i: usize) -> Vec<usize> {
        let present = self.lessons.present(i);
        let group = |class: usize| self.groups.of(&self.lessons.classes[class]);
        present.map(group).collect()
    }

    fn of(&self, i: usize, input: Vec<f32>, cells: Vec<f32>) -> Example {
        let mut classes = vec![0.0; self.lessons.classes.len()];
        let present = self.lessons.present(i);
        present.for_each(|class| classes[class] = 1.0);
        Example {
            input,
            cells,
            classes,
            features: self.lessons.features(i).to_vec(),
        }
    }

    /// A view, its cells, and what the teacher makes of each; all mirrored or not.
    fn view(&self, i: usize, prep: &ImagePrep, mirrored: bool) -> Example {
        let mut thing = self.lessons.thing(i);
        if let Some([left, _, right, _]) = &mut thing
            && mirrored
        {
            (*left, *right) = (1.0 - *right, 1.0 - *left);
        }
        let input = planes(self.lessons.input(i), prep, mirrored);
        let mut view = self.of(i, input, self.cells(&self.there(i), thing));
        if mirrored {
            turn(&mut view.features, self.side, self.lessons.width);
        }
        view
    }

    /// A view mirrored or not, now and then with a part of another, in any light.
    fn rough_view(&self, i: usize, prep: &ImagePrep, mut rng: Rng) -> Example {
        let mut view = self.view(i, prep, rng.chance(0.5));
        if rng.chance(self.pasted) {
            let other = self.view(rng.pick(&self.training), prep, rng.chance(0.5));
            view.paste(&other, Patch::any(&mut rng, self.side));
        }
        roughen(&mut rng, &mut view.input, prep.width, prep.height);
        view
    }

    /// In each cell the share of the thing, and of nothing; all zero where it is not known which cells are the thing's.
    fn cells(&self, there: &[usize], thing: Option<[f32; 4]>) -> Vec<f32> {
        let (count, cells) = (self.groups.count(), self.side * self.side);
        let (group, thing) = match (there, thing) {
            ([], _) => return self.groups.shared(&[]).repeat(cells),
            ([group], Some(thing)) => (*group, thing),
            _ => return vec![0.0; count * cells],
        };
        let mut all = vec![0.0; count * cells];
        for (cell, row) in all.chunks_exact_mut(count).enumerate() {
            let at = [cell % self.side, cell / self.side].map(|n| n as f32);
            let overlap = |axis: usize| {
                let side = self.side as f32;
                let (from, to) = (thing[axis] * side, thing[axis + 2] * side);
                (to.min(at[axis] + 1.0) - from.max(at[axis])).clamp(0.0, 1.0)
            };
            let share = overlap(0) * overlap(1);
            row[group] = share;
            row[NONE] += 1.0 - share;
        }
        all
    }

    fn tensors(&self, made: Vec<Example>, device: &Device) -> Real {
        let n = made.len();
        let join = |of: fn(&Example) -> &Vec<f32>| -> Vec<f32> {
            made.iter().flat_map(|e| of(e).iter().copied()).collect()
        };
        let input = join(|e| &e.input);
        let shape = match &self.prep {
            RealPrep::Picture(prep) => [n, 3, prep.height, prep.width],
            RealPrep::Sound(prep) => [n, 1, input.len() / n.max(1) / prep.mel_bins, prep.mel_bins],
        };
        let rows = self.side * self.side;
        let taught = [n, self.lessons.cells, self.lessons.width];
        Real {
            input: Tensor::from_data(TensorData::new(input, shape), device),
            cells: tensor(join(|e| &e.cells), [n, rows, self.groups.count()], device),
            classes: tensor(
                join(|e| &e.classes),
                [n, self.lessons.classes.len()],
                device,
            ),
            features: tensor(join(|e| &e.features), taught, device),
        }
    }
}

fn tensor<const D: usize>(data: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(data, shape), device)
}

/// Bytes `[height, width, 3]` as a backbone takes them: `[3, height, width]`, normalised.
fn planes(bytes: &[u8], prep: &ImagePrep, mirrored: bool) -> Vec<f32> {
    let (height, width) = (prep.height, prep.width);
    let mut out = Vec::with_capacity(bytes.len());
    for channel in 0..3 {
        let (mean, std) = (prep.mean[channel], prep.std[channel]);
        for place in 0..height * width {
            let (y, x) = (place / width, place % width);
            let x = if mirrored { width - 1 - x } else { x };
            let byte = bytes[(y * width + x) * 3 + channel];
            out.push((f32::from(byte) / 255.0 - mean) / std);
        }
    }
    out
}

/// Mirrors cells `[side, side, width]`.
fn turn(cells: &mut [f32], side: usize, width: usize) {
    for row in cells.chunks_exact_mut((side * width).max(1)) {
        for (left, right) in (0..side / 2).map(|left| (left, side - 1 - left)) {
            let (before, after) = row.split_at_mut(right * width);
            before[left * width..][..width].swap_with_slice(&mut after[..width]);
        }
    }
}

/// Sound in 16 bit as numbers in [-1, 1].
fn samples(bytes: &[u8]) -> Vec<f32> {
    let pairs = bytes.chunks_exact(2);
    pairs
        .map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0)
        .collect()
}
