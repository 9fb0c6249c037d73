//! The sound of a clip: recordings and phrases, over something else or over noise.

use std::path::Path;

use super::plan::{Happening, Plan};
use super::{Material, MaterialError};
use crate::base::Rng;
use crate::media::{LocalFiles, SoundLayout, Source};

/// A second counts as heard from this share of its event's loudest second's power on: recordings are padded with silence.
const AUDIBLE: f32 = 0.01;
/// What lies below is silence that was added to a recording.
const SILENCE: f32 = 3e-4;
/// Seconds that are read of a recording: as long as ESC-10's are. A shorter one is followed by silence.
const LENGTH: usize = 5;

/// The sound of a clip.
pub(super) struct Heard {
    /// Samples of each second.
    pub seconds: Vec<Vec<f32>>,
    /// The classes that are heard in each.
    pub classes: Vec<Vec<usize>>,
}

impl Material {
    /// Loud or soft as a whole, a third of it dull, all over some noise: neither loudness nor bandwidth tells the class.
    pub(super) fn sound(
        &self,
        plan: &Plan,
        rate: u32,
        seconds: usize,
        rng: &mut Rng,
    ) -> Result<Heard, MaterialError> {
        let per = rate as usize;
        let (mut mix, mut classes) = (vec![0.0_f32; seconds * per], vec![vec![]; seconds]);
        for event in &plan.heard {
            let range = samples(event, rate, mix.len());
            let mut voice = self.voice(event.class, rate, range.len(), rng)?;
            level(&mut voice, rng.log_range(0.4, 1.0), rate, rng.chance(0.5));
            let span = range.start..range.end;
            mix[span].iter_mut().zip(&voice).for_each(|(x, v)| *x += v);
            for second in audible(&voice, range.start, per, seconds) {
                classes[second].push(event.class);
            }
        }
        if plan.other_sound {
            let mut other = recorded(pick(&self.other_sounds, rng), rate, mix.len(), rng)?;
            // Beside a class it stays behind it.
            let loud = if plan.heard.is_empty() {
                1.0
            } else {
                rng.log_range(0.03, 0.25)
            };
            level(&mut other, loud, rate, false);
            mix.iter_mut().zip(&other).for_each(|(x, v)| *x += v);
        } else if plan.heard.is_empty() && rng.chance(0.3) {
            tone(&mut mix, rate, rng);
        }
        finish(&mut mix, rng);
        Ok(Heard {
            seconds: mix.chunks(per).map(<[f32]>::to_vec).collect(),
            classes,
        })
    }

    /// So many samples of a class: a recording where there is one, else, or in half of the clips, a phrase.
    fn voice(
        &self,
        class: usize,
        rate: u32,
        samples: usize,
        rng: &mut Rng,
    ) -> Result<Vec<f32>, MaterialError> {
        let files = &self.sounds[class];
        match self.playing(class) {
            Some((font, playing)) if files.is_empty() || rng.chance(0.5) => {
                font.phrase(&playing, rate, samples, rng)
            }
            _ => recorded(pick(files, rng), rate, samples, rng),
        }
    }
}

pub(super) fn pick<'a>(files: &'a [std::path::PathBuf], rng: &mut Rng) -> &'a Path {
    &files[rng.below(files.len())]
}

/// Where an event lies in the clip's samples; at least one.
fn samples(event: &Happening, rate: u32, all: usize) -> std::ops::Range<usize> {
    let at = |seconds: f32| ((seconds * rate as f32) as usize).min(all);
    let from = at(event.from).min(all.saturating_sub(1));
    from..at(event.to).max(from + 1)
}

/// So many samples of a recording from somewhere on, repeated where it is shorter, mostly without the silence it was padded with.
fn recorded(
    file: &Path,
    rate: u32,
    samples: usize,
    rng: &mut Rng,
) -> Result<Vec<f32>, MaterialError> {
    let mut sound = Vec::new();
    let mut reader = LocalFiles.sound(file, rate, SoundLayout::Mono)?;
    reader.read(&mut sound, LENGTH * rate as usize);
    let loud = |x: &f32| x.abs() > SILENCE;
    let end = sound
        .iter()
        .rposition(loud)
        .map_or(sound.len(), |at| at + 1);
    let pause = rng.range(0.0, 0.6) * rate as f32;
    if rng.chance(0.75) {
        sound.resize((end + pause as usize).min(sound.len().max(end)), 0.0);
    }
    let from = rng.below(sound.len());
    let at = |i: usize| {
        sound
            .get((from + i) % sound.len().max(1))
            .copied()
            .unwrap_or(0.0)
    };
    Ok((0..samples).map(at).collect())
}

/// Brings a sound's peak to a level; its ends fade in and out, or are cut off.
fn level(voice: &mut [f32], to: f32, rate: u32, fades: bool) {
    let peak = voice.iter().fold(1e-6_f32, |most, x| most.max(x.abs()));
    let fade = if fades {
        rate as usize / 8
    } else {
        rate as usize / 200
    };
    let length = voice.len();
    for (i, x) in voice.iter_mut().enumerate() {
        let edge = (i.min(length - 1 - i) as f32 / fade.max(1) as f32).min(1.0);
        *x *= to / peak * edge;
    }
}

/// The seconds of a clip in which a voice that begins at a sample is heard: at least half of the second, and not only its pauses.
fn audible(voice: &[f32], start: usize, per: usize, seconds: usize) -> Vec<usize> {
    let part = |second: usize| {
        let at = |sample: usize| sample.saturating_sub(start).min(voice.len());
        &voice[at(second * per)..at((second + 1) * per)]
    };
    let power = |second: usize| part(second).iter().map(|x| x * x).sum::<f32>() / per as f32;
    let loudest = (0..seconds).map(power).fold(0.0, f32::max);
    let heard = |second: &usize| {
        part(*second).len() * 2 >= per && loudest > 0.0 && power(*second) > loudest * AUDIBLE
    };
    (0..seconds).filter(heard).collect()
}

/// A tone of no class.
fn tone(mix: &mut [f32], rate: u32, rng: &mut Rng) {
    let step = rng.log_range(80.0, 4000.0) * std::f32::consts::TAU / rate as f32;
    for (i, x) in mix.iter_mut().enumerate() {
        *x += (i as f32 * step).sin();
    }
}

/// The clip's loudness, its bandwidth, its noise.
fn finish(mix: &mut [f32], rng: &mut Rng) {
    let (gain, noise) = (rng.log_range(0.08, 0.9), rng.log_range(1e-4, 1e-2));
    let keep = if rng.chance(0.33) {
        rng.range(0.1, 0.5)
    } else {
        1.0
    };
    let peak = mix.iter().fold(1.0_f32, |most, x| most.max(x.abs()));
    // Now and then nothing but noise is there, and then it may be loud.
    let noise = if rng.chance(0.05) {
        noise * 10.0
    } else {
        noise
    };
    let mut low = 0.0;
    for x in mix.iter_mut() {
        low += keep * (*x * gain / peak - low);
        *x = (low + noise * rng.noise()).clamp(-1.0, 1.0);
    }
}
