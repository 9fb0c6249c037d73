//! Mel filters as librosa makes them by default (Slaney's scale, Slaney's normalisation), and as Kaldi does (HTK's scale).

/// One triangle over the bins of a spectrum.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MelFilter {
    /// The first bin with a weight.
    pub start: usize,
    /// Weights from there on; empty where the triangle falls between two bins.
    pub weights: Vec<f64>,
}

/// Below this, Slaney's scale is linear, above logarithmic, Hz.
const KNEE_HZ: f64 = 1000.0;
/// Width of a mel below the knee, Hz.
const LINEAR_STEP: f64 = 200.0 / 3.0;

/// Natural logarithm of the frequency ratio of one mel above the knee.
fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn hz_to_mel(hz: f64) -> f64 {
    if hz < KNEE_HZ {
        hz / LINEAR_STEP
    } else {
        KNEE_HZ / LINEAR_STEP + (hz / KNEE_HZ).ln() / log_step()
    }
}

fn mel_to_hz(mel: f64) -> f64 {
    let knee = KNEE_HZ / LINEAR_STEP;
    if mel < knee {
        mel * LINEAR_STEP
    } else {
        KNEE_HZ * ((mel - knee) * log_step()).exp()
    }
}

/// `mels` triangles between `fmin` and `fmax` over the `n_fft / 2 + 1` bins of a spectrum at `sample_rate`.
pub(super) fn slaney(
    sample_rate: u32,
    n_fft: usize,
    mels: usize,
    (fmin, fmax): (f64, f64),
) -> Vec<MelFilter> {
    let (low, high) = (hz_to_mel(fmin), hz_to_mel(fmax));
    let edge = |i: usize| mel_to_hz(low + (high - low) * i as f64 / (mels + 1) as f64);
    (0..mels)
        .map(|m| {
            let (left, middle, right) = (edge(m), edge(m + 1), edge(m + 2));
            let area = 2.0 / (right - left);
            let weight = |bin: usize| {
                let hz = bin as f64 * f64::from(sample_rate) / n_fft as f64;
                let rise = (hz - left) / (middle - left);
                let fall = (right - hz) / (right - middle);
                // librosa keeps the matrix in f32, and so do its users' checkpoints.
                f64::from((rise.min(fall).max(0.0)) as f32 * area as f32)
            };
            let inside: Vec<usize> = (0..=n_fft / 2).filter(|bin| weight(*bin) > 0.0).collect();
            MelFilter {
                start: inside.first().copied().unwrap_or(0),
                weights: inside.into_iter().map(weight).collect(),
            }
        })
        .collect()
}

/// Lowest frequency of Kaldi's bands, Hz.
const KALDI_LOW: f64 = 20.0;

/// `mels` triangles between 20 Hz and half of `sample_rate`, straight on HTK's scale, over the bins of a spectrum. The last bin,
/// half the rate itself, has no weight.
pub(super) fn kaldi(sample_rate: u32, n_fft: usize, mels: usize) -> Vec<MelFilter> {
    let mel = |hz: f64| 1127.0 * (hz / 700.0).ln_1p();
    let rate = f64::from(sample_rate);
    let (low, high) = (mel(KALDI_LOW), mel(rate / 2.0));
    let step = (high - low) / (mels + 1) as f64;
    (0..mels)
        .map(|m| {
            let left = low + m as f64 * step;
            let weight = |bin: usize| {
                let rise = (mel(bin as f64 * rate / n_fft as f64) - left) / step;
                rise.min(2.0 - rise).max(0.0)
            };
            let inside: Vec<usize> = (0..n_fft / 2).filter(|bin| weight(*bin) > 0.0).collect();
            MelFilter {
                start: inside.first().copied().unwrap_or(0),
                weights: inside.into_iter().map(weight).collect(),
            }
        })
        .collect()
}
