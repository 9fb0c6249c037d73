//! Long stretches of a clip in which nothing comes: a last picture held for hours, a recorder's clock that jumped.

use crate::base::{Time, TimeSpan};

/// A picture or a packet of sound held for longer is no content any more.
const LONGEST: Time = Time::from_micros(600_000_000);

/// Until when a clip has had content, packet by packet of all its streams.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Coverage {
    until: Option<Time>,
    gap: Option<TimeSpan>,
}

impl Coverage {
    /// A packet with something to see or hear from a time to another.
    pub fn add(&mut self, start: Time, end: Time) {
        if let Some(until) = self.until {
            self.note(until, start);
        }
        let end = end.min(start + LONGEST);
        self.until = Some(self.until.map_or(end, |until| until.max(end)));
    }

    /// The same, later.
    pub fn moved(self, by: Time) -> Self {
        Self {
            until: self.until.map(|until| until + by),
            gap: self
                .gap
                .map(|gap| TimeSpan::new(gap.start + by, gap.end + by)),
        }
    }

    /// With what comes after it, which begins where it ends.
    pub fn then(self, next: Self) -> Self {
        Self {
            until: next.until.or(self.until),
            gap: self.gap.or(next.gap),
        }
    }

    /// The first long stretch without content of a clip of this length, all of whose packets were added.
    pub fn gap(mut self, duration: Time) -> Option<TimeSpan> {
        if let Some(until) = self.until {
            self.note(until, duration);
        }
        self.gap
    }

    fn note(&mut self, from: Time, to: Time) {
        if to - from > LONGEST {
            self.gap.get_or_insert(TimeSpan::new(from, to));
        }
    }
}
