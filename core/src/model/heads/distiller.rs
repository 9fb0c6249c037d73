//! One modality's meta-token feature: a distillation a layer, then the mean over layers and meta-tokens (paper eq. 3.3).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::distillation::{Distillation, Granularity};
use super::reading::TokenReading;
use crate::model::frozen_layers::{FrozenLayer, FrozenLayers};
use crate::model::lcd::{Distilling, Lcd, LcdConfig};
use crate::model::{LayerShape, ModelError};

impl Granularity {
    /// The layers it picks, in order; none where there is no such stage.
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
            Self::SingleAndLast(stage) => {
                let mut picked = Self::Single(stage).pick(layers);
                let last = all.last().filter(|last| !picked.contains(last));
                // Of a stage that is not there, not even the last.
                if !picked.is_empty() {
                    picked.extend(last);
                }
                picked
            }
            Self::Last => all.last().into_iter().collect(),
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
    /// The shapes of those.
    #[module(skip)]
    shapes: Vec<LayerShape>,
    /// The layer that is read after the final norm.
    #[module(skip)]
    normed: Option<usize>,
    /// Numbers a feature.
    width: usize,
}

impl Distiller {
    /// With fresh weights, for a backbone with these layers, to features of `shape.d` numbers; `lcd` is the modality's part
    /// of `shape`.
    ///
    /// # Errors
    /// The configuration leaves nothing to compute.
    pub fn new(
        shape: &Distillation,
        lcd: &LcdConfig,
        layers: &[LayerShape],
        device: &Device,
    ) -> Result<Self, ModelError> {
        shape.check()?;
        lcd.validate()?;
        let picked = shape.granularity.pick(layers);
        let shapes: Vec<LayerShape> = picked.iter().map(|l| layers[*l]).collect();
        let Some(first) = shapes.first() else {
            return Err(ModelError::Config(format!(
                "granularity {:?} picks none of {} layers",
                shape.granularity,
                layers.len()
            )));
        };
        if !shape.projection && shapes.iter().any(|s| s.width != first.width) {
            return Err(ModelError::Config(
                "without a projection all distilled layers must have one width".into(),
            ));
        }
        let d_out = shape.projection.then_some(shape.d);
        let lcds = shapes.iter().map(|s| lcd.init(s, d_out, device)).collect();
        Ok(Self {
            lcds,
            width: d_out.unwrap_or(first.width),
            normed: (lcd.final_norm && !layers.is_empty()).then(|| layers.len() - 1),
            picked,
            shapes,
        })
    }

    /// Numbers a feature: the configuration's `d`, or without a projection the layer's own width.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The mean of all layers' meta-tokens.
    ///
    /// # Shapes
    /// Layers of n segments `[n, tokens, width]`; gives `[n, d]`.
    ///
    /// # Panics
    /// The features are not those of the backbone it was made for.
    pub fn forward(&self, features: &dyn FrozenLayers) -> Tensor<2> {
        let mean = |tokens: Tensor<3>| tokens.mean_dim(1).squeeze_dim::<2>(1);
        let means = self.each(features).into_iter().map(mean).collect();
        Tensor::stack::<3>(means, 0).mean_dim(0).squeeze_dim::<2>(0)
    }

    /// The meta-tokens themselves: for injection, where each keeps its own. Of several layers the mean, which wants the same K in
    /// all.
    ///
    /// # Shapes
    /// Layers of n segments `[n, tokens, width]`; gives `[n, K, d]`.
    ///
    /// # Panics
    /// The features are not those of the backbone it was made for.
    pub fn tokens(&self, features: &dyn FrozenLayers) -> Tensor<3> {
        Tensor::stack::<4>(self.each(features), 0)
            .mean_dim(0)
            .squeeze_dim::<3>(0)
    }

    /// What each meta-token of each distilled layer reads in one segment: attention weights over the layer's grid. Empty where
    /// there is no attention.
    ///
    /// # Errors
    /// There is no such segment, or the device fails.
    ///
    /// # Panics
    /// The features are not those of the backbone it was made for.
    pub fn readings(
        &self,
        features: &dyn FrozenLayers,
        segment: usize,
    ) -> Result<Vec<TokenReading>, ModelError> {
        let mut readings = vec![];
        let parts = self.lcds.iter().zip(&self.picked).zip(&self.shapes);
        for ((lcd, &layer), shape) in parts {
            let n = features.segments();
            if segment >= n {
                return Err(ModelError::Input(format!(
                    "no segment {segment} of {n} to show attention of"
                )));
            }
            let tokens = features.tokens(self.layer(layer));
            let Some(weights) = lcd.reading(tokens.narrow(0, segment, 1)) else {
                continue;
            };
            readings.extend(TokenReading::of(weights, layer, shape)?);
        }
        Ok(readings)
    }

    /// The meta-tokens of every layer, `[n, K, d]`. All layers are asked at once, so that who answers may go through the clips
    /// one by one.
    fn each(&self, features: &dyn FrozenLayers) -> Vec<Tensor<3>> {
        let repeats = self.lcds.first().map_or(0, Lcd::repeats);
        let mut so_far: Vec<Distilling> = self.lcds.iter().map(Lcd::begin).collect();
        for repeat in 0..repeats {
            let asks = self.lcds.iter().zip(&self.picked).zip(&so_far);
            let questions = asks
                .map(|((lcd, layer), so_far)| lcd.ask(self.layer(*layer), repeat, so_far))
                .collect();
            let answers = features.answers(questions);
            let takes = self.lcds.iter().zip(so_far).zip(answers);
            so_far = takes
                .map(|((lcd, so_far), answer)| lcd.take(repeat, so_far, answer))
                .collect();
        }
        let n = features.segments();
        let ends = self.lcds.iter().zip(so_far);
        ends.map(|(lcd, distilled)| lcd.finish(distilled, n))
            .collect()
    }

    fn layer(&self, layer: usize) -> FrozenLayer {
        match self.normed == Some(layer) {
            true => FrozenLayer::Normed,
            false => FrozenLayer::Block(layer),
        }
    }
}
