//! Draws a scene: backdrop, actors in motion, and the mask of what sounds.

use std::f32::consts::TAU;

use resvg::tiny_skia::{Pixmap, PixmapPaint, Transform};

use super::categories::{Gait, drawing};
use super::script::{Actor, Thing};
use super::{BACKDROP, Scene, backdrop, unknown};
use crate::base::Rng;
use crate::base::Time;
use crate::media::RgbFrame;

/// Width of the stage where its height is 1.
pub(super) const ASPECT: f32 = 16.0 / 9.0;

/// One byte a pixel: 255 where something sounds, else 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` bytes.
    pub data: Vec<u8>,
}

/// Where an actor stands, how it moves and what makes it look a little different each time.
pub(super) struct Pose {
    gait: Gait,
    at: (f32, f32),
    size: f32,
    stretch: f32,
    tilt: f32,
    flip: bool,
    sway: (f32, f32, f32),
    travel: f32,
    tint: Tint,
}

/// A turn of the hues, and how colourful and bright: 1 leaves as is.
struct Tint {
    hue: f32,
    colour: f32,
    light: f32,
}

impl Pose {
    /// A random pose in one of `of` places next to each other.
    pub fn roll(rng: &mut Rng, gait: Gait, place: usize, of: usize) -> Self {
        let crowd = [1.0, 0.88, 0.76][of.clamp(1, 3) - 1];
        let size = rng.range(0.62, 0.95) * crowd;
        let lane = ASPECT / of as f32;
        let middle = lane * (place as f32 + 0.5);
        let x = middle + rng.range(-0.5, 0.5) * (lane - size * 0.8).max(0.0);
        let y = match gait {
            Gait::Fly => rng.range(0.3, 0.5),
            Gait::Roll => rng.range(0.5, 0.7),
            Gait::Stay | Gait::Hop => rng.range(0.4, 0.62),
        };
        let travel = if of == 1 { 0.35 } else { 0.12 };
        Self {
            gait,
            at: (x, y),
            size,
            stretch: rng.log_range(0.9, 1.12),
            tilt: rng.range(-7.0, 7.0),
            flip: rng.chance(0.5),
            sway: (rng.range(0.0, 0.025), rng.range(0.2, 0.8), rng.unit()),
            travel: rng.range(0.1, travel + 0.1),
            tint: Tint {
                hue: rng.range(-0.15, 0.15),
                colour: rng.range(0.8, 1.25),
                light: rng.range(0.85, 1.1),
            },
        }
    }

    /// The same, alone, large and in the middle.
    pub fn close_up(mut self, rng: &mut Rng) -> Self {
        self.size = rng.range(0.75, 1.0);
        let half = ASPECT / 2.0;
        self.at = (half + rng.range(-0.3, 0.3), 0.5 + rng.range(-0.06, 0.06));
        self.travel = 0.0;
        self
    }

    /// From the 100 x 100 units of a drawing to the stage, `since` seconds after its entry.
    fn transform(&self, secs: f32, since: f32, sounding: bool) -> Transform {
        let (amount, rate, phase) = self.sway;
        let swing = (TAU * (rate * secs + phase)).sin();
        let (mut x, mut y) = (self.at.0, self.at.1 + amount * swing);
        match self.gait {
            Gait::Fly | Gait::Roll => x += self.travel * (TAU * (rate * 0.25 * secs + phase)).sin(),
            Gait::Hop if sounding => y -= 0.05 * (TAU * 1.5 * secs).sin().abs(),
            Gait::Stay | Gait::Hop => x += amount * (TAU * rate * 0.6 * secs).cos(),
        }
        // Never further out than a fifth of its size.
        let margin = 0.35 * self.size;
        x = x.clamp(margin, ASPECT - margin);
        let shake = if sounding {
            (TAU * 7.0 * secs).sin()
        } else {
            0.0
        };
        let pop = 0.6 + 0.4 * (since / 0.15).clamp(0.0, 1.0);
        let size = self.size * pop * (1.0 + 0.025 * shake) / 100.0;
        let mirror = if self.flip { -1.0 } else { 1.0 };
        Transform::from_translate(x, y)
            .pre_concat(Transform::from_rotate(
                self.tilt + 2.0 * swing + 2.5 * shake,
            ))
            .pre_scale(mirror * size * self.stretch, size / self.stretch)
            .pre_translate(-50.0, -50.0)
    }
}

/// A scene with its backdrop painted, ready to draw frames of one size.
pub struct Stage<'a> {
    scene: &'a Scene,
    backdrop: Option<Pixmap>,
    width: usize,
    height: usize,
}

impl<'a> Stage<'a> {
    pub(super) fn new(scene: &'a Scene, width: usize, height: usize) -> Self {
        let blank = Pixmap::new(width as u32, height as u32);
        let backdrop = blank.map(|mut canvas| {
            backdrop::draw(&mut Rng::of(scene.seed, BACKDROP), &mut canvas);
            canvas
        });
        Self {
            scene,
            backdrop,
            width,
            height,
        }
    }

    /// The picture at `t`.
    pub fn frame(&self, t: Time) -> RgbFrame {
        let mut data = vec![0; self.width * self.height * 3];
        if let Some(mut canvas) = self.backdrop.clone() {
            for actor in self.visible(t) {
                if let Some(layer) = self.layer(actor, t) {
                    let paint = PixmapPaint::default();
                    canvas.draw_pixmap(0, 0, layer.as_ref(), &paint, Transform::identity(), None);
                }
            }
            for (rgb, pixel) in data.chunks_exact_mut(3).zip(canvas.data().chunks_exact(4)) {
                rgb.copy_from_slice(&pixel[..3]);
            }
        }
        RgbFrame {
            width: self.width,
            height: self.height,
            data,
        }
    }

    /// Which pixels show something of a known class that sounds at `t`; what stands before it hides it.
    pub fn mask(&self, t: Time) -> Mask {
        let mut data = vec![0; self.width * self.height];
        for actor in self.visible(t) {
            let Some(layer) = self.layer(actor, t) else {
                continue;
            };
            let known = matches!(actor.thing, Thing::Known(_));
            let value = if known && sounds(actor, t) { 255 } else { 0 };
            for (mask, pixel) in data.iter_mut().zip(layer.data().chunks_exact(4)) {
                if pixel[3] >= 128 {
                    *mask = value;
                }
            }
        }
        Mask {
            width: self.width,
            height: self.height,
            data,
        }
    }

    /// The class in front at each pixel, by its place in [`super::CATEGORIES`]; none where there is no known class.
    pub fn classes(&self, t: Time) -> Vec<Option<usize>> {
        let mut classes = vec![None; self.width * self.height];
        for actor in self.visible(t) {
            let Some(layer) = self.layer(actor, t) else {
                continue;
            };
            let class = match actor.thing {
                Thing::Known(class) => Some(class),
                Thing::Unknown(_) => None,
            };
            for (here, pixel) in classes.iter_mut().zip(layer.data().chunks_exact(4)) {
                if pixel[3] >= 128 {
                    *here = class;
                }
            }
        }
        classes
    }

    fn visible(&self, t: Time) -> impl Iterator<Item = &'a Actor> {
        let seen = move |actor: &&Actor| actor.seen.is_some_and(|span| span.contains(t));
        self.scene.actors.iter().filter(seen)
    }

    /// An actor alone on a transparent canvas.
    fn layer(&self, actor: &Actor, t: Time) -> Option<Pixmap> {
        let since = t - actor.seen?.start;
        let mut layer = Pixmap::new(self.width as u32, self.height as u32)?;
        let to_pixels = Transform::from_scale(self.width as f32 / ASPECT, self.height as f32);
        let (secs, since) = (t.as_secs_f64() as f32, since.as_secs_f64() as f32);
        let pose = actor.pose.transform(secs, since, sounds(actor, t));
        let transform = to_pixels.pre_concat(pose);
        match actor.thing {
            Thing::Known(class) => {
                let tree = drawing(class, actor.variant)?;
                resvg::render(tree, transform, &mut layer.as_mut());
            }
            Thing::Unknown(seed) => unknown::draw(&mut Rng::new(seed), &mut layer, transform),
        }
        actor.pose.tint.apply(&mut layer);
        Some(layer)
    }
}

fn sounds(actor: &Actor, t: Time) -> bool {
    actor.heard.is_some_and(|span| span.contains(t))
}

impl Tint {
    /// Turns the hues in place. The turn is linear, so it may be done on premultiplied colours.
    fn apply(&self, layer: &mut Pixmap) {
        let (sin, cos) = self.hue.sin_cos();
        for pixel in layer.data_mut().chunks_exact_mut(4) {
            if pixel[3] == 0 {
                continue;
            }
            let [r, g, b] = [0, 1, 2].map(|i| f32::from(pixel[i]));
            let luma = 0.299 * r + 0.587 * g + 0.114 * b;
            // Rotation in the plane of the two colour differences.
            let (u, v) = (b - luma, r - luma);
            let (u, v) = (
                self.colour * (cos * u - 0.8 * sin * v),
                self.colour * (1.25 * sin * u + cos * v),
            );
            let (r, b) = (luma + v, luma + u);
            let g = luma - (0.299 * v + 0.114 * u) / 0.587;
            let top = f32::from(pixel[3]);
            for (byte, value) in pixel.iter_mut().zip([r, g, b]) {
                *byte = (value * self.light).clamp(0.0, top) as u8;
            }
        }
    }
}
