//! The room a sound is heard in, and the quiet noise of a place.

use super::super::dice::Dice;
use super::dsp::{Biquad, at};

/// A small artificial room: four combs and an all-pass, after Schroeder.
pub struct Room {
    combs: [usize; 4],
    keep: f32,
    wet: f32,
}

impl Room {
    /// A random room, from nearly none to a hall.
    pub fn roll(dice: &mut Dice) -> Self {
        let size = dice.log_range(0.4, 1.3);
        Self {
            combs: [0.0297, 0.0371, 0.0411, 0.0437].map(|s| at(s * size).max(1)),
            keep: dice.range(0.3, 0.75),
            wet: dice.range(0.0, 0.35),
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
pub fn ambience(dice: &mut Dice, out: &mut [f32], level: f32) {
    let mut low = Biquad::low(dice.log_range(200.0, 3000.0));
    let hiss = dice.range(0.05, 0.5);
    for sample in out.iter_mut() {
        let white = dice.noise();
        *sample += level * 2.0 * (1.5 * low.step(white) + hiss * white);
    }
}
