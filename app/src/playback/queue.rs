//! Which of the decoded frames is on screen. Pure: told the time, asks no clock.

use std::collections::VecDeque;
use std::sync::Arc;

use mettle_core::base::Time;
use mettle_core::media::VideoFrame;

/// Frames decoded ahead, and the one shown. A seek starts a new run; frames of older runs are dropped.
#[derive(Clone, Debug, Default)]
pub struct FrameQueue {
    run: u64,
    shown: Option<Arc<VideoFrame>>,
    /// The shown frame is from before the seek: anything newer is better.
    stale: bool,
    waiting: VecDeque<Arc<VideoFrame>>,
}

impl FrameQueue {
    /// Start a new run; the frame on screen stays until the first of the run comes.
    pub fn start_run(&mut self, run: u64) {
        self.run = run;
        self.stale = true;
        self.waiting.clear();
    }

    /// Forget everything.
    pub fn clear(&mut self) {
        *self = Self {
            run: self.run,
            ..Self::default()
        };
    }

    /// A frame came.
    pub fn push(&mut self, run: u64, frame: Arc<VideoFrame>) {
        if run == self.run {
            self.waiting.push_back(frame);
        }
    }

    /// Show what belongs on screen at `now`. Says whether that changed.
    pub fn advance(&mut self, now: Time) -> bool {
        let mut changed = false;
        while let Some(next) = self.waiting.front() {
            if !self.stale && next.span.start > now {
                break;
            }
            self.shown = self.waiting.pop_front();
            self.stale = false;
            changed = true;
        }
        changed
    }

    /// The frame on screen.
    pub fn shown(&self) -> Option<&Arc<VideoFrame>> {
        self.shown.as_ref()
    }

    /// Whether the frame on screen is of the newest run.
    pub fn is_current(&self) -> bool {
        self.shown.is_some() && !self.stale
    }

    /// When the next frame is due, if it is here.
    pub fn next_due(&self) -> Option<Time> {
        self.waiting.front().map(|frame| frame.span.start)
    }

    /// How many frames wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How far sound and picture are apart: zero while the frame on screen is the one for `now`, else how much the
    /// picture is late (positive) or early (negative).
    pub fn lag(&self, now: Time) -> Option<Time> {
        let span = self.shown.as_ref()?.span;
        Some(if now < span.start {
            now - span.start
        } else if now >= span.end {
            now - span.end
        } else {
            Time::ZERO
        })
    }
}
