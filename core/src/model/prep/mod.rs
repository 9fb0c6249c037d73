//! Pre-processing: what a picture and a second of sound become before a backbone sees them. Part of a model's
//! description, because features mean nothing without it.

mod fbank;
mod image;
mod mel;
mod sound;

pub use fbank::FbankPrep;
pub use image::ImagePrep;
pub use sound::SoundPrep;

use crate::base::KeyHasher;

/// What a backbone takes in, and how it is made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prep {
    /// A picture a segment.
    Image(ImagePrep),
    /// A second of sound a segment, as a log-mel spectrogram.
    Logmel(SoundPrep),
    /// A second of sound a segment, as a picture.
    Fbank(FbankPrep),
}

/// How sound becomes a backbone's input.
#[derive(Clone, Debug, PartialEq)]
pub enum SoundInput {
    /// As a log-mel spectrogram.
    Logmel(SoundPrep),
    /// As a picture.
    Fbank(FbankPrep),
}

impl SoundInput {
    /// Samples a second the sound must have.
    pub fn sample_rate(&self) -> u32 {
        match self {
            Self::Logmel(prep) => prep.sample_rate,
            Self::Fbank(prep) => prep.sample_rate,
        }
    }

    /// Everything that decides what it makes, into the name of what is kept of it.
    pub fn key(&self, key: KeyHasher) -> KeyHasher {
        match self {
            Self::Logmel(prep) => prep.key(key.text("logmel 1")),
            Self::Fbank(prep) => prep.key(key.text("fbank 1")),
        }
    }

    /// One segment as the recipes want it; `tile` is how often a spectrogram repeats its second, and of no meaning for a picture.
    pub fn second(&self, samples: &[f32], tile: usize) -> Vec<f32> {
        match self {
            Self::Logmel(prep) => prep.second(samples, tile),
            Self::Fbank(prep) => prep.second(samples),
        }
    }

    /// Sound of any length.
    pub fn sound(&self, samples: &[f32]) -> Vec<f32> {
        match self {
            Self::Logmel(prep) => prep.sound(samples),
            Self::Fbank(prep) => prep.sound(samples),
        }
    }

    /// Channels, rows and columns of what was made `values` numbers of.
    pub fn shape(&self, values: usize) -> [usize; 3] {
        match self {
            Self::Logmel(prep) => {
                let mels = prep.mel_bins.max(1);
                [1, values / mels, mels]
            }
            Self::Fbank(prep) => prep.shape(),
        }
    }
}
