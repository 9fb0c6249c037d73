//! Clips that join each batch only to be held to what the head said of them before ("rehearsal"; Robins 1995): a head that is taught
//! something new forgets least where it goes on answering what it knew.

use std::sync::Arc;

use super::order::batches;
use crate::base::Rng;
use crate::train::examples::Examples;

/// Set apart from the orders of the clips that are learned from.
const ORDER: u64 = 1 << 62;

/// Those clips, and in which order they come.
pub(super) struct Replay {
    clips: Arc<dyn Examples>,
    /// Where the first one stands among all clips that go through the head.
    first: usize,
    /// So many join a step.
    count: usize,
    order: Vec<Vec<usize>>,
}

impl Replay {
    /// For the first epoch.
    pub fn new(clips: Arc<dyn Examples>, count: usize, first: usize) -> Self {
        Self {
            clips,
            first,
            count,
            order: vec![],
        }
    }

    /// In another order in each epoch: the same for the same seed and epoch.
    pub fn begin(&mut self, seed: u64, epoch: usize) {
        let mut rng = Rng::of(seed, ORDER | epoch as u64);
        self.order = batches(&*self.clips, self.count, &mut rng);
    }

    /// The clips that join a step of an epoch, from 0, by their places among all; none where there are none.
    pub fn of_step(&self, step: usize) -> Option<Vec<usize>> {
        let at = step.checked_rem(self.order.len())?;
        let clips = self.order.get(at)?.iter();
        Some(clips.map(|clip| self.first + clip).collect())
    }
}
