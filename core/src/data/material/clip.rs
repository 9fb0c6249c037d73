//! One made clip, from a seed.

use super::pictures::SIZE;
use super::plan::Plan;
use super::{Material, MaterialError, REAL_CLASSES};
use crate::base::{Label, Labels, Rng, Said, TimeSpan};
use crate::data::{SaidGrid, SoundingMask, Targets};
use crate::media::SegmentData;

/// Streams of randomness of one clip.
const PLAN: u64 = 1;
const SOUND: u64 = 2;
const PICTURES: u64 = 3;

/// A clip made of photographs and recordings. Nothing of it depends on what a model says.
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
    /// The classes that are heard, by place in [`REAL_CLASSES`].
    pub heard: Vec<usize>,
    /// The classes that are seen.
    pub seen: Vec<usize>,
    /// Of each pixel the class of the thing there; empty where a thing's outline is not known.
    things: Vec<Option<usize>>,
}

impl Material {
    /// The clip of a seed, so many seconds long, with sound of a rate.
    ///
    /// # Errors
    /// A file of the material cannot be read.
    pub fn clip(&self, seed: u64, rate: u32, seconds: usize) -> Result<MadeClip, MaterialError> {
        let plan = Plan::roll(self, seconds, &mut Rng::of(seed, PLAN));
        let sound = self.sound(&plan, rate, seconds, &mut Rng::of(seed, SOUND))?;
        let pictures = self.shown(&plan, seconds, &mut Rng::of(seed, PICTURES))?;
        let sounds = sound.seconds.into_iter().zip(sound.classes);
        let seconds = pictures.into_iter().zip(sounds).enumerate();
        let seconds = seconds.map(|(second, (shown, (sound, heard)))| MadeSecond {
            data: SegmentData {
                span: TimeSpan::of_second(second as u32),
                frame: Some(shown.frame),
                sound: Some(sound),
            },
            heard,
            seen: shown.classes,
            things: shown.things,
        });
        Ok(MadeClip {
            seconds: seconds.collect(),
        })
    }
}

impl MadeClip {
    /// What is true of it in a model's classes, with masks of `masks` squared places where they are wanted and known.
    pub fn targets(&self, labels: &Labels, masks: Option<usize>) -> Targets {
        let places = REAL_CLASSES.map(|class| labels.iter().position(|label| class.is(label)));
        let grid = |of: fn(&MadeSecond) -> &Vec<usize>| {
            let mut grid = SaidGrid::all(self.seconds.len(), labels.len(), Said::No);
            for (t, second) in self.seconds.iter().enumerate() {
                let there = of(second).iter().filter_map(|class| places[*class]);
                there.for_each(|place| grid.set(t, place, Said::Yes));
            }
            grid
        };
        let mut targets = Targets::of_modalities(grid(|s| &s.heard), grid(|s| &s.seen));
        if let Some(side) = masks {
            targets.masks = self
                .seconds
                .iter()
                .map(|second| second.mask(side))
                .collect();
        }
        targets
    }
}

impl MadeSecond {
    /// Where the picture sounds.
    fn mask(&self, side: usize) -> Option<SoundingMask> {
        let (width, height) = SIZE;
        if self.things.len() != width * height {
            return None;
        }
        let sounds = |place: usize| {
            let (row, column) = (place / side, place % side);
            let (y, x) = (
                (2 * row + 1) * height / (2 * side),
                (2 * column + 1) * width / (2 * side),
            );
            self.things[y * width + x].is_some_and(|class| self.heard.contains(&class))
        };
        Some(SoundingMask {
            size: (side, side),
            sounds: (0..side * side).map(sounds).collect(),
        })
    }
}

impl super::RealClass {
    /// Whether a model's label is this class, in AVE's words or in LLP's.
    pub fn is(&self, label: &Label) -> bool {
        **label == *self.label || self.llp == Some(&**label)
    }
}
