//! Sounding scenes: short films drawn and synthesised from a seed, of which everything is known: what is heard, what
//! is seen, when, and which pixels sound. The embedded demo model learns from them and the tests run on them.
//!
//! The same seed gives the same scene, to the byte. Drawings are split: those of [`Split::Test`] never appear in
//! training, and no seed needs to be shared either.

mod backdrop;
mod categories;
mod dataset;
mod newcomer;
mod script;
mod sound;
mod stage;
mod targets;
mod truth;
mod unknown;

pub use categories::{CATEGORIES, Category, TRAIN_VARIANTS, VARIANTS, labels};
pub use dataset::{DatasetError, SceneSet, write_clip, write_dataset};
pub use sound::RATE;
pub use stage::{Mask, Stage};
pub use truth::{ClassTruth, Truth};

use crate::base::{Rng, Time, TimeSpan};
use crate::media::RgbFrame;
use script::Actor;
use sound::{Room, ambience, perform};

/// Which drawings may appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Those for training and for choosing a checkpoint.
    Train,
    /// Those held out for measuring.
    Test,
}

impl Split {
    /// A word that never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// What the scene is for, which decides who may do what in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneTask {
    /// Ten seconds; at most one class is both heard and seen, for whole seconds, as in AVE. Others distract.
    Localize,
    /// Ten seconds; one to three classes of LLP, each heard, seen or both, on whole seconds.
    Parse,
    /// Five seconds; one to three things seen, one of them sounding, as in AVSBench's single-source part.
    Segment,
    /// Five seconds; two or three things seen, each sounding at times, alone, together or not at all, as in AVSBench's
    /// multi-source part.
    SegmentMany,
}

impl SceneTask {
    /// In the names of files; it never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Localize => "localize",
            Self::Parse => "parse",
            Self::Segment => "segment",
            Self::SegmentMany => "segment-many",
        }
    }
}

/// How to make a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SceneOptions {
    /// Which drawings.
    pub split: Split,
    /// For which task.
    pub task: SceneTask,
    /// Whether classes may appear that the task's data set does not know.
    pub all_classes: bool,
    /// Columns of a frame.
    pub width: usize,
    /// Rows of a frame.
    pub height: usize,
}

impl Default for SceneOptions {
    fn default() -> Self {
        Self {
            split: Split::Train,
            task: SceneTask::Localize,
            all_classes: false,
            width: 480,
            height: 270,
        }
    }
}

/// One scene: a backdrop, some actors, a room.
pub struct Scene {
    options: SceneOptions,
    seed: u64,
    duration: Time,
    actors: Vec<Actor>,
}

/// Streams of randomness of one scene.
const SCRIPT: u64 = 0;
const LOOKS: u64 = 1;
const BACKDROP: u64 = 2;
const SOUND: u64 = 3;

impl Scene {
    /// The scene of a seed.
    pub fn generate(seed: u64, options: &SceneOptions) -> Self {
        let cues = script::write(&mut Rng::of(seed, SCRIPT), options);
        Self {
            options: *options,
            seed,
            duration: script::duration(options.task),
            actors: script::cast(&mut Rng::of(seed, LOOKS), cues, options.split),
        }
    }

    /// One thing seen large and heard throughout: an easy scene, to begin learning with.
    pub fn close_up(seed: u64, options: &SceneOptions) -> Self {
        let mut rng = Rng::of(seed, SCRIPT);
        let duration = script::duration(options.task);
        let cue = script::alone(&mut rng, duration);
        let mut actors = script::cast(&mut Rng::of(seed, LOOKS), vec![cue], options.split);
        actors = actors
            .into_iter()
            .map(|actor| Actor {
                pose: actor.pose.close_up(&mut rng),
                ..actor
            })
            .collect();
        Self {
            options: *options,
            seed,
            duration,
            actors,
        }
    }

    /// Which drawings it shows, as class and variant.
    pub fn drawings(&self) -> Vec<(usize, usize)> {
        let drawing = |actor: &Actor| match actor.thing {
            script::Thing::Known(class) if actor.seen.is_some() => Some((class, actor.variant)),
            _ => None,
        };
        self.actors.iter().filter_map(drawing).collect()
    }

    /// How it was made.
    pub fn options(&self) -> &SceneOptions {
        &self.options
    }

    /// How long it is.
    pub fn duration(&self) -> Time {
        self.duration
    }

    /// One span a second.
    pub fn seconds(&self) -> Vec<TimeSpan> {
        TimeSpan::seconds_of(self.duration)
    }

    /// The picture on screen at `t`, in the size of the options.
    pub fn frame(&self, t: Time) -> RgbFrame {
        self.stage(self.options.width, self.options.height).frame(t)
    }

    /// The scene set up for drawing many frames of one size: the backdrop is painted once. The scene is squeezed
    /// into the size, as a model's pre-processing does.
    pub fn stage(&self, width: usize, height: usize) -> Stage<'_> {
        Stage::new(self, width, height)
    }

    /// The whole sound, mono at [`RATE`], -1 to 1.
    pub fn sound(&self) -> Vec<f32> {
        let mut rng = Rng::of(self.seed, SOUND);
        let mut mix = vec![0.0; self.duration.to_samples(RATE) as usize];
        let room = Room::roll(&mut rng);
        let hush = rng.log_range(0.0005, 0.008);
        for actor in &self.actors {
            let Some(span) = actor.heard else { continue };
            let from = (span.start.to_samples(RATE) as usize).min(mix.len());
            let to = (span.end.to_samples(RATE) as usize).min(mix.len());
            let mut voice = perform(actor.voice(), actor.voice_seed, to - from);
            room.run(&mut voice);
            level(&mut voice, actor.gain);
            mix[from..to]
                .iter_mut()
                .zip(voice)
                .for_each(|(x, v)| *x += v);
        }
        ambience(&mut rng, &mut mix, hush);
        mix.iter_mut().for_each(|x| *x = x.clamp(-0.99, 0.99));
        mix
    }

    /// Everything there is to know about it.
    pub fn truth(&self) -> Truth {
        Truth::of(&self.actors, self.duration)
    }
}

/// Brings a sound to a usual loudness times `gain`, without clipping, and fades its ends over 15 ms.
fn level(voice: &mut [f32], gain: f32) {
    let energy: f32 = voice.iter().map(|x| x * x).sum();
    let rms = (energy / voice.len().max(1) as f32).sqrt().max(1e-6);
    let peak = voice.iter().fold(1e-6f32, |peak, x| peak.max(x.abs()));
    let factor = gain * (0.12 / rms).min(0.7 / peak);
    let (fade, length) = (RATE as usize * 15 / 1000, voice.len());
    for (i, x) in voice.iter_mut().enumerate() {
        let edge = (i.min(length - 1 - i) as f32 / fade as f32).min(1.0);
        *x *= factor * edge;
    }
}
