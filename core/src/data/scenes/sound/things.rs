//! Voices of things: bell, pan, clock, water.

use std::f32::consts::TAU;

use super::RATE;
use super::dsp::{Biquad, WaveTable, at, noise, strike, swell, tone, window};
use crate::base::Rng;

/// The partials of a minor-third bell, as ratios to its strike note.
const BELL: [(f32, f32, f32); 8] = [
    (0.5, 0.5, 2.6),
    (1.0, 0.8, 1.6),
    (1.2, 0.7, 1.3),
    (1.5, 0.4, 1.0),
    (2.0, 0.9, 0.9),
    (2.67, 0.4, 0.5),
    (3.0, 0.45, 0.4),
    (4.17, 0.35, 0.25),
];

/// Strikes of one or two bells.
pub(in super::super) fn church_bell(rng: &mut Rng, out: &mut [f32]) {
    let (note, every) = (rng.log_range(240.0, 560.0), rng.range(0.45, 1.0));
    let second = rng.pick(&[1.0, 1.0, 0.84, 1.25]);
    let mistune: Vec<f32> = BELL.iter().map(|_| rng.range(0.985, 1.015)).collect();
    let total = out.len() as f32 / RATE as f32;
    let (mut t, mut count) = (rng.range(0.0, 0.15), 0);
    while t < total {
        let hz = note * if count % 2 == 0 { 1.0 } else { second };
        let level = rng.range(0.7, 1.0);
        let partials: Vec<_> = BELL
            .iter()
            .zip(&mistune)
            .map(|((ratio, loud, decay), tune)| (hz * ratio * tune, loud * level, *decay))
            .collect();
        strike(window(out, t, 3.0), &partials);
        t += every * rng.range(0.97, 1.03);
        count += 1;
    }
}

/// A hiss full of tiny crackles.
pub(in super::super) fn frying(rng: &mut Rng, out: &mut [f32]) {
    let (rate, hiss) = (rng.range(40.0, 130.0), rng.range(0.05, 0.15));
    noise(rng, out, Biquad::high(3800.0), |_| hiss);
    let total = out.len() as f32 / RATE as f32;
    let mut t = 0.0;
    while t < total {
        let hz = rng.log_range(1800.0, 9000.0);
        let level = rng.unit().powi(3);
        strike(
            window(out, t, 0.01),
            &[(hz, level, 0.0012), (hz * 1.6, level * 0.6, 0.0008)],
        );
        t += -rng.range(1e-3, 1.0).ln() / rate;
    }
}

/// Tick and tock.
pub(in super::super) fn clock(rng: &mut Rng, out: &mut [f32]) {
    let (every, hz) = (
        rng.pick(&[0.25, 0.333, 0.4, 0.5]),
        rng.log_range(1800.0, 3800.0),
    );
    let wood = rng.log_range(300.0, 700.0);
    let total = out.len() as f32 / RATE as f32;
    let (mut t, mut count) = (rng.range(0.0, 0.1), 0);
    while t < total {
        let tune = if count % 2 == 0 { 1.0 } else { 0.8 };
        let partials = [
            (hz * tune, 1.0, 0.006),
            (hz * 1.7 * tune, 0.6, 0.004),
            (wood * tune, 0.35, 0.012),
        ];
        strike(window(out, t, 0.08), &partials);
        t += every;
        count += 1;
    }
}

/// A rush of water that swells and sinks, with gurgles.
pub(in super::super) fn toilet_flush(rng: &mut Rng, out: &mut [f32]) {
    let (every, body) = (rng.range(2.5, 5.0), rng.log_range(500.0, 1100.0));
    let rush = move |t: f32| 0.45 + 0.55 * (1.0 - (t / every).fract());
    noise(rng, out, Biquad::band(body, 0.5), |t| 1.2 * rush(t));
    noise(rng, out, Biquad::low(300.0), |t| 0.8 * rush(t));
    let total = out.len() as f32 / RATE as f32;
    let table = WaveTable::new(&[1.0]);
    let mut t = 0.0;
    while t < total {
        let (length, from) = (rng.range(0.03, 0.09), rng.log_range(250.0, 800.0));
        let rise = rng.range(1.3, 2.4);
        let level = rng.range(0.2, 0.7);
        let bubble = window(out, t, length);
        tone(
            bubble,
            &table,
            |t| from * (1.0 + (rise - 1.0) * t / length),
            |t| level * swell(t, length, 0.008, length * 0.6),
        );
        t += rng.range(0.02, 0.12);
    }
    // Water moves: a slow shimmer keeps it from being mere noise.
    let (shimmer, phase) = (rng.range(3.0, 7.0), rng.range(0.0, TAU));
    for (i, x) in out.iter_mut().enumerate() {
        let t = i as f32 / at(1.0) as f32;
        *x *= 1.0 + 0.25 * (TAU * shimmer * t + phase).sin();
    }
}
