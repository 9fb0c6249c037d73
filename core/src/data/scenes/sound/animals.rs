//! Voices of animals and of a baby.

use std::f32::consts::{PI, TAU};

use super::RATE;
use super::dsp::{Biquad, WaveTable, formants, noise, strike, swell, tone, window};
use crate::base::Rng;

/// Calls one after the other until the sound is full: `call` gets the stretch that is left and says how long the
/// call was; `gap` is the range of the silences between.
fn calls(
    rng: &mut Rng,
    out: &mut [f32],
    gap: (f32, f32),
    call: impl Fn(&mut Rng, &mut [f32]) -> f32,
) {
    let (mut t, total) = (rng.range(0.0, 0.12), out.len() as f32 / RATE as f32);
    while t < total {
        t += call(rng, window(out, t, total - t)) + rng.range(gap.0, gap.1);
    }
}

/// Short rough bursts that fall in pitch.
pub(in super::super) fn bark(rng: &mut Rng, out: &mut [f32]) {
    let (pitch, rough) = (rng.log_range(260.0, 620.0), rng.range(0.2, 0.6));
    let table = WaveTable::sloped(14, 0.6);
    calls(rng, out, (0.12, 0.38), |rng, out| {
        let length = rng.range(0.11, 0.22);
        let out = window(out, 0.0, length);
        let mut raw = vec![0.0; out.len()];
        let (from, arch) = (pitch * rng.range(0.9, 1.15), rng.range(0.3, 0.6));
        let level = |t: f32| swell(t, length, 0.012, length * 0.6);
        let bend = |t: f32| from * (1.0 + arch * (PI * (t / length).min(1.0)).sin());
        tone(&mut raw, &table, bend, level);
        noise(rng, &mut raw, Biquad::band(1400.0, 0.7), |t| {
            3.0 * rough * level(t)
        });
        formants(
            &raw,
            out,
            &[(850.0, 2.5, 1.0), (1900.0, 3.0, 0.8), (3200.0, 3.0, 0.3)],
        );
        length
    });
}

/// Long vowels that open and close.
pub(in super::super) fn cat(rng: &mut Rng, out: &mut [f32]) {
    let pitch = rng.log_range(480.0, 820.0);
    let table = WaveTable::sloped(10, 1.1);
    calls(rng, out, (0.1, 0.4), |rng, out| {
        let length = rng.range(0.5, 0.95);
        let out = window(out, 0.0, length);
        let (f0, arch) = (pitch * rng.range(0.92, 1.1), rng.range(0.15, 0.4));
        let mut raw = vec![0.0; out.len()];
        let phase = |t: f32| (t / length).min(1.0);
        let bend = |t: f32| f0 * (1.0 + arch * (PI * phase(t)).sin());
        tone(&mut raw, &table, bend, |t| swell(t, length, 0.08, 0.25));
        // The mouth opens in the first half and closes in the second: two vowels, mixed over time.
        let (mut closed, mut open) = (Biquad::band(700.0, 3.0), Biquad::band(1900.0, 2.0));
        for (i, sample) in out.iter_mut().enumerate() {
            let mouth = (PI * phase(i as f32 / RATE as f32)).sin();
            let x = raw[i];
            *sample += (1.0 - mouth) * closed.step(x) + 1.4 * mouth * open.step(x);
        }
        length
    });
}

/// A nasal bleat with a fast tremor.
pub(in super::super) fn goat(rng: &mut Rng, out: &mut [f32]) {
    let (pitch, tremor) = (rng.log_range(230.0, 400.0), rng.range(8.0, 13.0));
    let table = WaveTable::sloped(20, 0.45);
    calls(rng, out, (0.1, 0.35), |rng, out| {
        let length = rng.range(0.6, 1.2);
        let out = window(out, 0.0, length);
        let f0 = pitch * rng.range(0.93, 1.08);
        let mut raw = vec![0.0; out.len()];
        let shake = |t: f32| (TAU * tremor * t).sin();
        let bend = |t: f32| f0 * (1.0 + 0.06 * shake(t) - 0.1 * t / length);
        let level = |t: f32| swell(t, length, 0.05, 0.15) * (0.55 + 0.45 * shake(t));
        tone(&mut raw, &table, bend, level);
        formants(
            &raw,
            out,
            &[(650.0, 4.0, 0.8), (1500.0, 5.0, 0.9), (2700.0, 6.0, 0.9)],
        );
        length
    });
}

/// Wails that rise and fall, with gasps between.
pub(in super::super) fn baby_cry(rng: &mut Rng, out: &mut [f32]) {
    let pitch = rng.log_range(380.0, 560.0);
    let table = WaveTable::sloped(16, 0.5);
    calls(rng, out, (0.03, 0.1), |rng, out| {
        let (length, gasp) = (rng.range(0.6, 1.2), rng.range(0.12, 0.25));
        let f0 = pitch * rng.range(0.94, 1.08);
        let mut raw = vec![0.0; window(out, 0.0, length).len()];
        let phase = |t: f32| (t / length).min(1.0);
        let bend = |t: f32| f0 * (0.8 + 0.35 * (PI * phase(t).powf(0.6)).sin());
        tone(&mut raw, &table, bend, |t| swell(t, length, 0.06, 0.2));
        let bands = [(1050.0, 3.0, 1.0), (1700.0, 4.0, 0.7), (3400.0, 4.0, 0.8)];
        formants(&raw, window(out, 0.0, length), &bands);
        let breath = window(out, length, gasp);
        noise(rng, breath, Biquad::band(2500.0, 1.5), |t| {
            0.25 * swell(t, gasp, 0.05, 0.08)
        });
        length + gasp
    });
}

/// Hooves: hollow knocks in a gait of two or four beats, now and then a neigh.
pub(in super::super) fn horse(rng: &mut Rng, out: &mut [f32]) {
    let (beat, hollow) = (rng.range(0.14, 0.26), rng.log_range(550.0, 1000.0));
    let gallop = rng.chance(0.4);
    let total = out.len() as f32 / RATE as f32;
    let (mut t, mut step) = (rng.range(0.0, 0.1), 0);
    while t < total {
        let hz = hollow * [1.0, 1.35, 0.9, 1.2][step % 4] * rng.range(0.95, 1.05);
        let hit = window(out, t, 0.12);
        strike(
            hit,
            &[
                (hz, 1.0, 0.02),
                (hz * 2.3, 0.5, 0.01),
                (hz * 0.4, 0.6, 0.02),
            ],
        );
        noise(
            rng,
            window(out, t, 0.02),
            Biquad::band(hz * 3.0, 1.0),
            |t| 0.8 * (-t * 250.0).exp(),
        );
        t += beat * if gallop && step % 3 == 2 { 1.7 } else { 1.0 } * rng.range(0.95, 1.05);
        step += 1;
    }
}
