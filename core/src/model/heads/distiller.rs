//! One modality's meta-token feature: a distillation a layer, then the mean over layers and meta-tokens (paper eq. 3.3).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::model::lcd::{Lcd, LcdConfig};
use crate::model::{LayerFeatures, LayerShape, ModelError};

/// Which layers are distilled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// Every block: what the published parameter counts of AVEL fit.
    #[default]
    Block,
    /// The last block of every stage.
    Stage,
    /// The last block of one stage, from 0 (paper 4.4.3).
    Single(usize),
}

impl Granularity {
    /// The layers it picks.
    pub fn pick(self, layers: &[LayerShape]) -> Vec<usize> {
        let ends_stage = |l: &usize| {
            layers
                .get(l + 1)
                .is_none_or(|n| n.stage != layers[*l].stage)
        };
        let all = 0..layers.len();
        match self {
            Self::Block => all.collect(),
            Self::Stage => all.filter(ends_stage).collect(),
            Self::Single(stage) => all
                .filter(|l| layers[*l].stage == stage && ends_stage(l))
                .collect(),
        }
    }
}

/// The distillation of one modality.
#[derive(Module, Debug)]
pub struct Distiller {
    lcds: Vec<Lcd>,
    /// The layer each belongs to.
    #[module(skip)]
    picked: Vec<usize>,
}

impl Distiller {
    /// With fresh weights, for a backbone with these layers, to features of `d_out` numbers.
    ///
    /// # Errors
    /// The configuration leaves nothing to compute.
    pub fn new(
        config: &LcdConfig,
        granularity: Granularity,
        layers: &[LayerShape],
        d_out: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        config.validate()?;
        let picked = granularity.pick(layers);
        if picked.is_empty() {
            return Err(ModelError::Config(format!(
                "granularity {granularity:?} picks none of {} layers",
                layers.len()
            )));
        }
        let lcds = picked
            .iter()
            .map(|l| config.init(&layers[*l], d_out, device))
            .collect();
        Ok(Self { lcds, picked })
    }

    /// Layer features of n segments to `[n, d_out]`.
    ///
    /// # Panics
    /// The features are not those of the backbone it was made for.
    pub fn forward(&self, features: &LayerFeatures) -> Tensor<2> {
        let of = |(lcd, layer): (&Lcd, &usize)| {
            let tokens = features.layers[*layer].clone();
            lcd.forward(tokens).mean_dim(1).squeeze_dim::<2>(1)
        };
        let means = self.lcds.iter().zip(&self.picked).map(of).collect();
        Tensor::stack::<3>(means, 0).mean_dim(0).squeeze_dim::<2>(0)
    }
}
