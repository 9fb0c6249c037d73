//! The player's runs: what is asked of the picture and the sound thread, and what happens at the ends.

use mettle_core::base::Time;

use super::clock::Anchor;
use super::pictures::Ask;
use super::player::Player;
use crate::state::SoundState;

/// Up to this speed sound is played, and every frame is decoded in order.
const IN_ORDER: f64 = 2.0;
/// When the device takes no sample for so long, the wall clock takes over.
const PATIENCE: f64 = 1.5;

impl Player {
    pub(super) fn duration(&self) -> Option<Time> {
        self.clip.as_ref().map(|clip| clip.duration)
    }

    /// Between what it plays: the selection, once or over and over, or the clip.
    fn bounds(&self) -> Option<(Time, Time)> {
        let whole = (Time::ZERO, self.duration()?);
        let range = self.range.filter(|_| self.looping);
        Some(match self.once.or(range) {
            Some(span) => (span.start, span.end.min(whole.1)),
            None => whole,
        })
    }

    pub(super) fn has_video(&self) -> bool {
        self.clip.as_ref().is_some_and(|clip| clip.video.is_some())
    }

    pub(super) fn in_order(&self) -> bool {
        self.speed > 0.0 && self.speed <= IN_ORDER
    }

    pub(super) fn start_run(&mut self, from: Time) {
        self.run += 1;
        self.at = from;
        self.began = self.clock.wall();
        self.queue.start_run(self.run);
        let run = self.run;
        let audible = self.playing && self.in_order() && !self.device_stuck;
        let heard = self.clip.as_ref().is_some_and(|clip| clip.audio.is_some());
        self.by_sound = audible && heard && matches!(self.sound.state(), SoundState::Ready(_));
        self.clock.set(Anchor {
            media: from,
            wall: self.began,
            rate: if self.playing && !self.by_sound {
                self.speed
            } else {
                0.0
            },
        });
        if self.by_sound {
            self.sound.play(run, from, self.speed);
        } else {
            self.sound.pause();
        }
        if self.has_video() {
            self.pictures.ask(if self.playing && self.in_order() {
                Ask::Play { run, from }
            } else {
                Ask::Show { run, at: from }
            });
        }
    }

    /// Backwards and very fast: one frame at a time, always the one for now.
    pub(super) fn chase(&mut self, now: Time) {
        if self.playing && !self.in_order() && self.has_video() && self.queue.is_current() {
            self.run += 1;
            self.queue.start_run(self.run);
            self.pictures.ask(Ask::Show {
                run: self.run,
                at: now,
            });
        }
    }

    pub(super) fn turn_at_ends(&mut self) {
        let Some((start, end)) = self.bounds().filter(|_| self.playing) else {
            return;
        };
        let now = self.time();
        let over = if self.speed > 0.0 {
            now >= end
        } else {
            now <= start
        };
        if !over {
            return;
        }
        if self.once.take().is_some() {
            self.pause();
            self.seek(end);
        } else if self.looping {
            let other_end = if self.speed > 0.0 { start } else { end };
            self.start_run(other_end);
        } else {
            self.pause();
            if self.speed < 0.0 {
                self.speed = 1.0;
            }
        }
    }

    /// A device that takes no samples, or went away, leaves the clock to the wall.
    pub(super) fn watch_device(&mut self) {
        if !(self.playing && self.by_sound) {
            return;
        }
        let waited = self.clock.wall() - self.began;
        let stuck = !self.sound.started(self.run) && waited > PATIENCE;
        let gone = !matches!(self.sound.state(), SoundState::Ready(_));
        if stuck || gone {
            let now = self.time();
            self.device_stuck = true;
            self.start_run(now);
        }
    }
}
