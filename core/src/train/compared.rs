//! Whether one head does better than another on what was said of the same clips.

use serde::{Deserialize, Serialize};

/// From this chance on, a difference is called noise.
const NOISE: f64 = 0.05;

/// Two heads on the same cells: of each, whether it is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duel {
    /// Cells of which something was said.
    pub said: usize,
    /// Of which the older head was right.
    pub before: usize,
    /// Wrong before and right now.
    pub fixed: usize,
    /// Right before and wrong now.
    pub broken: usize,
}

impl Duel {
    /// From what each head got right, cell by cell.
    pub fn of(before: &[bool], after: &[bool]) -> Self {
        let mut duel = Self::default();
        for (before, after) in before.iter().zip(after) {
            duel.said += 1;
            duel.before += usize::from(*before);
            duel.fixed += usize::from(!before && *after);
            duel.broken += usize::from(*before && !after);
        }
        duel
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            said: self.said + other.said,
            before: self.before + other.before,
            fixed: self.fixed + other.fixed,
            broken: self.broken + other.broken,
        }
    }

    /// How many the newer head is right of.
    pub fn after(&self) -> usize {
        self.before + self.fixed - self.broken
    }

    /// How likely a difference at least this large is where neither is better: the two-sided sign test over the cells on which the two
    /// differ (McNemar's test, exact). Seconds of one clip resemble each other, so that it is rather larger.
    pub fn chance(&self) -> f64 {
        let (n, least) = (self.fixed + self.broken, self.fixed.min(self.broken));
        let mut term = 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
        let mut tail = 0.0;
        for k in 0..=least {
            tail += term;
            term *= (n - k) as f64 / (k + 1) as f64;
        }
        (2.0 * tail).min(1.0)
    }

    /// Whether chance may explain the difference.
    pub fn is_noise(&self) -> bool {
        self.chance() > NOISE
    }
}
