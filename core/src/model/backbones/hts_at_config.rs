//! HTS-AT's configuration: upstream's numbers under upstream's names.

use serde::{Deserialize, Serialize};

use super::BackboneSpec;
use super::pyramid::Pyramid;
use super::windows::WindowPlan;
use crate::model::ModelError;
use crate::model::desc::{Pair, one_or_two};

/// Upstream's constructor arguments and front-end settings, under upstream's names. What is left out is as in the released
/// AudioSet model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HtsAtConfig {
    /// Side of the square picture that sound is folded into.
    pub spec_size: usize,
    /// Pixels along a side of a token.
    pub patch_size: usize,
    /// Step between tokens; must equal `patch_size`.
    #[serde(deserialize_with = "one_or_two")]
    pub patch_stride: Pair,
    /// Channels of the picture.
    pub in_chans: usize,
    /// Classes of the classifier; 0 leaves it out.
    pub num_classes: usize,
    /// Width of the first stage; each later one doubles it.
    pub embed_dim: usize,
    /// Blocks a stage.
    pub depths: Vec<usize>,
    /// Attention heads a stage.
    pub num_heads: Vec<usize>,
    /// Tokens along a side of a window.
    pub window_size: usize,
    /// Hidden over outer width of the perceptrons.
    pub mlp_ratio: f64,
    /// Samples a second.
    pub sample_rate: u32,
    /// Length of the Fourier transform and of its window.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_size: usize,
    /// Bands of the mel spectrogram.
    pub mel_bins: usize,
    /// Lowest frequency of the mel bands, Hz.
    pub fmin: f64,
    /// Highest frequency of the mel bands, Hz.
    pub fmax: f64,
    /// Stochastic depth in training, of the last block; ours is 0, upstream's 0.1.
    pub drop_path_rate: f64,
}

impl Default for HtsAtConfig {
    fn default() -> Self {
        Self {
            spec_size: 256,
            patch_size: 4,
            patch_stride: (4, 4),
            in_chans: 1,
            num_classes: 527,
            embed_dim: 96,
            depths: vec![2, 2, 6, 2],
            num_heads: vec![4, 8, 16, 32],
            window_size: 8,
            mlp_ratio: 4.0,
            sample_rate: 32_000,
            n_fft: 1024,
            hop_size: 320,
            mel_bins: 64,
            fmin: 50.0,
            fmax: 14_000.0,
            drop_path_rate: 0.0,
        }
    }
}

impl HtsAtConfig {
    /// How often it hears each second, having been trained on ten: what DG-SCT and AVMoE feed it.
    pub const TILE: usize = 10;

    /// `HTSAT_AudioSet_Saved_1`, the audio backbone of the paper.
    pub fn audioset() -> Self {
        Self::default()
    }

    /// Checks everything that building would otherwise trip over.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("hts_at: {what}")));
        let (spec, patch, mels) = (self.spec_size, self.patch_size, self.mel_bins);
        if self.patch_stride != (patch, patch) || patch == 0 {
            return refuse("patch_stride must equal patch_size".into());
        }
        if spec == 0 || spec > 1 << 14 || spec % patch != 0 || mels == 0 || spec % mels != 0 {
            return refuse(format!(
                "{mels} mel bands and patches of {patch} must divide spec_size {spec}"
            ));
        }
        if self.in_chans != 1 {
            return refuse(format!("in_chans {}: sound has one", self.in_chans));
        }
        if !(self.mlp_ratio > 0.0 && self.mlp_ratio <= 64.0) {
            return refuse(format!("mlp_ratio {}", self.mlp_ratio));
        }
        if !(0.0..1.0).contains(&self.drop_path_rate) {
            return refuse(format!("drop_path_rate {}", self.drop_path_rate));
        }
        if !self.sound_prep().is_sane() {
            return refuse("the spectrogram's settings make no sense".into());
        }
        self.pyramid().check()?;
        let last = self.depths.len() - 1;
        let rows = self.pyramid().grid_of(last).0;
        if !rows.is_multiple_of(self.fold()) {
            return refuse(format!(
                "{} folds do not divide the {rows} rows of the last stage",
                self.fold()
            ));
        }
        Ok(())
    }

    /// How many stretches of time lie one below the other in the picture.
    pub fn fold(&self) -> usize {
        self.spec_size / self.mel_bins.max(1)
    }

    /// Frames the picture holds; fewer are stretched to it.
    pub fn frames(&self) -> usize {
        self.spec_size * self.fold()
    }

    /// What the model will be: one layer a block.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        BackboneSpec {
            name: name.to_owned(),
            architecture: "hts_at",
            layers: self.pyramid().layers(),
        }
    }

    pub(super) fn pyramid(&self) -> Pyramid<'_> {
        let side = self.spec_size / self.patch_size.max(1);
        Pyramid {
            depths: &self.depths,
            num_heads: &self.num_heads,
            embed_dim: self.embed_dim,
            grid: (side, side),
            window: self.window_size,
        }
    }

    pub(super) fn plan(&self, stage: usize, block: usize) -> Result<WindowPlan, ModelError> {
        let grid = self.pyramid().grid_of(stage);
        WindowPlan::new(grid, self.window_size, block % 2 == 1)
    }
}
