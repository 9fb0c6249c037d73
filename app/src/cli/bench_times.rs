//! Passes of two programs, measured in turn, and how they compare.

use std::time::Duration;

use serde::Serialize;

/// Times of passes in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Times {
    /// The fastest.
    pub best_ms: f64,
    /// The middle one.
    pub middle_ms: f64,
    /// The fewest milliseconds of processor time, where the system says.
    pub cpu_ms: Option<f64>,
    /// How many there were.
    pub count: usize,
}

/// One pass in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// On the clock.
    pub wall: f64,
    /// Of all threads together.
    pub cpu: Option<f64>,
}

impl Times {
    /// What passes come to.
    pub fn of(passes: Vec<Pass>) -> Self {
        Self {
            best_ms: least(passes.iter().map(|pass| pass.wall)).unwrap_or_default(),
            middle_ms: middle(passes.iter().map(|pass| pass.wall)).unwrap_or_default(),
            cpu_ms: least(passes.iter().filter_map(|pass| pass.cpu)),
            count: passes.len(),
        }
    }
}

/// Milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The middle of the pairs' ratios, and the ratio of the least.
pub fn compare(
    ours: &[Pass],
    theirs: &[Pass],
    of: impl Fn(&Pass) -> Option<f64>,
) -> Option<[f64; 2]> {
    let pairs = ours
        .iter()
        .zip(theirs)
        .filter_map(|(a, b)| Some(of(a)? / of(b)?));
    let best = least(ours.iter().filter_map(&of))? / least(theirs.iter().filter_map(&of))?;
    Some([middle(pairs)?, best])
}

fn least(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    numbers.reduce(f64::min)
}

fn middle(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
