//! What a scene sounds like: a synthesised voice for each category, a room, and noise behind it all.

pub(super) mod animals;
mod dsp;
pub(super) mod instruments;
pub(super) mod machines;
mod room;
pub(super) mod things;
pub(super) mod unknown;

use crate::base::Rng;
pub(super) use room::{Room, ambience};

/// Samples a second of every scene: what HTS-AT hears.
pub const RATE: u32 = 32_000;

/// Writes a category's sound over a stretch of silence; level does not matter, it is set afterwards.
pub(super) type Voice = fn(&mut Rng, &mut [f32]);

/// A voice of `samples` length with a peak of 1.
pub(super) fn perform(voice: Voice, seed: u64, samples: usize) -> Vec<f32> {
    let mut out = vec![0.0; samples];
    voice(&mut Rng::new(seed), &mut out);
    let peak = out.iter().fold(1e-6f32, |peak, x| peak.max(x.abs()));
    out.iter_mut().for_each(|x| *x /= peak);
    out
}
