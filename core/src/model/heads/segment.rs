//! The head for audio-visual segmentation: the last stage distilled, injected into the maps of every stage, and decoded into
//! one mask a second of what sounds.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::distillation::{Distillation, Granularity};
use super::distiller::Distiller;
use super::fpn::Fpn;
use super::injection::{Injection, StageInjection};
use super::resize::{Resize, resize};
use super::tpavi::Tpavi;
use crate::model::{FrozenLayer, FrozenLayers, LayerShape, ModelError};

/// Numbers of the sound vector that AVSBench's attention takes (upstream: VGGish's 128).
const SOUND: usize = 128;

/// What the decoder keeps of a second, in maps of the masks' size and of its channels: about so many.
const MAPS: usize = 3;
/// Numbers that it may keep at once, half a gigabyte.
const AT_ONCE: usize = 128 << 20;

/// The shape of the head. Defaults are the paper's for S4 with separate backbones (Table 14) unless marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SegmentConfig {
    /// What is distilled.
    #[serde(flatten)]
    pub distill: Distillation,
    /// What is injected into each stage.
    pub injection: Injection,
    /// Channels of the maps in the decoder.
    pub width: usize,
    /// Whether AVSBench's attention to sound follows the injection. The paper does not say; off is ours.
    pub tpavi: bool,
    /// Whether the head carries sound vectors in the maps' width for the matching loss, where [`Self::tpavi`] does not make
    /// them. The paper gives no loss; off is ours.
    pub matching: bool,
    /// Rows and columns of the mask; the baselines' 224. A multiple of four times two to the number of stages less one.
    pub mask: (usize, usize),
}

impl Default for SegmentConfig {
    fn default() -> Self {
        Self {
            distill: Distillation::avs_s4(),
            injection: Injection::default(),
            width: 256,
            tpavi: false,
            matching: false,
            mask: (224, 224),
        }
    }
}

/// One stage's layer and the size of its map in the decoder.
#[derive(Clone, Copy, Debug)]
struct Stage {
    layer: usize,
    shape: LayerShape,
    size: (usize, usize),
}

impl SegmentConfig {
    /// Table 5, "Direct": the decoder on frozen maps alone, into which nothing is injected.
    #[must_use]
    pub fn direct(&self) -> Self {
        Self {
            distill: self.distill.direct(),
            injection: Injection::none(),
            ..self.clone()
        }
    }

    /// Table 5, "Linear": injected are the pooled features through one linear layer a modality.
    #[must_use]
    pub fn linear(&self) -> Self {
        Self {
            distill: self.distill.linear_probe(),
            ..self.clone()
        }
    }

    /// A head with fresh weights for backbones with these layers.
    ///
    /// # Errors
    /// Numbers that do not fit each other.
    pub fn init(
        &self,
        visual: &[LayerShape],
        audio: &[LayerShape],
        device: &Device,
    ) -> Result<SegmentHead, ModelError> {
        let stages = self.stages(visual)?;
        let (distill, injection) = (&self.distill, self.injection);
        let hears = injection.cross || self.tpavi || self.matching;
        let seeing = Distiller::new(distill, &distill.visual, visual, device)?;
        let hearing = Distiller::new(distill, &distill.audio, audio, device)?;
        let (d_visual, d_audio) = (seeing.width(), hearing.width());
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        let inject = |stage: &Stage| {
            StageInjection::new(injection, d_audio, d_visual, stage.shape.width, device)
        };
        Ok(SegmentHead {
            visual: injection.intra.then_some(seeing),
            audio: hears.then_some(hearing),
            injections: stages.iter().map(inject).collect(),
            reduce: stages
                .iter()
                .map(|stage| linear(stage.shape.width, self.width))
                .collect(),
            sound: self.tpavi.then(|| linear(d_audio, SOUND)),
            tpavi: match self.tpavi {
                true => stages
                    .iter()
                    .map(|_| Tpavi::new(self.width, SOUND, device))
                    .collect(),
                false => vec![],
            },
            align: (self.matching && !self.tpavi).then(|| linear(d_audio, self.width)),
            decoder: Fpn::new(self.width, stages.len(), device),
            stages,
            mask: self.mask,
        })
    }

    /// The stages' last layers, and the sizes of their maps.
    fn stages(&self, layers: &[LayerShape]) -> Result<Vec<Stage>, ModelError> {
        let refuse = |what: String| Err(ModelError::Config(what));
        if !(8..=8192).contains(&self.width) {
            return refuse(format!("a decoder of {} channels", self.width));
        }
        let picked = Granularity::Stage.pick(layers);
        let smallest = 4_usize << picked.len().saturating_sub(1).min(16);
        let (rows, columns) = self.mask;
        let fits = |side: usize| (1..=4096).contains(&side) && side.is_multiple_of(smallest);
        if !fits(rows) || !fits(columns) || picked.is_empty() {
            return refuse(format!(
                "a mask of {rows} x {columns}: sides must be multiples of {smallest}, up to 4096"
            ));
        }
        let stage = |(stage, layer): (usize, usize)| Stage {
            layer,
            shape: layers[layer],
            size: (rows >> (2 + stage), columns >> (2 + stage)),
        };
        Ok(picked.into_iter().enumerate().map(stage).collect())
    }
}

/// What the head says.
#[derive(Clone, Debug)]
pub struct SegmentOutput {
    /// Of each place sounding in each second, `[n, rows, columns]`, before the sigmoid.
    pub logits: Tensor<3>,
    /// Each stage's map in the decoder, `[n, width, h, w]`, as the matching loss sees it: upstream's in-place ReLU has gone
    /// over it by then.
    pub maps: Vec<Tensor<4>>,
    /// Each stage's sound vector in the maps' width, `[n, width]`; empty for a head without.
    pub sounds: Vec<Tensor<2>>,
}

impl SegmentOutput {
    /// Probability of each place sounding, `[n, rows, columns]`.
    pub fn probabilities(&self) -> Tensor<3> {
        sigmoid(self.logits.clone())
    }
}

/// The head.
#[derive(Module, Debug)]
pub struct SegmentHead {
    visual: Option<Distiller>,
    audio: Option<Distiller>,
    injections: Vec<StageInjection>,
    reduce: Vec<Linear>,
    sound: Option<Linear>,
    tpavi: Vec<Tpavi>,
    align: Option<Linear>,
    decoder: Fpn,
    #[module(skip)]
    stages: Vec<Stage>,
    #[module(skip)]
    mask: (usize, usize),
}

impl SegmentHead {
    /// With what another head has learned to distil, where this one distils at all, in place of its own weights. Both must
    /// have been made for the same backbones with the same distillation.
    #[must_use]
    pub fn distilling_as(mut self, visual: &Distiller, audio: &Distiller) -> Self {
        self.visual = self.visual.map(|_| visual.clone());
        self.audio = self.audio.map(|_| audio.clone());
        self
    }

    /// What is said of `batch` clips of t seconds each. Without AVSBench's attention seconds do not see each other, and `batch` is
    /// of no consequence.
    ///
    /// # Shapes
    /// Layers of `visual` and `audio` `[batch * t, tokens, width]`; gives what [`SegmentOutput`] says.
    ///
    /// # Errors
    /// The features are not those of the backbone it was made for.
    pub fn forward(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
        batch: usize,
    ) -> Result<SegmentOutput, ModelError> {
        let seen = self.visual.as_ref().map(|v| v.tokens(visual));
        let heard = self.audio.as_ref().map(|a| a.tokens(audio));
        self.decode(visual, (seen, heard), batch)
    }

    /// The rest of the head, from what was distilled of pictures and of sound.
    ///
    /// # Shapes
    /// Layers of `visual` `[batch * t, tokens, width]`, `seen` and `heard` `[batch * t, K, d]`; gives what [`SegmentOutput`] says.
    ///
    /// # Errors
    /// Those of [`Self::forward`].
    pub(crate) fn decode(
        &self,
        visual: &dyn FrozenLayers,
        (seen, heard): (Option<Tensor<3>>, Option<Tensor<3>>),
        batch: usize,
    ) -> Result<SegmentOutput, ModelError> {
        // The clip's sound as one vector a second.
        let sound = heard.clone().map(|m| m.mean_dim(1).squeeze_dim::<2>(1));
        let (mut maps, mut sounds) = (vec![], vec![]);
        for (index, stage) in self.stages.iter().enumerate() {
            let map = self.stage_tokens(visual, stage)?;
            let map = self.injections[index].forward(map, heard.as_ref(), seen.as_ref());
            let mut map = self.reduced(index, stage, map);
            let narrow = self.sound.as_ref().zip(sound.clone());
            if let (Some(tpavi), Some((layer, sound))) = (self.tpavi.get(index), narrow) {
                let (next, aligned) = attend(tpavi, map, layer.forward(sound), batch);
                map = next;
                sounds.push(aligned);
            } else if let (Some(align), Some(sound)) = (&self.align, sound.clone()) {
                sounds.push(align.forward(sound));
            }
            maps.push(map);
        }
        let logits = self.decoder.forward(&maps);
        let logits =
            logits.ok_or_else(|| ModelError::Config("a backbone without stages".into()))?;
        Ok(SegmentOutput {
            logits,
            maps: maps.into_iter().map(relu).collect(),
            sounds,
        })
    }

    /// Rows and columns of its masks.
    pub fn mask(&self) -> (usize, usize) {
        self.mask
    }

    /// Whether what it says of a second depends on the clip's others.
    pub fn sees_other_seconds(&self) -> bool {
        !self.tpavi.is_empty()
    }

    /// Seconds that are to go through it at once while it learns: what the decoder keeps of each for the way back is as large as
    /// several maps of the masks' size. `None` where seconds see each other.
    pub(crate) fn seconds_at_once(&self) -> Option<usize> {
        let (rows, columns) = self.mask;
        let numbers = MAPS * rows * columns * self.decoder.width();
        (!self.sees_other_seconds()).then(|| (AT_ONCE / numbers.max(1)).max(1))
    }

    /// The distillation of pictures and that of sound; `None` where neither injection nor attention wants it.
    pub fn distillers(&self) -> (Option<&Distiller>, Option<&Distiller>) {
        (self.visual.as_ref(), self.audio.as_ref())
    }

    /// A stage's tokens, those of its grid alone: a ViT's class token has no place. The last one's are taken after the final
    /// norm, as the baselines read Swin.
    fn stage_tokens(
        &self,
        features: &dyn FrozenLayers,
        stage: &Stage,
    ) -> Result<Tensor<3>, ModelError> {
        let layer = match stage.layer + 1 == features.blocks() {
            true => FrozenLayer::Normed,
            false => FrozenLayer::Block(stage.layer),
        };
        let there = (stage.layer < features.blocks()).then(|| features.tokens(layer));
        let fits = |x: &Tensor<3>| x.dims()[1..] == [stage.shape.tokens, stage.shape.width];
        let tokens = there.filter(fits).ok_or_else(|| {
            ModelError::Input(
                "the features are not those of the backbone the head was made for".into(),
            )
        })?;
        let prefix = stage.shape.prefix();
        Ok(tokens.narrow(1, prefix, stage.shape.tokens - prefix))
    }

    /// A stage's tokens as a map in the decoder's channels and size.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`; gives `[n, width, h, w]`.
    fn reduced(&self, index: usize, stage: &Stage, tokens: Tensor<3>) -> Tensor<4> {
        let tokens = self.reduce[index].forward(tokens);
        let [n, _, width] = tokens.dims();
        let (h, w) = stage.shape.grid;
        let map = tokens.swap_dims(1, 2).reshape([n, width, h, w]);
        resize(map, stage.size, Resize::BicubicEdges)
    }
}

/// AVSBench's attention over maps with sound.
///
/// # Shapes
/// `map` `[n, width, h, w]`, `sound` `[n, numbers]`; gives `[n, width, h, w]` and `[n, width]`.
fn attend(tpavi: &Tpavi, map: Tensor<4>, sound: Tensor<2>, batch: usize) -> (Tensor<4>, Tensor<2>) {
    let [n, width, h, w] = map.dims();
    let numbers = sound.dims()[1];
    let sound = sound.reshape([batch, n / batch.max(1), numbers]);
    let tokens = map.flatten::<3>(2, 3).swap_dims(1, 2);
    let (tokens, aligned) = tpavi.forward(tokens, sound);
    (tokens.swap_dims(1, 2).reshape([n, width, h, w]), aligned)
}
