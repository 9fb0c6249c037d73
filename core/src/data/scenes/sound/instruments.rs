//! Voices of musical instruments.

use std::f32::consts::TAU;

use super::RATE;
use super::dsp::{Biquad, WaveTable, formants, noise, pluck, swell, tone, window};
use crate::base::Rng;

/// The next note of a wandering tune on a major or minor scale, as a ratio to the key note.
struct Tune {
    scale: [f32; 7],
    degree: i32,
    span: i32,
}

impl Tune {
    fn new(rng: &mut Rng, span: i32) -> Self {
        let minor = [0.0, 2.0, 3.0, 5.0, 7.0, 8.0, 10.0];
        let major = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];
        Self {
            scale: if rng.chance(0.5) { major } else { minor },
            degree: rng.below(span as usize) as i32,
            span,
        }
    }

    fn next(&mut self, rng: &mut Rng) -> f32 {
        self.degree = (self.degree + rng.pick(&[-2, -1, -1, 0, 1, 1, 2, 3])).clamp(0, self.span);
        let (octave, step) = (self.degree / 7, (self.degree % 7) as usize);
        2f32.powf((self.scale[step] + 12.0 * octave as f32) / 12.0)
    }
}

/// Notes one after the other: `play` gets the stretch of a note, its pitch ratio and its length.
fn notes(
    rng: &mut Rng,
    out: &mut [f32],
    lengths: (f32, f32),
    span: i32,
    play: impl Fn(&mut Rng, &mut [f32], f32, f32),
) {
    let mut tune = Tune::new(rng, span);
    let total = out.len() as f32 / RATE as f32;
    let mut t = 0.0;
    while t < total {
        let length = rng.range(lengths.0, lengths.1);
        let ratio = tune.next(rng);
        play(rng, window(out, t, length), ratio, length);
        t += length;
    }
}

/// Bowed string: bright, legato, with vibrato.
pub(in super::super) fn violin(rng: &mut Rng, out: &mut [f32]) {
    let (key, vibrato) = (rng.log_range(260.0, 480.0), rng.range(4.8, 6.8));
    let depth = rng.range(0.006, 0.014);
    let table = WaveTable::sloped(22, 0.8);
    let mut raw = vec![0.0; out.len()];
    notes(rng, &mut raw, (0.22, 0.8), 13, |rng, out, ratio, length| {
        let bend = |t: f32| key * ratio * (1.0 + depth * (TAU * vibrato * t).sin());
        tone(out, &table, bend, |t| swell(t, length, 0.05, 0.04));
        noise(rng, out, Biquad::high(3000.0), |t| {
            0.05 * swell(t, length, 0.02, 0.1)
        });
    });
    let bands = [
        (480.0, 2.0, 0.8),
        (1200.0, 2.0, 0.6),
        (2800.0, 1.5, 1.1),
        (4500.0, 2.0, 0.4),
    ];
    formants(&raw, out, &bands);
}

/// Nearly a sine, with breath.
pub(in super::super) fn flute(rng: &mut Rng, out: &mut [f32]) {
    let (key, vibrato) = (rng.log_range(500.0, 900.0), rng.range(4.0, 5.5));
    let breath = rng.range(0.06, 0.2);
    let table = WaveTable::new(&[1.0, rng.range(0.1, 0.3), rng.range(0.02, 0.1)]);
    notes(rng, out, (0.25, 0.9), 9, |rng, out, ratio, length| {
        let hz = key * ratio;
        let level =
            |t: f32| swell(t, length, 0.07, 0.08) * (1.0 + 0.12 * (TAU * vibrato * t).sin());
        tone(
            out,
            &table,
            |t| hz * (1.0 + 0.004 * (TAU * vibrato * t).sin()),
            level,
        );
        noise(rng, out, Biquad::band(hz * 2.0, 1.2), |t| {
            breath * swell(t, length, 0.02, 0.08)
        });
    });
}

/// Strummed chords and picked notes of plucked strings.
pub(in super::super) fn acoustic_guitar(rng: &mut Rng, out: &mut [f32]) {
    let (key, beat) = (rng.log_range(85.0, 150.0), rng.range(0.22, 0.5));
    let bright = rng.range(0.35, 0.8);
    let strum = rng.chance(0.5);
    let total = out.len() as f32 / RATE as f32;
    let mut raw = vec![0.0; out.len()];
    let mut tune = Tune::new(rng, 6);
    let mut t = 0.0;
    while t < total {
        let root = key * tune.next(rng);
        let strings: &[f32] = if strum {
            &[1.0, 1.5, 2.0, 2.52, 3.0]
        } else {
            &[2.0, 4.0]
        };
        for (i, ratio) in strings.iter().enumerate() {
            let hz = root * ratio;
            let from = window(&mut raw, t + i as f32 * 0.012, 1.4);
            pluck(rng, from, hz, bright, 0.994, 0.5);
        }
        t += beat * rng.pick(&[1.0, 1.0, 2.0]);
    }
    formants(&raw, out, &[(110.0, 2.0, 0.8), (230.0, 2.0, 0.7)]);
    out.iter_mut().zip(&raw).for_each(|(x, r)| *x += r);
}

/// Reeds in pairs that beat against each other, chords below a tune.
pub(in super::super) fn accordion(rng: &mut Rng, out: &mut [f32]) {
    let (key, beating) = (rng.log_range(220.0, 360.0), rng.range(2.5, 6.0));
    let table = WaveTable::new(&[
        1.0, 0.7, 0.8, 0.5, 0.55, 0.35, 0.4, 0.25, 0.3, 0.2, 0.2, 0.15,
    ]);
    notes(rng, out, (0.2, 0.6), 9, |_, out, ratio, length| {
        for (hz, level) in [
            (key * ratio, 0.5),
            (key * ratio + beating, 0.5),
            (key * ratio * 2.0, 0.2),
        ] {
            tone(
                out,
                &table,
                |_| hz,
                |t| level * swell(t, length, 0.03, 0.03),
            );
        }
    });
    notes(rng, out, (0.6, 1.2), 5, |_, out, ratio, length| {
        for third in [0.5, 0.63, 0.75] {
            let hz = key * ratio * third;
            tone(out, &table, |_| hz, |t| 0.22 * swell(t, length, 0.05, 0.05));
        }
    });
}
