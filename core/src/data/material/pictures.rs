//! The pictures of a clip: things on photographs, each moving on a straight way, over a background.

use super::paint::{Photograph, Placing};
use super::plan::{Happening, Plan};
use super::sounds::pick;
use super::{Material, MaterialError};
use crate::base::Rng;
use crate::media::RgbFrame;

/// Pixels of the pictures.
pub(super) const SIZE: (usize, usize) = (320, 180);

/// A second's picture.
pub(super) struct Shown {
    pub frame: RgbFrame,
    /// The classes on it.
    pub classes: Vec<usize>,
    /// Of each pixel the class of the thing there; empty where a thing's outline is not known.
    pub things: Vec<Option<usize>>,
}

/// A photograph that moves.
struct Mover {
    photograph: Photograph,
    happening: Option<Happening>,
    from: Placing,
    to: [f32; 2],
}

/// How a clip's light and colour differ from the photographs'.
struct Look {
    contrast: f32,
    light: f32,
    colour: f32,
}

impl Material {
    /// One picture a second.
    pub(super) fn shown(
        &self,
        plan: &Plan,
        seconds: usize,
        rng: &mut Rng,
    ) -> Result<Vec<Shown>, MaterialError> {
        let mut movers = vec![Mover::backdrop(self.backdrop(plan, rng)?, rng)];
        if plan.other_thing {
            let other = Photograph::read(pick(&self.other_things, rng))?;
            movers.push(Mover::roll(other, None, false, rng));
        }
        for happening in &plan.seen {
            let photograph = Photograph::read(pick(&self.pictures[happening.class], rng))?;
            // What fills the picture must not hide what is there already.
            let alone = plan.seen.len() == 1;
            movers.push(Mover::roll(photograph, Some(*happening), alone, rng));
        }
        let look = Look::roll(rng);
        let frames = (0..seconds).map(|second| {
            let part = second as f32 / seconds.saturating_sub(1).max(1) as f32;
            let mut shown = paint(&movers, second, part);
            look.change(&mut shown.frame);
            shown
        });
        Ok(frames.collect())
    }

    /// A background; where nothing is shown now and then a plain colour, or snow.
    fn backdrop(&self, plan: &Plan, rng: &mut Rng) -> Result<Photograph, MaterialError> {
        let nothing = plan.seen.is_empty() && !plan.other_thing;
        if !nothing || rng.chance(0.5) {
            return Photograph::read(pick(&self.backgrounds, rng));
        }
        let (colour, snow) = ([0; 3].map(|_| rng.below(256) as u8), rng.chance(0.4));
        let (width, height) = SIZE;
        let pixels = (0..width * height).flat_map(|_| match snow {
            true => [0; 3].map(|_| rng.below(256) as u8),
            false => colour,
        });
        Ok(Photograph {
            picture: RgbFrame {
                width,
                height,
                data: pixels.collect(),
            },
            thing: None,
        })
    }
}

fn paint(movers: &[Mover], second: usize, part: f32) -> Shown {
    let (width, height) = SIZE;
    let mut shown = Shown {
        frame: RgbFrame {
            width,
            height,
            data: vec![0; width * height * 3],
        },
        classes: vec![],
        things: vec![None; width * height],
    };
    for mover in movers {
        let class = mover.happening.map(|happening| happening.class);
        if mover
            .happening
            .is_some_and(|happening| !happening.is_in(second))
        {
            continue;
        }
        let placing = mover.placing(part);
        let things = &mut shown.things;
        mover
            .photograph
            .lay(&mut shown.frame, &placing, |at| things[at] = class);
        shown.classes.extend(class);
    }
    let outlined = |mover: &Mover| mover.happening.is_none() || mover.from.cut_out;
    if !movers.iter().all(outlined) {
        shown.things.clear();
    }
    shown
}

impl Mover {
    /// Fills the picture, and more than that: a part of it moves by.
    fn backdrop(photograph: Photograph, rng: &mut Rng) -> Self {
        Self::filling(photograph, None, rng)
    }

    fn filling(photograph: Photograph, happening: Option<Happening>, rng: &mut Rng) -> Self {
        let (width, height) = SIZE;
        let zoom = rng.range(1.0, 1.4);
        let size = [width as f32 * zoom, height as f32 * zoom];
        Self::of(photograph, happening, size, false, rng)
    }

    /// Where its outline is known mostly cut out; else as it is, or, if it may, over the whole picture.
    fn roll(
        photograph: Photograph,
        happening: Option<Happening>,
        may_fill: bool,
        rng: &mut Rng,
    ) -> Self {
        let cut_out = photograph.thing.is_some() && rng.chance(0.6);
        if !cut_out && may_fill && rng.chance(0.5) {
            return Self::filling(photograph, happening, rng);
        }
        let high = photograph.picture.height.max(1) as f32;
        let scale = rng.range(0.5, 1.0) * SIZE.1 as f32 / high;
        let squeeze = rng.range(0.85, 1.15);
        let width = photograph.picture.width as f32 * scale * squeeze;
        let size = [width.max(1.0), (high * scale).max(1.0)];
        Self::of(photograph, happening, size, cut_out, rng)
    }

    fn of(
        photograph: Photograph,
        happening: Option<Happening>,
        size: [f32; 2],
        cut_out: bool,
        rng: &mut Rng,
    ) -> Self {
        let free = [SIZE.0 as f32 - size[0], SIZE.1 as f32 - size[1]];
        let mut place = || free.map(|free| free * rng.range(0.0, 1.0));
        let (at, to) = (place(), place());
        Self {
            photograph,
            happening,
            from: Placing {
                at,
                size,
                mirrored: rng.chance(0.5),
                cut_out,
            },
            to,
        }
    }

    fn placing(&self, part: f32) -> Placing {
        let at = [0, 1].map(|i| self.from.at[i] + (self.to[i] - self.from.at[i]) * part);
        Placing { at, ..self.from }
    }
}

impl Look {
    fn roll(rng: &mut Rng) -> Self {
        Self {
            contrast: rng.range(0.75, 1.2),
            light: rng.range(-25.0, 25.0),
            colour: if rng.chance(0.15) {
                rng.range(0.0, 0.5)
            } else {
                rng.range(0.7, 1.2)
            },
        }
    }

    fn change(&self, frame: &mut RgbFrame) {
        for pixel in frame.data.chunks_exact_mut(3) {
            let grey = pixel.iter().map(|v| f32::from(*v)).sum::<f32>() / 3.0;
            for value in pixel {
                let colour = grey + (f32::from(*value) - grey) * self.colour;
                *value =
                    ((colour - 128.0) * self.contrast + 128.0 + self.light).clamp(0.0, 255.0) as u8;
            }
        }
    }
}
