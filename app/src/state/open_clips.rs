//! The clips that are in memory: a budget in bytes, and what was on screen longest ago goes first. What went comes back from
//! the engine, whose kept features make that quick, when the clip is shown again.

use std::collections::HashMap;

use super::{OpenClip, RowId};

/// How much memory clips that are not on screen may take. A clip of ten seconds takes about one megabyte, with masks two.
const BUDGET: usize = 96 << 20;

#[derive(Debug, Default)]
struct Held {
    clip: OpenClip,
    bytes: usize,
    used: u64,
}

/// The open clips.
#[derive(Debug)]
pub struct OpenClips {
    held: HashMap<RowId, Held>,
    budget: usize,
    bytes: usize,
    clock: u64,
}

impl Default for OpenClips {
    fn default() -> Self {
        Self::within(BUDGET)
    }
}

impl OpenClips {
    /// None yet, and never more than so many bytes besides the clip on screen.
    pub fn within(budget: usize) -> Self {
        Self {
            held: HashMap::new(),
            budget,
            bytes: 0,
            clock: 0,
        }
    }

    /// What is open of a row.
    pub fn get(&self, id: RowId) -> Option<&OpenClip> {
        self.held.get(&id).map(|held| &held.clip)
    }

    /// Change what is open of a row, which opens it; others go where the budget is spent, never `shown`.
    pub fn change<T>(
        &mut self,
        id: RowId,
        shown: Option<RowId>,
        how: impl FnOnce(&mut OpenClip) -> T,
    ) -> T {
        self.clock += 1;
        let held = self.held.entry(id).or_default();
        held.used = self.clock;
        let answer = how(&mut held.clip);
        self.bytes -= held.bytes;
        held.bytes = held.clip.bytes();
        self.bytes += held.bytes;
        self.keep_within(&[Some(id), shown]);
        answer
    }

    /// Forget what is open of a row.
    pub fn close(&mut self, id: RowId) {
        if let Some(held) = self.held.remove(&id) {
            self.bytes -= held.bytes;
        }
    }

    /// The rows that are open.
    pub fn ids(&self) -> impl Iterator<Item = RowId> + '_ {
        self.held.keys().copied()
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// About how much memory they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn keep_within(&mut self, spared: &[Option<RowId>]) {
        while self.bytes > self.budget {
            let others = self
                .held
                .iter()
                .filter(|(id, _)| !spared.contains(&Some(**id)));
            let Some(oldest) = others.min_by_key(|(_, held)| held.used).map(|(id, _)| *id) else {
                return;
            };
            self.close(oldest);
        }
    }
}
