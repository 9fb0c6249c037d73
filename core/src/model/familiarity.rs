//! How much a segment resembles what a model was trained on, from its frozen features: the Mahalanobis distance to the
//! nearest class centre (Lee et al. 2018), one for what is seen and one for what is heard.

use burn::tensor::Tensor;
use half::f16;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::LayerFeatures;
use crate::base::Modality;

/// What familiarity is judged by, a row a segment: mean and logarithm of the deviation over tokens of the first layer,
/// which tell a photograph from a drawing and a recording from a synthesiser, then the mean of the normed last layer,
/// which tells what it shows. `[n, 2 * first width + last width]`.
pub fn describe(features: &LayerFeatures) -> Tensor<2> {
    let mut parts = vec![];
    if let Some(first) = features.layers.first() {
        let (spread, mean) = first.clone().var_mean(1);
        parts.push(mean.squeeze_dim::<2>(1));
        parts.push((spread.squeeze_dim::<2>(1) + 1e-4).log() * 0.5);
    }
    let last = features.final_norm.clone().mean_dim(1);
    parts.push(last.squeeze_dim::<2>(1));
    Tensor::cat(parts, 1)
}

/// What training measured of its own features. Kept in a bundle's `model.json`, numbers as hexadecimal 16-bit floats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Familiarity {
    /// Of the visual backbone's pooled features.
    pub visual: Density,
    /// Of the audio backbone's pooled features.
    pub audio: Density,
}

/// Where the features of one modality lie: class centres, and one spread shared by all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Numbers a feature.
    pub width: usize,
    /// Centres, `[n, width]`, already whitened.
    pub centres: Numbers,
    /// Whitening, lower triangle of `[width, width]` by rows: W with Wᵀ W = inverse covariance.
    pub whiten: Numbers,
    /// The distance that nearly all of what the model knows stays below.
    pub limit: f32,
}

/// Numbers that would fill a page each on its own line.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers(pub Vec<f32>);

/// How fast familiarity falls beyond the limit: at 1.2 times the limit, e^-5 is left.
const FALL: f32 = 25.0;

impl Familiarity {
    /// Reads what a bundle keeps under `localize.familiarity`. None where it is not of this kind, or damaged.
    pub fn read(value: &serde_json::Value) -> Option<Self> {
        let this: Self = serde_json::from_value(value.clone()).ok()?;
        (this.visual.is_whole() && this.audio.is_whole()).then_some(this)
    }

    /// 1 where the segment is like the training data, falling towards 0. `described` is what [`describe`] says of the
    /// visual features, followed by the same of the audio features. A wrong length is wholly unfamiliar.
    pub fn score(&self, described: &[f32]) -> f32 {
        self.score_without(described, None)
    }

    /// The same of a clip that has no sound, or no pictures: what stands in for them is not judged.
    pub fn score_without(&self, described: &[f32], lacks: Option<Modality>) -> f32 {
        if described.len() != self.visual.width + self.audio.width {
            return 0.0;
        }
        let (seen, heard) = described.split_at(self.visual.width);
        match lacks {
            Some(Modality::Audible) => self.visual.score(seen),
            Some(Modality::Visible) => self.audio.score(heard),
            _ => self.visual.score(seen).min(self.audio.score(heard)),
        }
    }
}

impl Familiarity {
    /// The same, with more that is familiar: rows as [`Self::score`] takes them; those of a wrong length are left out.
    #[must_use]
    pub fn with<'a>(&self, rows: impl Iterator<Item = &'a [f32]>) -> Self {
        let mut this = self.clone();
        for row in rows.filter(|row| row.len() == self.visual.width + self.audio.width) {
            let (seen, heard) = row.split_at(self.visual.width);
            this.visual.centres.0.extend(self.visual.whitened(seen));
            this.audio.centres.0.extend(self.audio.whitened(heard));
        }
        this
    }
}

impl Density {
    /// From whitened centres, the inverse Cholesky factor (lower triangle by rows) and a limit still to be measured.
    pub fn new(width: usize, centres: &[Vec<f32>], whiten: Vec<f32>) -> Self {
        let mut this = Self {
            width,
            centres: Numbers(vec![]),
            whiten: Numbers(whiten),
            limit: 1.0,
        };
        this.centres = Numbers(centres.iter().flat_map(|c| this.whitened(c)).collect());
        this
    }

    fn is_whole(&self) -> bool {
        let n = self.width;
        n > 0
            && n <= 1 << 14
            && self.whiten.0.len() == n * (n + 1) / 2
            && !self.centres.0.is_empty()
            && self.centres.0.len().is_multiple_of(n)
            && self.limit > 0.0
    }

    fn whitened(&self, feature: &[f32]) -> Vec<f32> {
        let row = |i: usize| {
            let start = i * (i + 1) / 2;
            let weights = &self.whiten.0[start..=start + i];
            weights.iter().zip(feature).map(|(w, x)| w * x).sum()
        };
        (0..self.width).map(row).collect()
    }

    /// Root mean square distance to the nearest centre, in standard deviations.
    pub fn distance(&self, feature: &[f32]) -> f32 {
        let here = self.whitened(feature);
        let squared = |centre: &[f32]| -> f32 {
            let parts = centre.iter().zip(&here);
            parts.map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let nearest = self.centres.0.chunks_exact(self.width).map(squared);
        (nearest.fold(f32::INFINITY, f32::min) / self.width as f32).sqrt()
    }

    /// 1 up to the limit, then falling.
    pub fn score(&self, feature: &[f32]) -> f32 {
        let beyond = (self.distance(feature) / self.limit - 1.0).max(0.0);
        let score = (-FALL * beyond).exp();
        if score.is_finite() { score } else { 0.0 }
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let hex = |x: &f32| format!("{:04x}", f16::from_f32(*x).to_bits());
        to.serialize_str(&self.0.iter().map(hex).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let number = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok()?;
            let bits = u16::from_str_radix(digits, 16).ok()?;
            Some(f16::from_bits(bits).to_f32())
        };
        let numbers: Option<Vec<f32>> = text.as_bytes().chunks(4).map(number).collect();
        let wrong = || serde::de::Error::custom("numbers are not hexadecimal 16-bit floats");
        numbers.map(Self).ok_or_else(wrong)
    }
}
