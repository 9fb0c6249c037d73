//! Voices of engines, rotors and horns.

use std::f32::consts::TAU;

use super::RATE;
use super::dsp::{Biquad, DT, WaveTable, formants, noise, strike, swell, tone, window};
use crate::base::Rng;

/// A slow random wander around 1, for engines and winds that are never quite steady.
fn wander(rng: &mut Rng, depth: f32) -> impl Fn(f32) -> f32 + use<> {
    let waves: Vec<(f32, f32)> = (0..3)
        .map(|_| (rng.range(0.1, 0.9), rng.range(0.0, TAU)))
        .collect();
    move |t| {
        let sum: f32 = waves.iter().map(|(hz, at)| (TAU * hz * t + at).sin()).sum();
        1.0 + depth * sum / 3.0
    }
}

/// Jet: a broad roar with a thin whine over it.
pub(in super::super) fn airplane(rng: &mut Rng, out: &mut [f32]) {
    let (swing, drift) = (wander(rng, 0.35), wander(rng, 0.08));
    let (roar, whine) = (rng.log_range(350.0, 800.0), rng.log_range(1500.0, 3200.0));
    let level = rng.range(0.02, 0.07);
    noise(rng, out, Biquad::low(roar), |t| 2.0 * swing(t));
    noise(rng, out, Biquad::band(roar * 3.0, 0.6), |t| 0.35 * swing(t));
    let table = WaveTable::new(&[1.0, 0.4]);
    tone(out, &table, |t| whine * drift(t), |_| level);
}

/// High-revving engine that climbs through its gears.
pub(in super::super) fn race_car(rng: &mut Rng, out: &mut [f32]) {
    let table = WaveTable::sloped(18, 0.55);
    let (base, hiss) = (rng.log_range(170.0, 300.0), rng.range(0.1, 0.3));
    let total = out.len() as f32 / RATE as f32;
    let mut t = 0.0;
    while t < total {
        let length = rng.range(0.5, 1.1);
        let (from, to) = (base * rng.range(0.9, 1.2), base * rng.range(1.8, 2.4));
        let part = window(out, t, length);
        let climb = |t: f32| from + (to - from) * (t / length).powf(0.7);
        tone(part, &table, climb, |t| swell(t, length, 0.02, 0.02));
        t += length;
    }
    noise(rng, out, Biquad::band(3000.0, 0.6), |_| hiss);
    Biquad::high(150.0).run(out);
}

/// Rotor: soft thumps at ten or so a second under a turbine.
pub(in super::super) fn helicopter(rng: &mut Rng, out: &mut [f32]) {
    let (rate, low) = (rng.range(9.0, 16.0), rng.range(55.0, 95.0));
    let (turbine, wind) = (rng.log_range(700.0, 1300.0), rng.range(0.1, 0.25));
    let chop = |t: f32| (-((t * rate).fract()) * 5.0).exp();
    noise(rng, out, Biquad::low(250.0 + 30.0 * rate), |t| {
        2.5 * chop(t)
    });
    tone(out, &WaveTable::sloped(4, 1.0), |_| low, |t| 0.8 * chop(t));
    noise(rng, out, Biquad::band(1800.0, 0.8), |t| {
        0.3 * chop(t) + wind * 0.4
    });
    tone(out, &WaveTable::new(&[1.0, 0.3]), |_| turbine, |_| 0.04);
}

/// Fires an engine: pulses at `rate(t)` a second with the pattern of a crank turn, each exciting the body.
fn engine(
    rng: &mut Rng,
    out: &mut [f32],
    rate: impl Fn(f32) -> f32,
    pattern: &[f32],
    body: &[(f32, f32, f32)],
    rough: f32,
) {
    let mut pulses = vec![0.0; out.len()];
    let (mut phase, mut turn) = (0.0f32, 0);
    for i in 0..pulses.len() {
        phase += rate(i as f32 * DT) * DT;
        if phase >= 1.0 {
            phase -= 1.0;
            turn += 1;
            let level = pattern[turn % pattern.len()] * (1.0 + rough * rng.noise());
            for (k, x) in pulses[i..].iter_mut().take(48).enumerate() {
                *x += level * (1.0 - k as f32 / 48.0) * (0.7 + 0.6 * rng.noise());
            }
        }
    }
    formants(&pulses, out, body);
}

/// Diesel: slow heavy pulses, and the hiss of brakes.
pub(in super::super) fn truck(rng: &mut Rng, out: &mut [f32]) {
    let (idle, drift) = (rng.range(22.0, 38.0), wander(rng, 0.15));
    let tune = rng.range(0.85, 1.2);
    let body = [
        (70.0 * tune, 2.0, 2.5),
        (180.0 * tune, 3.0, 1.6),
        (520.0 * tune, 2.0, 0.5),
    ];
    engine(
        rng,
        out,
        |t| idle * drift(t),
        &[1.0, 0.75, 0.95, 0.7],
        &body,
        0.25,
    );
    noise(rng, out, Biquad::low(260.0), |_| 0.12);
    let total = out.len() as f32 / RATE as f32;
    let mut t = rng.range(0.3, 2.5);
    while t < total {
        let length = rng.range(0.2, 0.5);
        noise(rng, window(out, t, length), Biquad::high(3500.0), |t| {
            0.25 * swell(t, length, 0.01, length * 0.8)
        });
        t += rng.range(1.5, 4.0);
    }
}

/// Two cylinders, unevenly spaced, revved now and then.
pub(in super::super) fn motorcycle(rng: &mut Rng, out: &mut [f32]) {
    let (idle, rev) = (rng.range(55.0, 95.0), rng.range(0.3, 0.8));
    let (every, drift) = (rng.range(1.2, 2.6), wander(rng, 0.08));
    let speed = move |t: f32| {
        let cycle = (t / every).fract();
        idle * drift(t) * (1.0 + rev * (1.0 - (2.0 * cycle - 1.0).abs()).powi(2))
    };
    let tune = rng.range(0.85, 1.2);
    let body = [
        (140.0 * tune, 2.0, 1.5),
        (420.0 * tune, 3.0, 1.3),
        (1300.0 * tune, 2.0, 0.8),
    ];
    engine(rng, out, speed, &[1.0, 0.35], &body, 0.15);
    noise(rng, out, Biquad::band(2200.0, 0.8), |_| 0.03);
}

/// A harsh two-stroke buzz that bites and lets go.
pub(in super::super) fn chainsaw(rng: &mut Rng, out: &mut [f32]) {
    let (base, every) = (rng.range(100.0, 150.0), rng.range(0.9, 2.2));
    let drift = wander(rng, 0.06);
    let bite = move |t: f32| {
        let cycle = (t / every).fract();
        if cycle < 0.75 { 1.0 } else { 0.65 }
    };
    let table = WaveTable::sloped(40, 0.25);
    let mut raw = vec![0.0; out.len()];
    tone(
        &mut raw,
        &table,
        |t| base * bite(t) * drift(t),
        |t| 0.5 * bite(t),
    );
    noise(rng, &mut raw, Biquad::high(1500.0), |t| 0.5 * bite(t));
    formants(
        &raw,
        out,
        &[(900.0, 1.2, 0.8), (2600.0, 1.5, 1.3), (4800.0, 1.5, 1.0)],
    );
}

/// A loud chord of air horns in long blasts.
pub(in super::super) fn train_horn(rng: &mut Rng, out: &mut [f32]) {
    let root = rng.log_range(250.0, 380.0);
    let chords: [&[f32]; 3] = [
        &[1.0, 1.189, 1.498, 1.782],
        &[1.0, 1.26, 1.498],
        &[1.0, 1.189, 1.335, 1.587, 2.0],
    ];
    let chord = rng.pick(&chords);
    let table = WaveTable::sloped(12, 0.7);
    let total = out.len() as f32 / RATE as f32;
    let mut t = rng.range(0.0, 0.1);
    while t < total {
        let length = rng.range(0.7, 2.2);
        for ratio in chord {
            let (hz, late) = (
                root * ratio * rng.range(0.995, 1.005),
                rng.range(0.01, 0.06),
            );
            let bend = |t: f32| hz * (1.0 - 0.05 * (-t * 12.0).exp());
            tone(window(out, t, length), &table, bend, |t| {
                0.3 * swell(t, length, late, 0.12)
            });
        }
        strike(window(out, t, 0.2), &[(root * 0.5, 0.2, 0.05)]);
        t += length + rng.range(0.15, 0.35);
    }
    Biquad::low(4500.0).run(out);
}
