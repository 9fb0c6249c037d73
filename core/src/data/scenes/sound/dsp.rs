//! Building blocks of voices: wave tables, noise, filters, struck and plucked things.

use std::f32::consts::TAU;

use super::RATE;
use crate::base::Rng;

/// Seconds of one sample.
pub const DT: f32 = 1.0 / RATE as f32;

/// The sample at `secs` from the start.
pub fn at(secs: f32) -> usize {
    (secs.max(0.0) * RATE as f32) as usize
}

/// The stretch of `out` from `start` seconds for `length` seconds, cut at the end.
pub fn window(out: &mut [f32], start: f32, length: f32) -> &mut [f32] {
    let (from, to) = (at(start).min(out.len()), at(start + length).min(out.len()));
    &mut out[from..to.max(from)]
}

/// One period of a harmonic wave, read at any pitch.
pub struct WaveTable(Vec<f32>);

impl WaveTable {
    /// From the amplitudes of the harmonics, the fundamental first.
    pub fn new(amplitudes: &[f32]) -> Self {
        const SIZE: usize = 1024;
        let sample = |i: usize| {
            let phase = i as f32 / SIZE as f32 * TAU;
            let parts = amplitudes.iter().enumerate();
            parts.map(|(k, a)| a * ((k + 1) as f32 * phase).sin()).sum()
        };
        Self((0..=SIZE).map(sample).collect())
    }

    /// `count` harmonics falling off as 1 / k^slope.
    pub fn sloped(count: usize, slope: f32) -> Self {
        let amplitudes: Vec<f32> = (1..=count).map(|k| (k as f32).powf(-slope)).collect();
        Self::new(&amplitudes)
    }

    /// The wave at a phase counted in periods.
    pub fn read(&self, phase: f32) -> f32 {
        let x = phase.fract() * (self.0.len() - 1) as f32;
        let i = (x as usize).min(self.0.len() - 2);
        let f = x - i as f32;
        self.0[i] * (1.0 - f) + self.0[i + 1] * f
    }
}

/// Adds a tone: `pitch` in hertz and `level`, both functions of the seconds since the start of `out`.
pub fn tone(
    out: &mut [f32],
    table: &WaveTable,
    pitch: impl Fn(f32) -> f32,
    level: impl Fn(f32) -> f32,
) {
    let mut phase = 0.0f32;
    for (i, sample) in out.iter_mut().enumerate() {
        let t = i as f32 * DT;
        *sample += level(t) * table.read(phase);
        phase = (phase + pitch(t) * DT).fract();
    }
}

/// A second-order filter.
#[derive(Clone, Copy)]
pub struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    z: [f32; 2],
}

impl Biquad {
    fn new(hz: f32, q: f32, shape: impl Fn(f32, f32) -> [f32; 3]) -> Self {
        let w = TAU * hz.clamp(10.0, 0.45 * RATE as f32) * DT;
        let (alpha, cos) = (w.sin() / (2.0 * q), w.cos());
        let a0 = 1.0 + alpha;
        let b = shape(alpha, cos).map(|x| x / a0);
        Self {
            b,
            a: [-2.0 * cos / a0, (1.0 - alpha) / a0],
            z: [0.0; 2],
        }
    }

    /// Lets through what is below `hz`.
    pub fn low(hz: f32) -> Self {
        Self::new(hz, 0.707, |_, c| {
            [(1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0]
        })
    }

    /// Lets through what is above `hz`.
    pub fn high(hz: f32) -> Self {
        Self::new(hz, 0.707, |_, c| {
            [(1.0 + c) / 2.0, -(1.0 + c), (1.0 + c) / 2.0]
        })
    }

    /// Lets through what is around `hz`, narrower with higher `q`.
    pub fn band(hz: f32, q: f32) -> Self {
        Self::new(hz, q, |alpha, _| [alpha, 0.0, -alpha])
    }

    /// The next sample.
    pub fn step(&mut self, x: f32) -> f32 {
        let y = self.b[0] * x + self.z[0];
        self.z[0] = self.b[1] * x - self.a[0] * y + self.z[1];
        self.z[1] = self.b[2] * x - self.a[1] * y;
        y
    }

    /// Filters a stretch in place.
    pub fn run(mut self, out: &mut [f32]) {
        out.iter_mut().for_each(|x| *x = self.step(*x));
    }
}

/// White noise through a filter, at a level that is a function of the seconds since the start.
pub fn noise(rng: &mut Rng, out: &mut [f32], mut filter: Biquad, level: impl Fn(f32) -> f32) {
    for (i, sample) in out.iter_mut().enumerate() {
        *sample += level(i as f32 * DT) * filter.step(rng.noise());
    }
}

/// Adds resonances (as of a mouth or a body) of `input` to `out`: centre in hertz, sharpness, level.
pub fn formants(input: &[f32], out: &mut [f32], bands: &[(f32, f32, f32)]) {
    for &(hz, q, level) in bands {
        let mut filter = Biquad::band(hz, q);
        for (sample, &x) in out.iter_mut().zip(input) {
            *sample += level * filter.step(x);
        }
    }
}

/// Adds something struck: partials (hertz, level, decay in seconds to 1/e).
pub fn strike(out: &mut [f32], partials: &[(f32, f32, f32)]) {
    for &(hz, level, decay) in partials {
        let w = TAU * hz * DT;
        let damp = (-DT / decay.max(1e-3)).exp();
        let (k, damp2) = (2.0 * damp * w.cos(), damp * damp);
        let (mut y1, mut y2) = (level * damp * w.sin(), 0.0);
        for sample in out.iter_mut() {
            *sample += y1;
            (y1, y2) = (k * y1 - damp2 * y2, y1);
            if y1.abs() + y2.abs() < 1e-6 {
                break;
            }
        }
    }
}

/// Adds a plucked string (Karplus and Strong): brightness 0 to 1, decay a period 0.9 to 0.999.
pub fn pluck(rng: &mut Rng, out: &mut [f32], hz: f32, bright: f32, keep: f32, level: f32) {
    let length = ((RATE as f32 / hz) as usize).max(2);
    let mut string: Vec<f32> = (0..length).map(|_| rng.noise()).collect();
    let mut last = 0.0;
    for x in &mut string {
        last += (*x - last) * (0.15 + 0.85 * bright);
        *x = last;
    }
    for (i, sample) in out.iter_mut().enumerate() {
        let (here, next) = (string[i % length], string[(i + 1) % length]);
        *sample += level * here;
        string[i % length] = keep * (0.5 * here + 0.5 * next);
    }
}

/// Rises for `attack`, stays, falls for `release` at the end of `length`: 0 to 1.
pub fn swell(t: f32, length: f32, attack: f32, release: f32) -> f32 {
    (t / attack.max(1e-4))
        .min((length - t) / release.max(1e-4))
        .clamp(0.0, 1.0)
}
