//! A second of sound to a log-mel spectrogram, exactly as torchlibrosa makes it for HTS-AT: periodic Hann window, centred
//! frames with reflected ends, power, Slaney mel, `10 log10(max(x, 1e-10))`.

use realfft::RealFftPlanner;
use serde::{Deserialize, Serialize};

use super::mel::{MelFilter, slaney};
use crate::base::KeyHasher;

/// Settings of the spectrogram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundPrep {
    /// Samples a second the sound must have.
    pub sample_rate: u32,
    /// Length of the Fourier transform and of its window.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_size: usize,
    /// Bands of the mel spectrogram, from `fmin` to `fmax`.
    pub mel_bins: usize,
    /// Lowest frequency of the bands, Hz.
    pub fmin: f64,
    /// Highest frequency of the bands, Hz.
    pub fmax: f64,
}

impl SoundPrep {
    /// Whether its numbers can be computed with.
    pub fn is_sane(&self) -> bool {
        (2..=1 << 16).contains(&self.n_fft)
            && (1..=1 << 16).contains(&self.hop_size)
            && (1..=1 << 12).contains(&self.mel_bins)
            && (1..=1 << 20).contains(&self.sample_rate)
            && self.fmin >= 0.0
            && self.fmin < self.fmax
            && self.fmax.is_finite()
    }

    pub(super) fn key(&self, key: KeyHasher) -> KeyHasher {
        key.whole(self.sample_rate.into())
            .count(self.n_fft)
            .count(self.hop_size)
            .count(self.mel_bins)
            .real(self.fmin)
            .real(self.fmax)
    }

    /// Frames of `samples` samples of sound.
    pub fn frames(&self, samples: usize) -> usize {
        1 + samples / self.hop_size.max(1)
    }

    /// `[frames, mel_bins]` in dB of mono sound in [-1, 1].
    pub fn sound(&self, samples: &[f32]) -> Vec<f32> {
        let filters = slaney(
            self.sample_rate,
            self.n_fft,
            self.mel_bins,
            (self.fmin, self.fmax),
        );
        let mut out = Vec::with_capacity(self.frames(samples.len()) * self.mel_bins);
        self.each_power_frame(samples, |power| {
            out.extend(filters.iter().map(|filter| decibels(filter, power)));
        });
        out
    }

    /// One segment as the recipes want it: cut, or continued by silence, to one second, then repeated `tile` times (10 for
    /// AVEL and AVVP, 5 for AVS, 1 for the bare second), then [`Self::sound`].
    pub fn second(&self, samples: &[f32], tile: usize) -> Vec<f32> {
        let mut second = samples.to_vec();
        second.resize(self.sample_rate as usize, 0.0);
        self.sound(&second.repeat(tile.max(1)))
    }

    /// Power spectra `[frames, n_fft / 2 + 1]`.
    pub fn power(&self, samples: &[f32]) -> Vec<f32> {
        let mut out = Vec::new();
        self.each_power_frame(samples, |power| {
            out.extend(power.iter().map(|v| *v as f32));
        });
        out
    }

    fn each_power_frame(&self, samples: &[f32], mut visit: impl FnMut(&[f64])) {
        let n = self.n_fft.max(2);
        // In f64: near the floor of 1e-10 an f32 transform is a tenth of a decibel off.
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(n);
        let mut frame = transform.make_input_vec();
        let mut spectrum = transform.make_output_vec();
        let mut scratch = transform.make_scratch_vec();
        let mut power = vec![0.0; spectrum.len()];
        let window: Vec<f64> = (0..n).map(|i| hann(i, n)).collect();
        for at in 0..self.frames(samples.len()) {
            let start = (at * self.hop_size) as i64 - (n / 2) as i64;
            for (i, (value, weight)) in frame.iter_mut().zip(&window).enumerate() {
                *value = weight * f64::from(reflected(samples, start + i as i64));
            }
            // Lengths come from the transform itself, so it cannot refuse them.
            let _ = transform.process_with_scratch(&mut frame, &mut spectrum, &mut scratch);
            for (power, bin) in power.iter_mut().zip(&spectrum) {
                *power = bin.norm_sqr();
            }
            visit(&power);
        }
    }
}

/// The periodic Hann window.
fn hann(i: usize, n: usize) -> f64 {
    0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / n as f64).cos()
}

/// The sample at `at` of sound mirrored at both ends, the end samples not repeated.
fn reflected(samples: &[f32], at: i64) -> f32 {
    let len = samples.len() as i64;
    let at = match len {
        0 => return 0.0,
        1 => 0,
        _ => {
            let period = 2 * (len - 1);
            let at = at.rem_euclid(period);
            at.min(period - at)
        }
    };
    samples[at as usize]
}

fn decibels(filter: &MelFilter, power: &[f64]) -> f32 {
    let bins = power.iter().skip(filter.start);
    let energy: f64 = bins.zip(&filter.weights).map(|(p, w)| p * w).sum();
    (10.0 * energy.max(1e-10).log10()) as f32
}
