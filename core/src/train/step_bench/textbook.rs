//! The textbook form of distillation, in place of the re-associated one, before the task's own head.

use burn::module::{Initializer, Module, Param};
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::model::{
    Distillation, FrozenLayer, FrozenLayers, LayerFeatures, LayerShape, LcdConfig, TaskHead,
};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::examples::{Batch, Shown};
use crate::train::losses::known_mask_loss;
use crate::train::objective::{losses, masks, not_trained};

/// Eq. 3.1 to 3.3 as they are written, a layer each, and the head behind them.
#[derive(Module, Debug)]
pub(super) struct Textbook {
    visual: Vec<TextbookLayer>,
    audio: Vec<TextbookLayer>,
    /// Its own distillers rest.
    head: TaskHead,
}

#[derive(Module, Debug)]
struct TextbookLayer {
    meta: Param<Tensor<2>>,
    attention: MultiHeadAttention,
    direct: Linear,
    projection: Linear,
    repeats: usize,
    #[module(skip)]
    of: FrozenLayer,
}

impl Textbook {
    /// What a head distils, with fresh weights.
    pub fn new(
        distill: &Distillation,
        [visual, audio]: [&[LayerShape]; 2],
        head: TaskHead,
        device: &Device,
    ) -> Self {
        let side = |lcd: &LcdConfig, layers: &[LayerShape]| {
            let picked = distill.granularity.pick(layers);
            let last = layers.len().saturating_sub(1);
            let layer = |index: usize| TextbookLayer {
                of: match lcd.final_norm && index == last {
                    true => FrozenLayer::Normed,
                    false => FrozenLayer::Block(index),
                },
                ..TextbookLayer::new(lcd, &layers[index], distill.d, device)
            };
            picked.into_iter().map(layer).collect()
        };
        Self {
            visual: side(&distill.visual, visual),
            audio: side(&distill.audio, audio),
            head,
        }
    }

    /// What the head loses on a batch.
    pub fn loss(&self, batch: &Batch, device: &Device) -> Result<Tensor<1>, TrainError> {
        let config = TrainConfig::of(self.head.task()).loss;
        let seen = tokens(&self.visual, &batch.visual);
        let heard = tokens(&self.audio, &batch.audio);
        if let TaskHead::Segment(head) = &self.head {
            let clips = batch.targets.len();
            let output = head.decode(&batch.visual, (Some(seen), Some(heard)), clips)?;
            let (masks, known) = masks(&batch.targets, head.mask(), device);
            return Ok(known_mask_loss(output.logits, masks, known));
        }
        let mean = |tokens: Tensor<3>| tokens.mean_dim(1).squeeze_dim::<2>(1);
        let distilled = (mean(seen), mean(heard));
        let shown = Shown {
            distilled: Some(&distilled),
            ..batch.shown()
        };
        let losses = losses(&self.head, &shown, &config, device)?;
        losses.weighed(&config).ok_or_else(not_trained)
    }
}

/// The mean of all layers' meta-tokens, `[n, K, d]`.
fn tokens(layers: &[TextbookLayer], features: &LayerFeatures) -> Tensor<3> {
    let each = layers
        .iter()
        .map(|layer| layer.forward(features.tokens(layer.of)));
    Tensor::stack::<4>(each.collect(), 0)
        .mean_dim(0)
        .squeeze_dim::<3>(0)
}

impl TextbookLayer {
    fn new(lcd: &LcdConfig, layer: &LayerShape, width: usize, device: &Device) -> Self {
        let k = lcd.tokens_of(layer.stage);
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Self {
            meta: normal.init([k, layer.width], device),
            attention: MultiHeadAttentionConfig::new(layer.width, lcd.heads_of(layer.width))
                .with_dropout(0.0)
                .init(device),
            direct: LinearConfig::new(layer.tokens, k).init(device),
            projection: LinearConfig::new(layer.width, width).init(device),
            repeats: lcd.repeats,
            of: FrozenLayer::Normed,
        }
    }

    /// `[n, N, D]` to `[n, K, d]`.
    fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let [n, _, width] = tokens.dims();
        let meta = self.meta.val();
        let k = meta.dims()[0];
        let mut meta = meta.unsqueeze::<3>().expand([n, k, width]);
        for _ in 0..self.repeats {
            let asked = MhaInput::new(meta, tokens.clone(), tokens.clone());
            let attended = self.attention.forward(asked).context;
            let direct = self.direct.forward(tokens.clone().swap_dims(1, 2));
            meta = attended + direct.swap_dims(1, 2);
        }
        self.projection.forward(meta)
    }
}
