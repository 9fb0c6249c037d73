//! Vectors laid out on a plane so that near ones lie near each other: t-SNE (van der Maaten and Hinton 2008) with Barnes-Hut trees
//! (van der Maaten 2014), a few epochs at a time so that whoever waits can stop it.

use bhtsne::{Neighbor, SparseAffinities, tSNE};
use rayon::prelude::*;

use super::lanes::summed;
use crate::base::Rng;

/// Epochs in all, and those at the start in which near ones are pulled together twelve times as strongly.
const EPOCHS: usize = 500;
const GATHERING: usize = 120;
/// About how many neighbours a vector has on the plane, where there are enough vectors.
const PERPLEXITY: usize = 30;
/// How coarsely far groups are seen; the paper's.
const THETA: f32 = 0.5;
/// Products of two vectors, and vectors moved, in one step: a tenth of a second each on one core.
const PRODUCTS: usize = 400_000;
const MOVES: usize = 12_000;
/// Fewer vectors than this have too few neighbours to speak of.
const FEWEST: usize = 4;

/// Vectors on their way to their places on a plane.
pub struct Plane {
    rows: Vec<Vec<f32>>,
    near: Vec<Vec<Neighbor<f32>>>,
    affinities: Option<SparseAffinities<f32>>,
    /// Right and down of each vector, one after the other.
    places: Vec<f32>,
    epochs: usize,
}

impl Plane {
    /// Of vectors of one length.
    pub fn new(rows: Vec<Vec<f32>>) -> Self {
        let mut rng = Rng::new(1);
        let places = (0..rows.len() * 2).map(|_| rng.noise() * 1e-2).collect();
        Self {
            rows,
            near: Vec::new(),
            affinities: None,
            places,
            epochs: 0,
        }
    }

    /// Go on a little. Says whether there is more to do.
    pub fn step(&mut self) -> bool {
        let count = self.rows.len();
        if count < FEWEST {
            return false;
        }
        if self.near.len() < count {
            self.look_around();
        } else if self.epochs < EPOCHS {
            self.go_on();
        }
        self.epochs < EPOCHS
    }

    /// How far it has come, of how much.
    pub fn progress(&self) -> (usize, usize) {
        let looked = self.near.len() * EPOCHS / self.rows.len().max(1);
        (looked + self.epochs, 2 * EPOCHS)
    }

    /// Where each vector lies: right and down, 0 to 1, the longer side filled.
    pub fn places(&self) -> Vec<[f32; 2]> {
        let side = |side: usize| self.places.iter().skip(side).step_by(2);
        let low = [0, 1].map(|s| side(s).copied().fold(f32::INFINITY, f32::min));
        let high = [0, 1].map(|s| side(s).copied().fold(f32::NEG_INFINITY, f32::max));
        let wide = (high[0] - low[0])
            .max(high[1] - low[1])
            .max(f32::MIN_POSITIVE);
        let place = |s: usize, at: f32| 0.5 + (at - (low[s] + high[s]) / 2.0) / wide;
        let pairs = self.places.chunks_exact(2);
        pairs.map(|at| [place(0, at[0]), place(1, at[1])]).collect()
    }

    fn neighbours(&self) -> usize {
        3 * PERPLEXITY.min((self.rows.len() - 1) / 3)
    }

    /// The nearest vectors of a few more.
    fn look_around(&mut self) {
        let (count, wanted) = (self.rows.len(), self.neighbours());
        let from = self.near.len();
        let to = (from + (PRODUCTS / count).max(1)).min(count);
        let rows = &self.rows;
        let near = (from..to).into_par_iter().map(|of| {
            let others = (0..count).filter(|other| *other != of);
            let mut all: Vec<Neighbor<f32>> = others
                .map(|index| Neighbor {
                    index,
                    distance: distance(&rows[of], &rows[index]),
                })
                .collect();
            let nearer = |a: &Neighbor<f32>, b: &Neighbor<f32>| a.distance.total_cmp(&b.distance);
            if all.len() > wanted {
                all.select_nth_unstable_by(wanted, nearer);
                all.truncate(wanted);
            }
            all.sort_by(nearer);
            all
        });
        let near: Vec<Vec<Neighbor<f32>>> = near.collect();
        self.near.extend(near);
    }

    /// A few epochs from where they lie now.
    fn go_on(&mut self) {
        let count = self.rows.len();
        let gathers = self.epochs < GATHERING;
        let until = if gathers { GATHERING } else { EPOCHS };
        // The first time, who is near to whom is weighed, too: that takes as long as several epochs.
        let most = if self.affinities.is_some() {
            MOVES / count
        } else {
            1
        };
        let epochs = most.clamp(1, until - self.epochs);
        let numbers: Vec<usize> = (0..count).collect();
        let mut tsne: tSNE<'_, f32, usize, 2> = tSNE::new(&numbers);
        tsne.perplexity((self.neighbours() / 3) as f32)
            .epochs(epochs)
            .momentum(if gathers { 0.5 } else { 0.8 })
            .momentum_switch_epoch(usize::MAX)
            .stop_lying_epoch(if gathers { usize::MAX } else { 0 })
            .initial_embedding(std::mem::take(&mut self.places));
        match self.affinities.take() {
            Some(affinities) => tsne
                .with_affinities(affinities)
                .barnes_hut(THETA, |_, _| 0.0),
            None => tsne.barnes_hut_with_neighbors(THETA, &self.near),
        };
        self.places = tsne.embedding();
        self.affinities = tsne.affinities();
        self.epochs += epochs;
    }
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    summed(a, b, |a, b| (a - b) * (a - b)).sqrt()
}
