//! One made clip, from a seed.

use std::path::Path;

use super::{Material, MaterialError};
use crate::base::{Rng, TimeSpan};
use crate::media::{LocalFiles, RgbFrame, SegmentData, SoundLayout, Source};

/// Seconds of a clip.
const SECONDS: usize = 10;
/// Pixels of its pictures.
const SIZE: (usize, usize) = (320, 180);
/// A second counts as heard from this share of the loudest second's power on: recordings are padded with silence.
const AUDIBLE: f32 = 0.01;

/// A clip made of a photograph and a recording. Nothing of it depends on what a model says.
#[derive(Clone, Debug)]
pub struct MadeClip {
    /// Second by second.
    pub seconds: Vec<MadeSecond>,
}

/// A second of it, and what is true of it.
#[derive(Clone, Debug)]
pub struct MadeSecond {
    /// What a decoder would give.
    pub data: SegmentData,
    /// The class that is heard, by place in [`super::REAL_CLASSES`].
    pub heard: Option<usize>,
    /// The class that is seen.
    pub seen: Option<usize>,
}

/// Which of the classes a clip is to have.
struct Plan {
    heard: Option<usize>,
    seen: Option<usize>,
}

impl Material {
    /// The clip of a seed, with sound of a rate. Of ten clips about three show and sound one class, two show one and sound
    /// another, two only show, one only sounds, and two have none.
    ///
    /// # Errors
    /// A file of the material cannot be read.
    pub fn clip(&self, seed: u64, rate: u32) -> Result<MadeClip, MaterialError> {
        let mut rng = Rng::of(seed, 1);
        let plan = self.plan(&mut rng);
        let sound = self.sound(&plan, rate, &mut rng)?;
        let thing = match plan.seen {
            Some(class) => pick(&self.pictures[class], &mut rng),
            None => pick(&self.other_things, &mut rng),
        };
        let pictures = self.pictures(thing, &mut rng)?;
        let span = rng.below(SECONDS / 2);
        let shown = span..SECONDS - rng.below(SECONDS / 2 - span.min(SECONDS / 2 - 1));
        let loudest = sound.iter().map(|s| power(s)).fold(0.0, f32::max);
        let seconds = pictures.into_iter().zip(sound).enumerate();
        let seconds = seconds.map(|(second, ([with, without], sound))| {
            let there = shown.contains(&second);
            let audible = power(&sound) > loudest * AUDIBLE && loudest > 0.0;
            MadeSecond {
                heard: plan.heard.filter(|_| audible),
                seen: plan.seen.filter(|_| there),
                data: SegmentData {
                    span: TimeSpan::of_second(second as u32),
                    frame: Some(if there { with } else { without }),
                    sound: Some(sound),
                },
            }
        });
        Ok(MadeClip {
            seconds: seconds.collect(),
        })
    }

    fn plan(&self, rng: &mut Rng) -> Plan {
        let having = |lists: &[Vec<std::path::PathBuf>]| -> Vec<usize> {
            let all = lists.iter().enumerate();
            all.filter(|(_, files)| !files.is_empty())
                .map(|(class, _)| class)
                .collect()
        };
        let (sounding, shown) = (having(&self.sounds), having(&self.pictures));
        let both: Vec<usize> = sounding
            .iter()
            .copied()
            .filter(|c| shown.contains(c))
            .collect();
        let (heard, seen) = match rng.below(10) {
            0..3 if !both.is_empty() => {
                let class = rng.pick(&both);
                (Some(class), Some(class))
            }
            0..5 => (Some(rng.pick(&sounding)), Some(rng.pick(&shown))),
            5..7 => (None, Some(rng.pick(&shown))),
            7 => (Some(rng.pick(&sounding)), None),
            _ => (None, None),
        };
        Plan { heard, seen }
    }

    /// Ten seconds of a recording from somewhere on, repeated where it is shorter; loud or soft, a third of them dull, all over
    /// some noise, so that neither loudness nor bandwidth tells the class.
    fn sound(&self, plan: &Plan, rate: u32, rng: &mut Rng) -> Result<Vec<Vec<f32>>, MaterialError> {
        let file = match plan.heard {
            Some(class) => pick(&self.sounds[class], rng),
            None => pick(&self.other_sounds, rng),
        };
        let mut sound = Vec::new();
        let per = rate as usize;
        let mut reader = LocalFiles.sound(file, rate, SoundLayout::Mono)?;
        reader.read(&mut sound, 5 * per);
        let peak = sound.iter().fold(1e-6_f32, |most, x| most.max(x.abs()));
        let (gain, noise) = (rng.log_range(0.1, 0.9) / peak, rng.log_range(1e-4, 5e-3));
        let keep = match rng.chance(0.33) {
            true => rng.range(0.1, 0.5),
            false => 1.0,
        };
        let from = rng.below(sound.len());
        let mut low = 0.0;
        let mut at = |i: usize| {
            let x = sound[(from + i) % sound.len()] * gain;
            low += keep * (x - low);
            low
        };
        let mut seconds = Vec::with_capacity(SECONDS);
        for second in 0..SECONDS {
            seconds.push((0..per).map(|i| at(second * per + i)).collect::<Vec<f32>>());
        }
        let hiss = |x: &mut f32| *x = (*x + noise * rng.noise()).clamp(-1.0, 1.0);
        seconds.iter_mut().flatten().for_each(hiss);
        Ok(seconds)
    }

    /// For every second the background with the thing on it and without: a crop of it, moving on a straight way, of a random
    /// size, mirrored or not.
    fn pictures(&self, thing: &Path, rng: &mut Rng) -> Result<Vec<[RgbFrame; 2]>, MaterialError> {
        let (back, thing) = (
            photograph(pick(&self.backgrounds, rng))?,
            photograph(thing)?,
        );
        let (width, height) = SIZE;
        let scale = rng.range(0.5, 0.95) * height as f32 / thing.height.max(1) as f32;
        let size = [thing.width, thing.height].map(|n| (n as f32 * scale).max(1.0));
        let mirrored = rng.chance(0.5);
        let mut place = || {
            let free = [width as f32 - size[0], height as f32 - size[1]];
            free.map(|free| free * rng.range(0.0, 1.0))
        };
        let (from, to) = (place(), place());
        let without = stretched(&back, SIZE);
        let frames = (0..SECONDS).map(|second| {
            let part = second as f32 / (SECONDS - 1) as f32;
            let at = [0, 1].map(|i| from[i] + (to[i] - from[i]) * part);
            let mut with = without.clone();
            lay(&thing, &mut with, at, size, mirrored);
            [with, without.clone()]
        });
        Ok(frames.collect())
    }
}

fn pick<'a>(files: &'a [std::path::PathBuf], rng: &mut Rng) -> &'a Path {
    &files[rng.below(files.len())]
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32
}

fn photograph(path: &Path) -> Result<RgbFrame, MaterialError> {
    let frame = LocalFiles.pictures(path)?.first_frame()?;
    Ok(frame.picture.to_rgb())
}

/// The nearest pixel of a photograph at a part of its width and height.
fn pixel(of: &RgbFrame, x: f32, y: f32) -> &[u8] {
    let place =
        |part: f32, count: usize| ((part * count as f32) as usize).min(count.saturating_sub(1));
    let at = (place(y, of.height) * of.width + place(x, of.width)) * 3;
    &of.data[at..at + 3]
}

fn stretched(of: &RgbFrame, (width, height): (usize, usize)) -> RgbFrame {
    let mut frame = RgbFrame {
        width,
        height,
        data: vec![0; width * height * 3],
    };
    lay(
        of,
        &mut frame,
        [0.0; 2],
        [width as f32, height as f32],
        false,
    );
    frame
}

/// Lays a photograph over a picture, `size` large, its upper left corner at `at`; what reaches beyond the edge is cut off.
fn lay(of: &RgbFrame, over: &mut RgbFrame, at: [f32; 2], size: [f32; 2], mirrored: bool) {
    for row in 0..over.height {
        for column in 0..over.width {
            let x = (column as f32 + 0.5 - at[0]) / size[0];
            let y = (row as f32 + 0.5 - at[1]) / size[1];
            if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
                continue;
            }
            let x = if mirrored { 1.0 - x } else { x };
            let to = (row * over.width + column) * 3;
            over.data[to..to + 3].copy_from_slice(pixel(of, x, y));
        }
    }
}
