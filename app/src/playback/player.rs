//! The player as the window drives it: play, pause, seek, step, shuttle. Every call returns at once.

use std::sync::Arc;
use std::time::Duration;

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{Clip, Source};

use super::clock::Clock;
use super::pictures::{Answer, Ask, PictureThread};
use super::queue::FrameQueue;
use super::sound::SoundThread;
use crate::state::PlayerView;

/// The shuttle's speeds, one press each.
const SHUTTLE: [f64; 4] = [1.0, 2.0, 4.0, 8.0];

/// How to play.
#[derive(Clone, Copy, Debug)]
pub struct PlayerOptions {
    /// Open the sound device.
    pub sound: bool,
}

/// The player.
pub struct Player {
    pub(super) clock: Clock,
    pub(super) pictures: PictureThread,
    pub(super) sound: SoundThread,
    pub(super) queue: FrameQueue,
    pub(super) clip: Option<Arc<Clip>>,
    pub(super) run: u64,
    /// Where it stands while it does not play, and where this run began while it does.
    pub(super) at: Time,
    pub(super) playing: bool,
    pub(super) speed: f64,
    /// Seconds on the clock when this run began.
    pub(super) began: f64,
    /// This run's clock is set by the sound device.
    pub(super) by_sound: bool,
    /// The device stopped taking samples once: the wall clock has it until another clip comes.
    pub(super) device_stuck: bool,
    pub(super) looping: bool,
    /// What looping repeats; none for the clip.
    pub(super) range: Option<TimeSpan>,
    /// Played once, then it pauses.
    pub(super) once: Option<TimeSpan>,
}

impl Player {
    /// Start the threads.
    pub fn new(
        clips: Arc<dyn Source>,
        options: PlayerOptions,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let clock = Clock::default();
        Self {
            pictures: PictureThread::start(clips.clone(), clock.clone(), wake),
            sound: SoundThread::start(clips, clock.clone(), options.sound),
            clock,
            queue: FrameQueue::default(),
            clip: None,
            run: 0,
            at: Time::ZERO,
            playing: false,
            speed: 1.0,
            began: 0.0,
            by_sound: false,
            device_stuck: false,
            looping: false,
            range: None,
            once: None,
        }
    }

    /// Another clip, or none, standing at a time.
    pub fn load(&mut self, clip: Option<Arc<Clip>>, at: Time) {
        self.sound.load(clip.clone());
        self.pictures.ask(Ask::Load(clip.clone()));
        self.clip = clip;
        self.queue.clear();
        self.playing = false;
        self.device_stuck = false;
        (self.range, self.once) = (None, None);
        self.speed = 1.0;
        self.seek(at);
    }

    /// Play on from here, or from the start when at the end.
    pub fn play(&mut self) {
        let Some(end) = self.duration() else { return };
        let now = self.time();
        let at_end = if self.speed < 0.0 {
            now <= Time::ZERO
        } else {
            now >= end - Time::from_micros(1000)
        };
        self.playing = true;
        self.start_run(match (at_end, self.speed < 0.0) {
            (false, _) => now,
            (true, false) => Time::ZERO,
            (true, true) => end,
        });
    }

    /// Stand still here.
    pub fn pause(&mut self) {
        self.at = self.time();
        self.playing = false;
        self.once = None;
        self.sound.pause();
        self.pictures.ask(Ask::Rest);
        // Ask once more for the frame of this very moment: frames decoded ahead are dropped.
        self.start_run(self.at);
    }

    /// Go to a time and go on as before.
    pub fn seek(&mut self, to: Time) {
        self.once = None;
        let end = self.duration().unwrap_or_default();
        self.start_run(to.clamp_to(Time::ZERO, end));
    }

    /// One frame on or back, by time stamps; pauses.
    pub fn step(&mut self, forward: bool) {
        if self.playing {
            self.pause();
        }
        let span = self.queue.shown().map(|frame| frame.span);
        let to = match span {
            // Until the asked frame is here, a second press counts from the time asked for.
            Some(span) if self.queue.is_current() => {
                if forward {
                    span.end
                } else {
                    span.start - Time::from_micros(1)
                }
            }
            _ => self.at,
        };
        let last = self.duration().unwrap_or_default() - Time::from_micros(1);
        self.seek(to.clamp_to(Time::ZERO, last));
    }

    /// One press of J (`forward` false) or L: play, faster with every press, or turn round.
    pub fn shuttle(&mut self, forward: bool) {
        let sign = if forward { 1.0 } else { -1.0 };
        let same_way = self.playing && self.speed * sign > 0.0;
        let next = SHUTTLE.iter().find(|s| **s > self.speed.abs() + 1e-9);
        let speed = match (same_way, next) {
            (true, Some(next)) => *next,
            (true, None) => SHUTTLE[SHUTTLE.len() - 1],
            (false, _) => 1.0,
        };
        let now = self.time();
        self.speed = sign * speed;
        self.at = now;
        self.play();
    }

    /// 1 is the usual speed.
    pub fn set_speed(&mut self, speed: f64) {
        let now = self.time();
        self.speed = speed;
        self.start_run(now);
    }

    /// 0 to 1.
    pub fn set_volume(&mut self, volume: f32) {
        self.sound.set_gain(volume);
    }

    /// Start again at the end.
    pub fn set_looping(&mut self, looping: bool) {
        self.looping = looping;
    }

    /// What is repeated in place of the clip.
    pub fn set_range(&mut self, range: Option<TimeSpan>) {
        self.range = range;
    }

    /// Play a stretch from its start to its end, then pause there.
    pub fn play_once(&mut self, span: TimeSpan) {
        if self.clip.is_none() {
            return;
        }
        self.speed = if self.speed > 0.0 { self.speed } else { 1.0 };
        self.playing = true;
        self.once = Some(span);
        self.start_run(span.start);
    }

    /// Whether it plays.
    pub fn playing(&self) -> bool {
        self.playing
    }

    /// 1 is the usual speed.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The clip's time.
    pub fn time(&self) -> Time {
        let Some(end) = self.duration().filter(|_| self.playing) else {
            return self.at;
        };
        if self.by_sound && !self.sound.started(self.run) {
            return self.at;
        }
        let now = self.clock.now().clamp_to(Time::ZERO, end);
        // What is handed to the device is heard a little later: time stands until then.
        if self.speed > 0.0 {
            now.max(self.at)
        } else {
            now
        }
    }

    /// Once a frame: take decoded frames, choose the one on screen. Gives what to show and any problem to tell.
    pub fn poll(&mut self) -> (PlayerView, Option<String>) {
        let mut problem = self.sound.problem();
        self.watch_device();
        self.turn_at_ends();
        let now = self.time();
        self.queue.advance(now);
        // Frames already late are taken and passed over in one go, so that a slow window catches up.
        while self.queue.waiting() < 4 {
            match self.pictures.answer() {
                Some(Answer::Frame { run, frame }) => self.queue.push(run, frame),
                Some(Answer::Problem(text)) => problem = Some(text),
                None => break,
            }
            self.queue.advance(now);
        }
        self.chase(now);
        let view = PlayerView {
            time: now,
            playing: self.playing,
            speed: self.speed,
            frame: self.queue.shown().cloned(),
            sound: self.sound.state(),
            lag: self.queue.lag(now).filter(|_| self.queue.is_current()),
        };
        (view, problem)
    }

    /// When the window should look again; `None` while it stands still.
    pub fn next_look(&self) -> Option<Duration> {
        if !self.playing {
            return None;
        }
        let wall = self.clock.wall();
        let anchor = self.clock.anchor();
        let due = self.queue.next_due().and_then(|media| anchor.when(media));
        let wait = due.map_or(0.016, |at| (at - wall).clamp(0.0, 0.016));
        Some(Duration::from_secs_f64(wait))
    }
}
