//! The sound thread: opens the device, decodes ahead, hands chunks to the output's callback.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use mettle_core::base::Time;
use mettle_core::media::{Clip, Sound, SoundLayout, Source};

use super::clock::Clock;
use super::feeder::{Chunk, Feeder};
use super::output::{Controls, Output};
use super::tempo::Tempo;
use crate::state::SoundState;

/// Left-right pairs of a chunk: 21 ms at 48 kHz.
const PAIRS: usize = 1024;
/// Chunks decoded ahead: a third of a second.
const AHEAD: usize = 16;

enum Ask {
    Load(Option<Arc<Clip>>),
    Play { run: u64, from: Time, speed: f64 },
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<SoundState>,
    problem: Mutex<Option<String>>,
}

/// The window's end of the thread. Dropping it ends the thread and closes the device.
pub struct SoundThread {
    asks: Sender<Ask>,
    shared: Arc<Shared>,
    controls: Arc<Controls>,
}

impl SoundThread {
    /// Start it; without `device` it only says that there is no sound.
    pub fn start(clips: Arc<dyn Source>, clock: Clock, device: bool) -> Self {
        let (asks, asked) = unbounded();
        let shared = Arc::new(Shared::default());
        let controls = Arc::new(Controls::default());
        let this = Self {
            asks,
            shared: shared.clone(),
            controls: controls.clone(),
        };
        if !device {
            shared.say(SoundState::Silent(
                "the sound device was not asked for".into(),
            ));
            return this;
        }
        let thread = std::thread::Builder::new().name("sound".into());
        let spawned = thread.spawn(move || match open(&clock, &controls) {
            Ok((output, chunks, spent)) => {
                shared.say(SoundState::Ready(output.name.clone()));
                Worker {
                    clips,
                    rate_hz: output.rate_hz,
                    asked,
                    chunks,
                    spent,
                    shared,
                    source: None,
                    duration: Time::ZERO,
                }
                .work();
                drop(output);
            }
            Err(reason) => shared.say(SoundState::Silent(reason)),
        });
        if let Err(error) = spawned {
            this.shared.say(SoundState::Silent(error.to_string()));
        }
        this
    }

    /// Whether there is sound.
    pub fn state(&self) -> SoundState {
        if self.controls.lost.load(Ordering::Acquire) {
            return SoundState::Silent("the sound device is gone".into());
        }
        let held = self.shared.state.lock();
        held.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the clip's sound cannot be decoded, said once.
    pub fn problem(&self) -> Option<String> {
        let held = self.shared.problem.lock();
        held.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Another clip, or none.
    pub fn load(&self, clip: Option<Arc<Clip>>) {
        self.pause();
        self.ask(Ask::Load(clip));
    }

    /// Play from a time.
    pub fn play(&self, run: u64, from: Time, speed: f64) {
        self.controls.run.store(run, Ordering::Release);
        self.ask(Ask::Play { run, from, speed });
    }

    /// Silence.
    pub fn pause(&self) {
        self.controls.run.store(0, Ordering::Release);
    }

    /// Whether the first sample of a run was handed to the device.
    pub fn started(&self, run: u64) -> bool {
        self.controls.started.load(Ordering::Acquire) == run
    }

    /// Loudness, 0 to 1.
    pub fn set_gain(&self, gain: f32) {
        // Loudness is heard in ratios: squared, the slider feels even.
        let bits = (gain * gain).to_bits();
        self.controls.gain.store(bits, Ordering::Relaxed);
    }

    fn ask(&self, ask: Ask) {
        let _ = self.asks.send(ask);
    }
}

impl Shared {
    fn say(&self, state: SoundState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

type Opened = (Output, Sender<Chunk>, Receiver<Chunk>);

fn open(clock: &Clock, controls: &Arc<Controls>) -> Result<Opened, String> {
    let mut output = Output::open()?;
    let (chunks, handed) = bounded(AHEAD);
    // Room for every chunk there can be, so that the callback never has to free one.
    let (used, spent) = bounded(AHEAD + 2);
    let feeder = Feeder::new(handed, used, output.rate_hz);
    output.start(feeder, controls.clone(), clock.clone())?;
    Ok((output, chunks, spent))
}

struct Worker {
    clips: Arc<dyn Source>,
    rate_hz: u32,
    asked: Receiver<Ask>,
    chunks: Sender<Chunk>,
    spent: Receiver<Chunk>,
    shared: Arc<Shared>,
    source: Option<Box<dyn Sound>>,
    duration: Time,
}

impl Worker {
    fn work(mut self) {
        while let Ok(first) = self.asked.recv() {
            let mut todo = Some(first);
            while let Some(ask) = todo.take() {
                todo = match ask {
                    Ask::Load(clip) => {
                        self.load(clip);
                        None
                    }
                    Ask::Play { run, from, speed } => self.play(run, from, speed),
                };
            }
        }
    }

    fn load(&mut self, clip: Option<Arc<Clip>>) {
        self.source = None;
        let Some(clip) = clip.filter(|clip| clip.audio.is_some()) else {
            return;
        };
        self.duration = clip.duration;
        let sound = self
            .clips
            .sound(&clip.path, self.rate_hz, SoundLayout::Stereo);
        match sound {
            Ok(sound) => self.source = Some(sound),
            Err(problem) => self.complain(problem.to_string()),
        }
    }

    /// Decode until the clip ends or another wish comes; that wish comes back.
    fn play(&mut self, run: u64, from: Time, speed: f64) -> Option<Ask> {
        self.source.as_mut()?.seek(from);
        let mut tempo = Tempo::new(self.rate_hz, speed);
        let mut made = 0;
        loop {
            let secs = made as f64 * speed / f64::from(self.rate_hz);
            let media = from + Time::from_secs_f64(secs);
            if media > self.duration {
                return None;
            }
            let mut chunk = self.spent.try_recv().unwrap_or_default();
            (chunk.run, chunk.media, chunk.rate) = (run, media, speed);
            let source = self.source.as_mut()?;
            tempo.fill(PAIRS, &mut chunk.stereo, |raw, pairs| {
                source.read(raw, pairs)
            });
            made += PAIRS;
            select! {
                recv(self.asked) -> newer => return newer.ok(),
                send(self.chunks, chunk) -> sent => if sent.is_err() { return None },
            }
        }
    }

    fn complain(&self, problem: String) {
        let held = self.shared.problem.lock();
        *held.unwrap_or_else(PoisonError::into_inner) = Some(problem);
    }
}
