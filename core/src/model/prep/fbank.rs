//! A second of sound as a picture for a backbone that was trained on pictures: Kaldi's log filter bank, as LAVISH prepares it
//! for Swin and ViT.
//!
//! Frames of 25 ms that lie wholly in the sound, each freed of its mean, pre-emphasised by 0.97, under a symmetric Hann
//! window; power; HTK mel from 20 Hz to half the rate; natural logarithm. LAVISH first takes the mean off the whole clip, which
//! changes nothing where each frame loses its own. It cuts its ten seconds at starts spread evenly up to 1.1 s before the end;
//! here seconds are whole ones.

use realfft::RealFftPlanner;
use serde::{Deserialize, Serialize};

use super::mel::{MelFilter, kaldi};
use crate::base::KeyHasher;

/// Length of a frame, seconds.
const FRAME: f64 = 0.025;
/// What a frame's sample loses of the one before it.
const PRE_EMPHASIS: f64 = 0.97;
/// f32's epsilon, below which Kaldi's logarithm does not go.
const FLOOR: f64 = f32::EPSILON as f64;
/// The picture has red, green and blue, all the same.
const CHANNELS: usize = 3;

/// Settings of the filter bank and the size of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FbankPrep {
    /// Samples a second the sound must have.
    pub sample_rate: u32,
    /// Mel bands, the columns of the picture.
    pub mel_bins: usize,
    /// From one frame to the next, milliseconds; cut to whole samples.
    pub shift_ms: f64,
    /// Rows of the picture: frames beyond are cut off, rows missing are zero.
    pub rows: usize,
    /// Subtracted from each value.
    pub mean: f32,
    /// Twice it divides each value after that.
    pub std: f32,
}

impl FbankPrep {
    /// What LAVISH gives Swin-V2 at 192 pixels: 188 frames of 192 bands.
    pub fn swin_192() -> Self {
        Self {
            sample_rate: 16_000,
            mel_bins: 192,
            shift_ms: 5.2,
            rows: 192,
            mean: -4.984_795_6,
            std: 3.707_978,
        }
    }

    /// What LAVISH gives ViT: 98 frames of 128 bands in 102 rows, so 6 by 8 patches of 16.
    pub fn vit_16() -> Self {
        Self {
            sample_rate: 16_000,
            mel_bins: 128,
            shift_ms: 10.0,
            rows: 102,
            mean: -4.1426,
            std: 3.2001,
        }
    }

    /// What LAVISH gives Swin-V2 of AVSBench's clips: 98 frames of 192 bands.
    pub fn swin_192_avs() -> Self {
        Self {
            shift_ms: 10.0,
            mean: -5.210_531_7,
            std: 3.591_831_4,
            ..Self::swin_192()
        }
    }

    pub(super) fn key(&self, key: KeyHasher) -> KeyHasher {
        key.whole(self.sample_rate.into())
            .count(self.mel_bins)
            .real(self.shift_ms)
            .count(self.rows)
            .real(f64::from(self.mean))
            .real(f64::from(self.std))
    }

    /// Whether its numbers can be computed with.
    pub fn is_sane(&self) -> bool {
        (1000..=1 << 20).contains(&self.sample_rate)
            && (1..=1 << 12).contains(&self.mel_bins)
            && (1..=1 << 12).contains(&self.rows)
            && self.mean.is_finite()
            && self.std.is_finite()
            && self.std > 0.0
            && self.shift() > 0
    }

    fn shift(&self) -> usize {
        (f64::from(self.sample_rate) * self.shift_ms / 1e3) as usize
    }

    /// Channels, rows and columns of the picture.
    pub fn shape(&self) -> [usize; 3] {
        [CHANNELS, self.rows, self.mel_bins]
    }

    /// The filter bank itself, `[frames, mel_bins]`, before normalisation.
    pub fn fbank(&self, samples: &[f32]) -> Vec<f32> {
        let size = (f64::from(self.sample_rate) * FRAME) as usize;
        let padded = size.next_power_of_two();
        let filters = kaldi(self.sample_rate, padded, self.mel_bins);
        let window: Vec<f64> = (0..size).map(|i| hann(i, size)).collect();
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(padded);
        let mut spectrum = transform.make_output_vec();
        let mut scratch = transform.make_scratch_vec();
        let mut out = Vec::new();
        for frame in samples.windows(size).step_by(self.shift().max(1)) {
            let mut frame = shaped(frame, &window);
            frame.resize(padded, 0.0);
            // Lengths come from the transform itself, so it cannot refuse them.
            let _ = transform.process_with_scratch(&mut frame, &mut spectrum, &mut scratch);
            let power: Vec<f64> = spectrum.iter().map(|bin| bin.norm_sqr()).collect();
            out.extend(filters.iter().map(|filter| logarithm(filter, &power)));
        }
        out
    }

    /// The picture, three equal channels of [`Self::shape`], of mono sound in [-1, 1]: normalised, then zero rows to the end.
    pub fn sound(&self, samples: &[f32]) -> Vec<f32> {
        let mut picture = self.fbank(samples);
        for value in &mut picture {
            *value = (*value - self.mean) / (2.0 * self.std);
        }
        picture.resize(self.rows * self.mel_bins, 0.0);
        picture.repeat(CHANNELS)
    }

    /// One segment, cut to a second. A shorter one leaves rows zero, as in LAVISH; one without any sound is silence.
    pub fn second(&self, samples: &[f32]) -> Vec<f32> {
        let second = self.sample_rate as usize;
        match samples.is_empty() {
            true => self.sound(&vec![0.0; second]),
            false => self.sound(&samples[..samples.len().min(second)]),
        }
    }
}

/// A frame without its mean, pre-emphasised, under the window.
fn shaped(frame: &[f32], window: &[f64]) -> Vec<f64> {
    let mean = frame.iter().map(|v| f64::from(*v)).sum::<f64>() / frame.len().max(1) as f64;
    let centred = frame.iter().map(|v| f64::from(*v) - mean);
    // The first sample has only itself before it.
    let mut before = frame.first().map_or(0.0, |v| f64::from(*v) - mean);
    centred
        .zip(window)
        .map(|(value, weight)| {
            let emphasised = value - PRE_EMPHASIS * before;
            before = value;
            emphasised * weight
        })
        .collect()
}

/// The symmetric Hann window.
fn hann(i: usize, n: usize) -> f64 {
    0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / n.saturating_sub(1).max(1) as f64).cos()
}

fn logarithm(filter: &MelFilter, power: &[f64]) -> f32 {
    let bins = power.iter().skip(filter.start);
    let energy: f64 = bins.zip(&filter.weights).map(|(p, w)| p * w).sum();
    energy.max(FLOOR).ln() as f32
}
