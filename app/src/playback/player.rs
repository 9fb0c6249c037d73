//! The player as the window drives it: play, pause, seek, step, shuttle. Every call returns at once.

use std::sync::Arc;
use std::time::Duration;

use mettle_core::base::Time;
use mettle_core::media::{Clip, VideoFrame};

use super::clock::{Anchor, Clock};
use super::pictures::{Answer, Ask, PictureThread};
use super::queue::FrameQueue;
use super::sound::{SoundState, SoundThread};
use super::sources::Sources;

/// Up to this speed sound is played, and every frame is decoded in order.
const IN_ORDER: f64 = 2.0;
/// The shuttle's speeds, one press each.
const SHUTTLE: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
/// When the device takes no sample for so long, the wall clock takes over.
const PATIENCE: f64 = 1.5;

/// How to play.
#[derive(Clone, Copy, Debug)]
pub struct PlayerOptions {
    /// Open the sound device.
    pub sound: bool,
}

/// What the window shows of it.
#[derive(Clone, Debug)]
pub struct PlayerView {
    /// The clip's time.
    pub time: Time,
    /// Whether it plays.
    pub playing: bool,
    /// 1 is the usual speed; negative goes back.
    pub speed: f64,
    /// The frame on screen.
    pub frame: Option<Arc<VideoFrame>>,
    /// Whether there is sound.
    pub sound: SoundState,
    /// How much the picture is behind the sound; zero in sync.
    pub lag: Option<Time>,
}

impl Default for PlayerView {
    fn default() -> Self {
        Self {
            time: Time::ZERO,
            playing: false,
            speed: 1.0,
            frame: None,
            sound: SoundState::Starting,
            lag: None,
        }
    }
}

/// The player.
pub struct Player {
    clock: Clock,
    pictures: PictureThread,
    sound: SoundThread,
    queue: FrameQueue,
    clip: Option<Arc<Clip>>,
    run: u64,
    /// Where it stands while it does not play, and where this run began while it does.
    at: Time,
    playing: bool,
    speed: f64,
    /// Seconds on the clock when this run began.
    began: f64,
    /// This run's clock is set by the sound device.
    by_sound: bool,
    /// The device stopped taking samples once: the wall clock has it until another clip comes.
    device_stuck: bool,
    looping: bool,
}

impl Player {
    /// Start the threads.
    pub fn new(
        sources: Arc<dyn Sources>,
        options: PlayerOptions,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let clock = Clock::default();
        Self {
            pictures: PictureThread::start(sources.clone(), clock.clone(), wake),
            sound: SoundThread::start(sources, clock.clone(), options.sound),
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
        self.sound.pause();
        self.pictures.ask(Ask::Rest);
        // Ask once more for the frame of this very moment: frames decoded ahead are dropped.
        self.start_run(self.at);
    }

    /// Go to a time and go on as before.
    pub fn seek(&mut self, to: Time) {
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

    fn duration(&self) -> Option<Time> {
        self.clip.as_ref().map(|clip| clip.duration)
    }

    fn has_video(&self) -> bool {
        self.clip.as_ref().is_some_and(|clip| clip.video.is_some())
    }

    fn in_order(&self) -> bool {
        self.speed > 0.0 && self.speed <= IN_ORDER
    }

    fn start_run(&mut self, from: Time) {
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
    fn chase(&mut self, now: Time) {
        if self.playing && !self.in_order() && self.has_video() && self.queue.is_current() {
            self.run += 1;
            self.queue.start_run(self.run);
            self.pictures.ask(Ask::Show {
                run: self.run,
                at: now,
            });
        }
    }

    fn turn_at_ends(&mut self) {
        let Some(end) = self.duration().filter(|_| self.playing) else {
            return;
        };
        let now = self.time();
        let over = if self.speed > 0.0 {
            now >= end
        } else {
            now <= Time::ZERO
        };
        if !over {
            return;
        }
        if self.looping {
            let other_end = if self.speed > 0.0 { Time::ZERO } else { end };
            self.start_run(other_end);
        } else {
            self.pause();
            if self.speed < 0.0 {
                self.speed = 1.0;
            }
        }
    }

    /// A device that takes no samples, or went away, leaves the clock to the wall.
    fn watch_device(&mut self) {
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
