//! Media time as a type: whole microseconds from the start of the clip, never a bare float.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A moment, or a length, on a clip's own clock, in whole microseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time {
    micros: i64,
}

impl Time {
    /// The start of the clip.
    pub const ZERO: Time = Time { micros: 0 };
    /// One second: one model step.
    pub const SECOND: Time = Time { micros: 1_000_000 };

    /// From whole microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self { micros }
    }

    /// From seconds, rounded to the nearest microsecond. NaN gives zero; what is out of range is clamped.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self {
            micros: (secs * 1e6).round() as i64,
        }
    }

    /// From `ticks` of a stream's time base `num / den` seconds, rounded to the nearest microsecond. What is out of range (a damaged
    /// file may say anything) is clamped.
    pub fn from_ticks(ticks: i64, num: i64, den: i64) -> Self {
        if den == 0 {
            return Self::ZERO;
        }
        let scaled = (i128::from(ticks) * i128::from(num)).saturating_mul(1_000_000);
        let den = i128::from(den);
        let half = den.signum() * den.abs() / 2 * scaled.signum() * den.signum();
        Self {
            micros: clamped(scaled.saturating_add(half) / den),
        }
    }

    /// From a count of samples at `rate_hz`, rounded to the nearest microsecond.
    pub fn from_samples(samples: i64, rate_hz: u32) -> Self {
        Self::from_ticks(samples, 1, i64::from(rate_hz))
    }

    /// Whole microseconds.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// Seconds, for display, ratios and interchange files.
    pub fn as_secs_f64(self) -> f64 {
        self.micros as f64 / 1e6
    }

    /// Ticks of a time base `num / den` seconds, rounded down, and clamped to what fits.
    pub fn to_ticks_floor(self, num: i64, den: i64) -> i64 {
        if num == 0 {
            return 0;
        }
        let ticks = i128::from(self.micros) * i128::from(den);
        clamped(ticks.div_euclid(i128::from(num) * 1_000_000))
    }

    /// Samples at `rate_hz`, rounded to the nearest, and clamped to what fits.
    pub fn to_samples(self, rate_hz: u32) -> i64 {
        let scaled = i128::from(self.micros) * i128::from(rate_hz);
        clamped((scaled + 500_000).div_euclid(1_000_000))
    }

    /// This time, no earlier than `low` and no later than `high`.
    pub fn clamp_to(self, low: Time, high: Time) -> Self {
        self.max(low).min(high.max(low))
    }
}

/// The nearest number that fits.
fn clamped(number: i128) -> i64 {
    number.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

impl Add for Time {
    type Output = Time;
    fn add(self, other: Time) -> Time {
        Time {
            micros: self.micros.saturating_add(other.micros),
        }
    }
}

impl Sub for Time {
    type Output = Time;
    fn sub(self, other: Time) -> Time {
        Time {
            micros: self.micros.saturating_sub(other.micros),
        }
    }
}

/// `00:00:08.320`, with a leading minus before the start of the clip.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.micros < 0 { "-" } else { "" };
        let millis = (self.micros.unsigned_abs() + 500) / 1000;
        let (secs, millis) = (millis / 1000, millis % 1000);
        let (mins, secs) = (secs / 60, secs % 60);
        write!(
            f,
            "{sign}{:02}:{:02}:{secs:02}.{millis:03}",
            mins / 60,
            mins % 60
        )
    }
}

/// A half-open stretch of time, `start <= t < end`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct TimeSpan {
    /// The first moment inside.
    pub start: Time,
    /// The first moment after.
    pub end: Time,
}

impl TimeSpan {
    /// All of time.
    pub const ALL: TimeSpan = TimeSpan {
        start: Time { micros: i64::MIN },
        end: Time { micros: i64::MAX },
    };

    /// From `start` to `end`; an end before the start gives an empty span at `start`.
    pub fn new(start: Time, end: Time) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// How long it is.
    pub fn duration(self) -> Time {
        self.end - self.start
    }

    /// The moment half-way through.
    pub fn middle(self) -> Time {
        Time::from_micros(self.start.micros + (self.end.micros - self.start.micros) / 2)
    }

    /// The second it starts in, from 0, as people count them.
    pub fn second(self) -> i64 {
        self.start.micros.div_euclid(Time::SECOND.micros)
    }

    /// Whether `t` lies inside.
    pub fn contains(self, t: Time) -> bool {
        self.start <= t && t < self.end
    }

    /// What both spans cover, if anything.
    pub fn intersection(self, other: TimeSpan) -> Option<TimeSpan> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(TimeSpan { start, end })
    }

    /// What is left of the span where another lies over it: before, and after.
    pub fn without(self, other: TimeSpan) -> [Option<TimeSpan>; 2] {
        let some = |start: Time, end: Time| (start < end).then_some(TimeSpan { start, end });
        match self.intersection(other) {
            None => [some(self.start, self.end), None],
            Some(both) => [some(self.start, both.start), some(both.end, self.end)],
        }
    }

    /// The span of the `index`-th second of a clip's clock.
    pub fn of_second(index: u32) -> Self {
        let start = Time {
            micros: i64::from(index) * Time::SECOND.micros,
        };
        Self {
            start,
            end: start + Time::SECOND,
        }
    }

    /// How many spans [`Self::seconds_of`] gives.
    pub fn count_of(duration: Time) -> usize {
        let second = Time::SECOND.micros;
        let whole = duration.micros.max(0) / second;
        let rest = duration.micros.max(0) % second;
        (whole + i64::from(rest * 2 >= second || (whole == 0 && rest > 0))) as usize
    }

    /// One span a second over `duration`; the last partial second counts when it is at least half a second long.
    /// A clip shorter than that is one segment all the same.
    pub fn seconds_of(duration: Time) -> Vec<TimeSpan> {
        let second = Time::SECOND.micros;
        (0..Self::count_of(duration) as i64)
            .map(|i| {
                let start = Time::from_micros(i * second);
                TimeSpan::new(start, (start + Time::SECOND).min(duration))
            })
            .collect()
    }
}
