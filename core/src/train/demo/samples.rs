//! Scenes as a backbone takes them in: single pictures and single seconds, with what is seen or heard in them.

use rayon::prelude::*;

use super::groups::NONE;
use crate::base::{Rng, Time, TimeSpan};
use crate::data::scenes::{RATE, Scene, SceneOptions, Split};
use crate::model::{ImagePrep, SoundPrep};

/// Inputs of a backbone with their targets: several classes may be there at once.
pub(super) struct Tagged {
    /// `[n, ..]`, as the preparation makes it.
    pub input: Vec<f32>,
    /// `[n, rows, GROUPS]`: in each row the classes that are there share 1, the last group has it where there is none.
    pub target: Vec<f32>,
}

impl Tagged {
    fn join(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let empty = Self {
            input: vec![],
            target: vec![],
        };
        let mut all = parts.next().unwrap_or(empty);
        for part in parts {
            all.input.extend(part.input);
            all.target.extend(part.target);
        }
        all
    }
}

/// The classes, and "none of them".
const GROUPS: usize = NONE + 1;
/// Share of a second that a class must be heard to count as heard in it.
const HEARD: f64 = 0.25;
/// Sizes at which pictures for training are drawn before they are prepared: each aliases in its own way.
const SIZES: [(usize, usize); 4] = [(480, 270), (320, 180), (192, 192), (0, 0)];

fn options(split: Split) -> SceneOptions {
    SceneOptions {
        split,
        ..SceneOptions::default()
    }
}

/// How likely each class should be held, equally among those there, and last "none of them".
fn tags(classes: impl Iterator<Item = usize>) -> Vec<f32> {
    let classes: Vec<usize> = classes.collect();
    let mut tags = vec![0.0; GROUPS];
    for class in &classes {
        tags[*class] = 1.0 / classes.len() as f32;
    }
    if classes.is_empty() {
        tags[NONE] = 1.0;
    }
    tags
}

/// One picture a scene, roughened for training; `easy` is the share of close-ups among them. The targets have a row for
/// each cell of a grid of `side` by `side`: which class covers how much of it.
pub(super) fn pictures(
    seeds: &[u64],
    split: Split,
    prep: &ImagePrep,
    easy: f32,
    side: usize,
) -> Tagged {
    let parts: Vec<Tagged> = seeds
        .par_iter()
        .map(|&seed| {
            let mut rng = Rng::of(seed, 100);
            let scene = if rng.chance(easy) {
                Scene::close_up(seed, &options(split))
            } else {
                Scene::generate(seed, &options(split))
            };
            let truth = scene.truth();
            let middles: Vec<Time> = scene.seconds().iter().map(|s| s.middle()).collect();
            // Mostly a moment in which something is to be seen.
            let shown: Vec<Time> = middles
                .iter()
                .copied()
                .filter(|t| truth.seen(*t).next().is_some())
                .collect();
            let at = if shown.is_empty() || rng.chance(0.1) {
                rng.pick(&middles)
            } else {
                rng.pick(&shown)
            };
            let (w, h) = match rng.pick(&SIZES) {
                (0, 0) => (prep.width, prep.height),
                size => size,
            };
            let mut input = prep.frame(&scene.stage(w, h).frame(at));
            roughen(&mut rng, &mut input, prep.width, prep.height);
            Tagged {
                input,
                target: cells(&scene, at, side),
            }
        })
        .collect();
    Tagged::join(parts)
}

/// Pixels along a side of a cell that are looked at.
const FINE: usize = 4;

/// The share of each cell that each class covers, `[side * side, GROUPS]`.
fn cells(scene: &Scene, at: Time, side: usize) -> Vec<f32> {
    let size = side * FINE;
    let mut shares = vec![0.0; side * side * GROUPS];
    for (i, class) in scene.stage(size, size).classes(at).into_iter().enumerate() {
        let cell = (i / size / FINE) * side + i % size / FINE;
        let group = class.unwrap_or(NONE);
        shares[cell * GROUPS + group] += 1.0 / (FINE * FINE) as f32;
    }
    shares
}

/// Light, colour, noise and a patch that hides a part: so that no single detail decides.
pub(super) fn roughen(rng: &mut Rng, picture: &mut [f32], width: usize, height: usize) {
    let (contrast, noise) = (rng.range(0.7, 1.25), rng.range(0.0, 0.15));
    let patch = rng.chance(0.4);
    let (w, h) = (rng.below(width / 3) + 4, rng.below(height / 3) + 4);
    let (x0, y0) = (rng.below(width - w), rng.below(height - h));
    for plane in picture.chunks_exact_mut(width * height) {
        let (shift, fill) = (rng.range(-0.5, 0.5), rng.range(-2.0, 2.0));
        for (i, value) in plane.iter_mut().enumerate() {
            let (x, y) = (i % width, i / width);
            let hidden = patch && (x0..x0 + w).contains(&x) && (y0..y0 + h).contains(&y);
            *value = if hidden {
                fill
            } else {
                *value * contrast + shift
            };
            *value += noise * (rng.unit() + rng.unit() - 1.0);
        }
    }
}

/// All seconds of each scene as spectrograms; `rough` for training.
pub(super) fn sounds(seeds: &[u64], split: Split, prep: &SoundPrep, rough: bool) -> Tagged {
    let parts: Vec<Tagged> = seeds
        .par_iter()
        .map(|&seed| {
            let scene = Scene::generate(seed, &options(split));
            let (sound, truth) = (scene.sound(), scene.truth());
            let mut rng = Rng::of(seed, 101);
            let seconds = scene.seconds().into_iter().map(|second| {
                let mut input = prep.second(cut(&sound, second), 1);
                if rough {
                    mask(&mut rng, &mut input, prep.mel_bins);
                }
                Tagged {
                    input,
                    target: tags(truth.heard(second, HEARD)),
                }
            });
            Tagged::join(seconds.collect())
        })
        .collect();
    Tagged::join(parts)
}

/// The samples of a span, as many as the sound has.
pub(super) fn cut(sound: &[f32], span: TimeSpan) -> &[f32] {
    let at = |t: Time| (t.to_samples(RATE).max(0) as usize).min(sound.len());
    &sound[at(span.start)..at(span.end)]
}

/// Louder or softer as a whole, and now and then a stripe of time or of pitch taken out.
pub(super) fn mask(rng: &mut Rng, logmel: &mut [f32], mels: usize) {
    let (gain, floor) = (rng.range(-8.0, 8.0), rng.range(-60.0, -20.0));
    let (bands, steps) = (rng.below(mels / 6), rng.below(logmel.len() / mels / 6));
    let (band, step) = (rng.below(mels), rng.below(logmel.len() / mels));
    let masked = rng.chance(0.4);
    for (i, value) in logmel.iter_mut().enumerate() {
        let (t, m) = (i / mels, i % mels);
        let out = (band..band + bands).contains(&m) || (step..step + steps).contains(&t);
        *value = if masked && out { floor } else { *value + gain };
    }
}
