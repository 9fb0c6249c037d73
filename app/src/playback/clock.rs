//! What time it is in the clip.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mettle_core::base::Time;

/// A known moment of the clip, and how fast its time goes from there. Pure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchor {
    /// The clip's time at `wall`.
    pub media: Time,
    /// Seconds on the program's own clock.
    pub wall: f64,
    /// Seconds of clip a second; 0 stands still, negative goes back.
    pub rate: f64,
}

impl Anchor {
    /// The clip's time at another moment. Before a future anchor (sound handed over but not yet heard) time runs up
    /// to it, so that the clock never jumps when a buffer is handed over.
    pub fn at(&self, wall: f64) -> Time {
        self.media + Time::from_secs_f64((wall - self.wall) * self.rate)
    }

    /// When the clip's time will be `media`; `None` while it stands still.
    pub fn when(&self, media: Time) -> Option<f64> {
        (self.rate != 0.0).then(|| self.wall + (media - self.media).as_secs_f64() / self.rate)
    }
}

/// The clock shared by the output, the picture thread and the window.
#[derive(Clone, Debug)]
pub struct Clock {
    zero: Instant,
    anchor: Arc<Mutex<Anchor>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            zero: Instant::now(),
            anchor: Arc::default(),
        }
    }
}

impl Clock {
    /// Seconds since the program's clock started.
    pub fn wall(&self) -> f64 {
        self.zero.elapsed().as_secs_f64()
    }

    /// Where the clip is, and how fast it goes.
    pub fn anchor(&self) -> Anchor {
        *self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clip's time now.
    pub fn now(&self) -> Time {
        self.anchor().at(self.wall())
    }

    /// Set it.
    pub fn set(&self, anchor: Anchor) {
        *self.anchor.lock().unwrap_or_else(PoisonError::into_inner) = anchor;
    }

    /// Set it from a thread that must not wait: if someone reads it this very moment, the next call sets it.
    pub fn try_set(&self, anchor: Anchor) {
        if let Ok(mut held) = self.anchor.try_lock() {
            *held = anchor;
        }
    }

    /// Stand still from `wall` on: the sound has run out for now. Does not wait either.
    pub fn try_hold(&self, wall: f64) {
        if let Ok(mut held) = self.anchor.try_lock()
            && held.rate != 0.0
        {
            *held = Anchor {
                media: held.at(wall),
                wall,
                rate: 0.0,
            };
        }
    }
}
