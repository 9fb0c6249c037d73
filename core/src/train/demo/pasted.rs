//! A part of one view pasted into another, cell by cell, with all that is known of it: what is learned from few pictures is then not
//! their composition (CutMix, Yun et al. 2019, on the teacher's cells).

use crate::base::Rng;

/// One example.
pub(super) struct Example {
    /// As a backbone takes it in; of a picture three square planes.
    pub input: Vec<f32>,
    /// `[cells, groups]`: what is in each cell.
    pub cells: Vec<f32>,
    /// What is there as a whole.
    pub classes: Vec<f32>,
    /// `[cells, width]`: what the teacher makes of each cell.
    pub features: Vec<f32>,
}

/// A rectangle of cells on a grid.
#[derive(Clone, Copy)]
pub(super) struct Patch {
    side: usize,
    left: usize,
    top: usize,
    wide: usize,
    tall: usize,
}

impl Patch {
    /// One anywhere on a grid of `side` by `side`, from a third of a side long to all but a cell.
    pub fn any(rng: &mut Rng, side: usize) -> Self {
        let short = side / 3;
        let [wide, tall] = [(); 2].map(|()| short + rng.below(side - short));
        Self {
            side,
            left: rng.below(side + 1 - wide),
            top: rng.below(side + 1 - tall),
            wide,
            tall,
        }
    }

    /// Copies what lies in it from one grid of places, `finer` times as fine, to another of the same size, `width` numbers a place.
    fn copy(&self, from: &[f32], to: &mut [f32], finer: usize, width: usize) {
        let row = self.side * finer * width;
        let columns = self.left * finer * width..(self.left + self.wide) * finer * width;
        for y in self.top * finer..(self.top + self.tall) * finer {
            let part = y * row + columns.start..y * row + columns.end;
            to[part.clone()].copy_from_slice(&from[part]);
        }
    }

    /// The share of the grid that it covers.
    fn share(&self) -> f32 {
        (self.wide * self.tall) as f32 / (self.side * self.side) as f32
    }
}

impl Example {
    /// Pastes a part of another view over the same place of this one.
    pub fn paste(&mut self, other: &Self, patch: Patch) {
        let cells = patch.side * patch.side;
        let plane = self.input.len() / 3;
        let finer = (plane / cells.max(1)).isqrt();
        let planes = self.input.chunks_exact_mut(plane);
        for (to, from) in planes.zip(other.input.chunks_exact(plane)) {
            patch.copy(from, to, finer, 1);
        }
        for (to, from) in [
            (&mut self.cells, &other.cells),
            (&mut self.features, &other.features),
        ] {
            let width = to.len() / cells;
            patch.copy(from, to, 1, width);
        }
        for (to, from) in self.classes.iter_mut().zip(&other.classes) {
            *to += (from - *to) * patch.share();
        }
    }
}
