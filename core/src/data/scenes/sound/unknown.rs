//! Sounds of no known class: what a model must learn to call background.

use std::f32::consts::TAU;

use super::super::dice::Dice;
use super::RATE;
use super::dsp::{Biquad, WaveTable, formants, noise, strike, swell, tone, window};

/// One of several kinds of sound that no category makes.
pub(in super::super) fn sound(dice: &mut Dice, out: &mut [f32]) {
    match dice.below(6) {
        0 => gusts(dice, out),
        1 => beeps(dice, out),
        2 => claps(dice, out),
        3 | 4 => babble(dice, out),
        _ => hum(dice, out),
    }
}

/// Noise in random bands that comes and goes.
fn gusts(dice: &mut Dice, out: &mut [f32]) {
    for _ in 0..1 + dice.below(3) {
        let filter = Biquad::band(dice.log_range(100.0, 8000.0), dice.log_range(0.4, 4.0));
        let (rate, phase) = (dice.log_range(0.1, 3.0), dice.range(0.0, TAU));
        noise(dice, out, filter, |t| {
            0.6 + 0.4 * (TAU * rate * t + phase).sin()
        });
    }
}

/// Electronic tones without any scale.
fn beeps(dice: &mut Dice, out: &mut [f32]) {
    let total = out.len() as f32 / RATE as f32;
    let table = WaveTable::sloped(1 + dice.below(5), 1.0);
    let mut t = 0.0;
    while t < total {
        let (length, hz) = (dice.range(0.04, 0.6), dice.log_range(150.0, 5000.0));
        let glide = dice.range(-0.4, 0.4);
        tone(
            window(out, t, length),
            &table,
            |t| hz * (1.0 + glide * t / length),
            |t| swell(t, length, 0.01, 0.02),
        );
        t += length + dice.range(0.0, 0.4);
    }
}

/// Hands, many or few.
fn claps(dice: &mut Dice, out: &mut [f32]) {
    let total = out.len() as f32 / RATE as f32;
    let rate = dice.log_range(2.0, 60.0);
    let mut t = 0.0;
    while t < total {
        let (hz, level) = (dice.log_range(700.0, 2200.0), dice.range(0.3, 1.0));
        noise(dice, window(out, t, 0.06), Biquad::band(hz, 1.2), |t| {
            level * (-t * 90.0).exp()
        });
        t += -dice.range(1e-3, 1.0).ln() / rate;
    }
}

/// One to four voices that speak or sing without words.
fn babble(dice: &mut Dice, out: &mut [f32]) {
    const VOWELS: [[f32; 3]; 5] = [
        [730.0, 1090.0, 2440.0],
        [270.0, 2290.0, 3010.0],
        [300.0, 870.0, 2240.0],
        [530.0, 1840.0, 2480.0],
        [570.0, 840.0, 2410.0],
    ];
    let total = out.len() as f32 / RATE as f32;
    let sung = dice.chance(0.4);
    for _ in 0..1 + dice.below(4) {
        let (pitch, size) = (dice.log_range(85.0, 290.0), dice.range(0.9, 1.2));
        let table = WaveTable::sloped(24, 1.0);
        let mut t = dice.range(0.0, 0.3);
        while t < total {
            let length = if sung {
                dice.range(0.3, 1.0)
            } else {
                dice.range(0.08, 0.28)
            };
            let out = window(out, t, length);
            let (hz, fall) = (pitch * dice.log_range(0.8, 1.3), dice.range(-0.2, 0.1));
            let mut raw = vec![0.0; out.len()];
            tone(
                &mut raw,
                &table,
                |t| hz * (1.0 + fall * t / length),
                |t| swell(t, length, 0.03, 0.05),
            );
            if dice.chance(0.35) {
                noise(dice, &mut raw, Biquad::high(3500.0), |t| {
                    0.3 * swell(t, 0.08, 0.01, 0.05)
                });
            }
            let vowel = dice.pick(&VOWELS).map(|hz| hz * size);
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
                + if dice.chance(0.2) {
                    dice.range(0.1, 0.5)
                } else {
                    0.02
                };
        }
    }
}

/// Mains hum and rattling.
fn hum(dice: &mut Dice, out: &mut [f32]) {
    let hz = dice.pick(&[50.0, 60.0, 100.0, 120.0]);
    tone(out, &WaveTable::sloped(6, 1.2), |_| hz, |_| 0.5);
    let total = out.len() as f32 / RATE as f32;
    let mut t = dice.range(0.0, 0.5);
    while t < total {
        let ring = dice.log_range(400.0, 6000.0);
        strike(
            window(out, t, 0.3),
            &[(ring, 0.6, 0.05), (ring * 1.31, 0.4, 0.03)],
        );
        t += dice.range(0.1, 1.2);
    }
}
