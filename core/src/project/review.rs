//! How far a clip is looked through. Pure.

use super::Corrections;
use crate::base::TimeSpan;

/// How a second stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// Nobody looked at it.
    Open,
    /// Flagged for later.
    Flagged,
    /// Looked at and found right.
    Reviewed,
}

impl Corrections {
    /// How a second stands. A flag counts more: what was found right may be flagged again.
    pub fn review(&self, second: TimeSpan) -> Review {
        match (self.flag_of(second), self.review_of(second)) {
            (Some(_), _) => Review::Flagged,
            (None, Some(_)) => Review::Reviewed,
            (None, None) => Review::Open,
        }
    }

    /// How many of a clip's seconds are reviewed.
    pub fn reviewed_count(&self, seconds: &[TimeSpan]) -> usize {
        let reviewed = |second: &&TimeSpan| self.review(**second) == Review::Reviewed;
        seconds.iter().filter(reviewed).count()
    }
}
