//! When the window's settings are written: soon after they change, not only when the window closes.

use std::time::Duration;

use crate::state::Settings;

/// From the last change to the writing, in seconds: a slider that is being moved is written once.
const CALM: f64 = 0.5;

/// What was written last, and what has changed since.
#[derive(Debug)]
pub struct Saving {
    saved: Settings,
    seen: Settings,
    changed: f64,
}

/// Whether settings are to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// They are as they were written.
    No,
    /// Unless they change again, in so long.
    In(Duration),
    /// Now.
    Now,
}

impl Saving {
    /// These are written already.
    pub fn new(settings: Settings) -> Self {
        Self {
            seen: settings.clone(),
            saved: settings,
            changed: 0.0,
        }
    }

    /// A look at the settings in use. `Now` is said once: whoever asks writes them.
    pub fn look(&mut self, settings: &Settings, now: f64) -> Due {
        if *settings != self.seen {
            self.seen = settings.clone();
            self.changed = now;
        }
        if self.seen == self.saved {
            return Due::No;
        }
        let left = self.changed + CALM - now;
        if left > 0.0 {
            return Due::In(Duration::from_secs_f64(left));
        }
        self.saved = self.seen.clone();
        Due::Now
    }
}
