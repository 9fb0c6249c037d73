//! The room a sound is heard in, and the quiet noise of a place.

use super::dsp::{Biquad, at};
use crate::base::Rng;

/// A small artificial room: four combs and an all-pass, after Schroeder.
pub struct Room {
    combs: [usize; 4],
    keep: f32,
    wet: f32,
}

impl Room {
    /// A random room, from nearly none to a hall.
    pub fn roll(rng: &mut Rng) -> Self {
        let size = rng.log_range(0.4, 1.3);
        Self {
            combs: [0.0297, 0.0371, 0.0411, 0.0437].map(|s| at(s * size).max(1)),
            keep: rng.range(0.3, 0.75),
            wet: rng.range(0.0, 0.35),
        }
    }

    /// Adds the room's answer to a sound.
    pub fn run(&self, sound: &mut [f32]) {
        let dry = sound.to_vec();
        for length in self.combs {
            let mut line = vec![0.0f32; length];
            for (i, (out, x)) in sound.iter_mut().zip(&dry).enumerate() {
                let back = &mut line[i % length];
                *out += self.wet * 0.5 * *back;
                *back = x + self.keep * *back;
            }
        }
    }
}

/// Adds the noise of a place: broad, of random colour, at about `level` root mean square.
pub fn ambience(rng: &mut Rng, out: &mut [f32], level: f32) {
    let mut low = Biquad::low(rng.log_range(200.0, 3000.0));
    let hiss = rng.range(0.05, 0.5);
    for sample in out.iter_mut() {
        let white = rng.noise();
        *sample += level * 2.0 * (1.5 * low.step(white) + hiss * white);
    }
}
