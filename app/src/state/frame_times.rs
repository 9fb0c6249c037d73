//! How long the window takes to draw, over the last frames: by the wall, and of it, by its thread's own clock.

use std::collections::VecDeque;
use std::time::Duration;

const KEPT: usize = 4096;

/// One frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame {
    /// From the start of the frame to its end.
    pub wall: Duration,
    /// What the thread worked in that time; the rest it waited, for the display or for a processor. Where the system
    /// tells.
    pub worked: Option<Duration>,
    /// How long it was ready and no processor was free for it. Where the system tells.
    pub starved: Option<Duration>,
    /// Whether the engine had work.
    pub busy: bool,
}

/// A ring of frames.
#[derive(Clone, Debug, Default)]
pub struct FrameTimes {
    frames: VecDeque<Frame>,
    clock: Option<(Duration, Duration)>,
}

impl FrameTimes {
    /// One more frame took so long. Called once a frame, on the window's thread.
    pub fn record(&mut self, wall: Duration, busy: bool) {
        let now = thread_clock();
        let since = |pick: fn(&(Duration, Duration)) -> Duration| {
            Some(pick(now.as_ref()?).saturating_sub(pick(self.clock.as_ref()?)))
        };
        let frame = Frame {
            wall,
            worked: since(|clock| clock.0),
            starved: since(|clock| clock.1),
            busy,
        };
        self.clock = now;
        self.add(frame);
    }

    /// Keep a frame.
    pub fn add(&mut self, frame: Frame) {
        if self.frames.len() == KEPT {
            self.frames.pop_front();
        }
        self.frames.push_back(frame);
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The wall time that `share` of the frames (0 to 1) did not exceed; zero before the first frame.
    pub fn quantile(&self, share: f64) -> Duration {
        quantile(self.frames.iter().map(|frame| frame.wall), share)
    }

    /// `p50 4.1 ms · p99 9.8 ms · worst 20.3 ms · 812 frames`.
    pub fn summary(&self) -> String {
        let walls = line(self.frames.iter().map(|frame| frame.wall));
        format!("{walls} · {} frames", self.len())
    }

    /// All of it, a line each: every frame, those while the engine worked, and what of them was work and what waiting.
    pub fn report(&self) -> String {
        let busy = || self.frames.iter().filter(|frame| frame.busy);
        let mut lines = vec![
            format!("frame times: {}", self.summary()),
            format!(
                "  while jobs ran: {} · {} frames",
                line(busy().map(|frame| frame.wall)),
                busy().count()
            ),
        ];
        if self.frames.iter().any(|frame| frame.worked.is_some()) {
            lines.push(format!(
                "  of that, work: {}",
                line(busy().filter_map(|frame| frame.worked))
            ));
            lines.push(format!(
                "  waited for a processor: {}",
                line(busy().filter_map(|frame| frame.starved))
            ));
        }
        lines.join("\n")
    }
}

fn line(times: impl Iterator<Item = Duration> + Clone) -> String {
    let ms = |share| quantile(times.clone(), share).as_secs_f64() * 1e3;
    let (p50, p99, worst) = (ms(0.5), ms(0.99), ms(1.0));
    format!("p50 {p50:.1} ms · p99 {p99:.1} ms · worst {worst:.1} ms")
}

fn quantile(times: impl Iterator<Item = Duration>, share: f64) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    let place = (share.clamp(0.0, 1.0) * times.len() as f64).ceil() as usize;
    times
        .get(place.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// Nanoseconds this thread has run, and has waited for a processor, as Linux counts them; nothing elsewhere.
fn thread_clock() -> Option<(Duration, Duration)> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    let mut next = || numbers.next()?.ok().map(Duration::from_nanos);
    Some((next()?, next()?))
}
