//! Between seconds of the clip and points on the screen. Pure.

use mettle_core::base::{Time, TimeSpan};

/// The shortest time a timeline shows, in seconds: a few frames.
const CLOSEST: f64 = 0.25;

/// A stretch of time laid along a stretch of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeAxis {
    /// Left end on the screen, in points.
    pub left: f32,
    /// Right end on the screen, in points.
    pub right: f32,
    /// Time at the left end, in seconds.
    pub start: f64,
    /// Time from end to end, in seconds.
    pub span: f64,
}

impl TimeAxis {
    /// Points a second.
    pub fn scale(&self) -> f64 {
        f64::from(self.right - self.left) / self.span.max(1e-9)
    }

    /// Where a time is on the screen.
    pub fn screen_from_secs(&self, secs: f64) -> f32 {
        (f64::from(self.left) + (secs - self.start) * self.scale()) as f32
    }

    /// Where a time is on the screen.
    pub fn screen_from_time(&self, time: Time) -> f32 {
        self.screen_from_secs(time.as_secs_f64())
    }

    /// [`Self::screen_from_time`] for many times: what they have in common is worked out once.
    pub fn placer(&self) -> impl Fn(Time) -> f32 + use<> {
        let (left, start, scale) = (f64::from(self.left), self.start, self.scale());
        move |time| (left + (time.as_secs_f64() - start) * scale) as f32
    }

    /// The stretch of time that is in view.
    pub fn in_view(&self) -> TimeSpan {
        TimeSpan::new(
            Time::from_secs_f64(self.start),
            Time::from_secs_f64(self.start + self.span),
        )
    }

    /// Which time a place on the screen is, in seconds.
    pub fn secs_from_screen(&self, x: f32) -> f64 {
        self.start + f64::from(x - self.left) / self.scale().max(1e-9)
    }

    /// Which time a place on the screen is.
    pub fn time_from_screen(&self, x: f32) -> Time {
        Time::from_secs_f64(self.secs_from_screen(x))
    }

    /// Start and span after zooming by `factor` (over 1 is closer) with the time under `x` staying there.
    pub fn zoomed(&self, factor: f64, x: f32) -> (f64, f64) {
        let pivot = self.secs_from_screen(x);
        (pivot - (pivot - self.start) / factor, self.span / factor)
    }

    /// Start and span after dragging by `points` to the right.
    pub fn panned(&self, points: f32) -> (f64, f64) {
        (
            self.start - f64::from(points) / self.scale().max(1e-9),
            self.span,
        )
    }

    /// A view kept inside a clip of `total` seconds: not longer than it, not shorter than a few frames.
    pub fn kept_inside(start: f64, span: f64, total: f64) -> (f64, f64) {
        let total = total.max(CLOSEST);
        let span = span.clamp(CLOSEST, total);
        (start.clamp(0.0, total - span), span)
    }

    /// Seconds between ruler marks that stand at least `points` apart: 1, 2 or 5 of a decade, then minutes and hours.
    pub fn mark_step(&self, points: f32) -> f64 {
        const STEPS: [f64; 18] = [
            0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0,
            600.0, 1800.0, 3600.0,
        ];
        let least = f64::from(points) / self.scale().max(1e-9);
        let last = STEPS[STEPS.len() - 1];
        STEPS
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or_else(|| (least / last).ceil() * last)
    }
}
