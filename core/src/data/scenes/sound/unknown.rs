//! Sounds of no known class: what a model must learn to call background.

use std::f32::consts::TAU;

use super::RATE;
use super::dsp::{Biquad, WaveTable, formants, noise, strike, swell, tone, window};
use crate::base::Rng;

/// One of several kinds of sound that no category makes.
pub(in super::super) fn sound(rng: &mut Rng, out: &mut [f32]) {
    match rng.below(6) {
        0 => gusts(rng, out),
        1 => beeps(rng, out),
        2 => claps(rng, out),
        3 | 4 => babble(rng, out),
        _ => hum(rng, out),
    }
}

/// Noise in random bands that comes and goes.
fn gusts(rng: &mut Rng, out: &mut [f32]) {
    for _ in 0..1 + rng.below(3) {
        let filter = Biquad::band(rng.log_range(100.0, 8000.0), rng.log_range(0.4, 4.0));
        let (rate, phase) = (rng.log_range(0.1, 3.0), rng.range(0.0, TAU));
        noise(rng, out, filter, |t| {
            0.6 + 0.4 * (TAU * rate * t + phase).sin()
        });
    }
}

/// Electronic tones without any scale.
fn beeps(rng: &mut Rng, out: &mut [f32]) {
    let total = out.len() as f32 / RATE as f32;
    let table = WaveTable::sloped(1 + rng.below(5), 1.0);
    let mut t = 0.0;
    while t < total {
        let (length, hz) = (rng.range(0.04, 0.6), rng.log_range(150.0, 5000.0));
        let glide = rng.range(-0.4, 0.4);
        tone(
            window(out, t, length),
            &table,
            |t| hz * (1.0 + glide * t / length),
            |t| swell(t, length, 0.01, 0.02),
        );
        t += length + rng.range(0.0, 0.4);
    }
}

/// Hands, many or few.
fn claps(rng: &mut Rng, out: &mut [f32]) {
    let total = out.len() as f32 / RATE as f32;
    let rate = rng.log_range(2.0, 60.0);
    let mut t = 0.0;
    while t < total {
        let (hz, level) = (rng.log_range(700.0, 2200.0), rng.range(0.3, 1.0));
        noise(rng, window(out, t, 0.06), Biquad::band(hz, 1.2), |t| {
            level * (-t * 90.0).exp()
        });
        t += -rng.range(1e-3, 1.0).ln() / rate;
    }
}

/// One to four voices that speak or sing without words.
fn babble(rng: &mut Rng, out: &mut [f32]) {
    const VOWELS: [[f32; 3]; 5] = [
        [730.0, 1090.0, 2440.0],
        [270.0, 2290.0, 3010.0],
        [300.0, 870.0, 2240.0],
        [530.0, 1840.0, 2480.0],
        [570.0, 840.0, 2410.0],
    ];
    let total = out.len() as f32 / RATE as f32;
    let sung = rng.chance(0.4);
    for _ in 0..1 + rng.below(4) {
        let (pitch, size) = (rng.log_range(85.0, 290.0), rng.range(0.9, 1.2));
        let table = WaveTable::sloped(24, 1.0);
        let mut t = rng.range(0.0, 0.3);
        while t < total {
            let length = if sung {
                rng.range(0.3, 1.0)
            } else {
                rng.range(0.08, 0.28)
            };
            let out = window(out, t, length);
            let (hz, fall) = (pitch * rng.log_range(0.8, 1.3), rng.range(-0.2, 0.1));
            let mut raw = vec![0.0; out.len()];
            tone(
                &mut raw,
                &table,
                |t| hz * (1.0 + fall * t / length),
                |t| swell(t, length, 0.03, 0.05),
            );
            if rng.chance(0.35) {
                noise(rng, &mut raw, Biquad::high(3500.0), |t| {
                    0.3 * swell(t, 0.08, 0.01, 0.05)
                });
            }
            let vowel = rng.pick(&VOWELS).map(|hz| hz * size);
            formants(
                &raw,
                out,
                &[
                    (vowel[0], 5.0, 1.0),
                    (vowel[1], 7.0, 0.6),
                    (vowel[2], 8.0, 0.3),
                ],
            );
            t += length
                + if rng.chance(0.2) {
                    rng.range(0.1, 0.5)
                } else {
                    0.02
                };
        }
    }
}

/// Mains hum and rattling.
fn hum(rng: &mut Rng, out: &mut [f32]) {
    let hz = rng.pick(&[50.0, 60.0, 100.0, 120.0]);
    tone(out, &WaveTable::sloped(6, 1.2), |_| hz, |_| 0.5);
    let total = out.len() as f32 / RATE as f32;
    let mut t = rng.range(0.0, 0.5);
    while t < total {
        let ring = rng.log_range(400.0, 6000.0);
        strike(
            window(out, t, 0.3),
            &[(ring, 0.6, 0.05), (ring * 1.31, 0.4, 0.03)],
        );
        t += rng.range(0.1, 1.2);
    }
}
