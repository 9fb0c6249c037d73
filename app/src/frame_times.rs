//! How long the window takes to draw, over the last frames.

use std::collections::VecDeque;
use std::time::Duration;

const KEPT: usize = 4096;

/// A ring of frame times.
#[derive(Clone, Debug, Default)]
pub struct FrameTimes(VecDeque<Duration>);

impl FrameTimes {
    /// One more frame took this long.
    pub fn record(&mut self, time: Duration) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The time that `share` of the frames (0 to 1) did not exceed; zero before the first frame.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut times: Vec<_> = self.0.iter().copied().collect();
        times.sort_unstable();
        let place = (share.clamp(0.0, 1.0) * times.len() as f64).ceil() as usize;
        times
            .get(place.saturating_sub(1))
            .copied()
            .unwrap_or_default()
    }

    /// `p50 4.1 ms · p99 9.8 ms · worst 20.3 ms · 812 frames`.
    pub fn summary(&self) -> String {
        let ms = |share| self.quantile(share).as_secs_f64() * 1e3;
        format!(
            "p50 {:.1} ms · p99 {:.1} ms · worst {:.1} ms · {} frames",
            ms(0.5),
            ms(0.99),
            ms(1.0),
            self.len()
        )
    }
}
