//! The head for audio-visual video parsing: both distillations, then MGN or HAN. It says of each class in each second whether it
//! is heard and whether it is seen, each by itself.

use std::ops::Range;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::check_classes;
use super::distillation::Distillation;
use super::distiller::Distiller;
use super::han::{Han, HanConfig};
use super::mgn::{Mgn, MgnConfig, TokenClasses};
use crate::model::backbones::parts::linear;
use crate::model::{FrozenLayers, LayerShape, ModelError};

/// What decides, from both modalities' features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParseDecoder {
    /// The multi-modal grouping network: the paper's.
    Mgn(MgnConfig),
    /// The hybrid attention network with attentive MMIL pooling, for comparison.
    Han(HanConfig),
}

/// The shape of the head. Defaults are the paper's for separate backbones (Table 14), without R(2+1)D features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParseConfig {
    /// What is distilled.
    #[serde(flatten)]
    pub distill: Distillation,
    /// What decides.
    pub decoder: ParseDecoder,
    /// Numbers a second of R(2+1)D features (512), where they are supplied to be joined with what is seen. Clips without such
    /// files have none, and a head made for them cannot do without.
    pub motion: Option<usize>,
}

impl Default for ParseConfig {
    fn default() -> Self {
        Self {
            distill: Distillation::avvp(),
            decoder: ParseDecoder::Mgn(MgnConfig::default()),
            motion: None,
        }
    }
}

impl ParseConfig {
    /// Width of the decider.
    pub fn width(&self) -> usize {
        match &self.decoder {
            ParseDecoder::Mgn(mgn) => mgn.width,
            ParseDecoder::Han(han) => han.width,
        }
    }

    /// A head with fresh weights for backbones with these layers, over `classes` classes.
    ///
    /// # Errors
    /// Numbers that do not fit each other.
    pub fn init(
        &self,
        visual: &[LayerShape],
        audio: &[LayerShape],
        classes: usize,
        device: &Device,
    ) -> Result<ParseHead, ModelError> {
        check_classes(classes)?;
        match &self.decoder {
            ParseDecoder::Mgn(mgn) => mgn.check()?,
            ParseDecoder::Han(han) => han.check()?,
        }
        if self
            .motion
            .is_some_and(|width| !(1..=65536).contains(&width))
        {
            return Err(ModelError::Config("motion: 1 to 65536 numbers".into()));
        }
        let (distill, width) = (&self.distill, self.width());
        let visual = Distiller::new(distill, &distill.visual, visual, device)?;
        let audio = Distiller::new(distill, &distill.audio, audio, device)?;
        // Each upstream's own beginning.
        let to_width = |from: usize| match &self.decoder {
            ParseDecoder::Mgn(_) => linear(from, width, true, device),
            ParseDecoder::Han(_) => LinearConfig::new(from, width).init(device),
        };
        let (mgn, han) = match &self.decoder {
            ParseDecoder::Mgn(mgn) => (Some(mgn.init(classes, device)), None),
            ParseDecoder::Han(han) => (None, Some(han.init(classes, device))),
        };
        Ok(ParseHead {
            fc_a: to_width(audio.width()),
            fc_v: to_width(visual.width()),
            fc_st: self.motion.map(to_width),
            fc_fusion: self.motion.map(|_| to_width(2 * width)),
            visual,
            audio,
            mgn,
            han,
        })
    }
}

/// What the head says of clips of t seconds: probabilities throughout.
#[derive(Clone, Debug)]
pub struct ParseOutput {
    /// Of each class being heard in each second, `[b, t, c]`. MGN's may exceed 1 (its clip's probability times an attention
    /// between 1 and 2).
    pub audible: Tensor<3>,
    /// The same of being seen.
    pub visible: Tensor<3>,
    /// Of the class being in the clip, heard or seen, `[b, c]`.
    pub clip: Tensor<2>,
    /// Of the class being heard in the clip, `[b, c]`.
    pub audible_clip: Tensor<2>,
    /// Of the class being seen in the clip, `[b, c]`.
    pub visible_clip: Tensor<2>,
    /// What MGN's class tokens say of themselves.
    pub tokens: Option<TokenClasses>,
}

impl ParseOutput {
    /// The same of some of the clips; what MGN's class tokens say of themselves is of no clip.
    pub fn of_clips(&self, clips: Range<usize>) -> Self {
        let (from, count) = (clips.start, clips.len());
        let cut = |x: &Tensor<2>| x.clone().narrow(0, from, count);
        let by_second = |x: &Tensor<3>| x.clone().narrow(0, from, count);
        Self {
            audible: by_second(&self.audible),
            visible: by_second(&self.visible),
            clip: cut(&self.clip),
            audible_clip: cut(&self.audible_clip),
            visible_clip: cut(&self.visible_clip),
            tokens: self.tokens.clone(),
        }
    }

    /// What is heard and what is seen, as LLP's evaluation decides it: a class counts in a second where both
    /// the second's and the clip's probability reach the threshold, that is, where the smaller of the two does.
    ///
    /// # Shapes
    /// Gives `[b, t, c]` twice.
    pub fn gated(&self) -> [Tensor<3>; 2] {
        [&self.audible, &self.visible].map(|seconds| {
            let clip = self.clip.clone().unsqueeze_dim::<3>(1);
            let clip = clip.expand(seconds.dims());
            seconds.clone().min_pair(clip)
        })
    }
}

/// The head.
#[derive(Module, Debug)]
pub struct ParseHead {
    visual: Distiller,
    audio: Distiller,
    fc_a: Linear,
    fc_v: Linear,
    fc_st: Option<Linear>,
    fc_fusion: Option<Linear>,
    mgn: Option<Mgn>,
    han: Option<Han>,
}

impl ParseHead {
    /// What is said of `batch` clips of t seconds each; with motion features where the head was made for them.
    ///
    /// # Shapes
    /// Layers of `visual` and `audio` `[batch * t, tokens, width]`, `motion` `[batch, t, numbers]`; gives what [`ParseOutput`]
    /// says.
    ///
    /// # Errors
    /// Motion features are missing, or not asked for; more seconds than MGN was made for.
    pub fn forward(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
        motion: Option<&Tensor<3>>,
        batch: usize,
    ) -> Result<ParseOutput, ModelError> {
        let (visual, audio) = self.meta_features(visual, audio);
        self.classify(visual, audio, motion, batch)
    }

    /// The visual and the audio meta-token feature of each segment.
    ///
    /// # Shapes
    /// Layers of n segments `[n, tokens, width]`; gives `[n, d]` twice.
    pub fn meta_features(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
    ) -> (Tensor<2>, Tensor<2>) {
        (self.visual.forward(visual), self.audio.forward(audio))
    }

    /// The rest of the head, from the features of [`Self::meta_features`].
    ///
    /// # Shapes
    /// `visual` and `audio` `[batch * t, d]`, `motion` `[batch, t, numbers]`; gives what [`ParseOutput`] says.
    ///
    /// # Errors
    /// Those of [`Self::forward`].
    pub fn classify(
        &self,
        visual: Tensor<2>,
        audio: Tensor<2>,
        motion: Option<&Tensor<3>>,
        batch: usize,
    ) -> Result<ParseOutput, ModelError> {
        let by_clip = |x: Tensor<2>| {
            let [segments, d] = x.dims();
            x.reshape([batch, segments / batch.max(1), d])
        };
        let audio = self.fc_a.forward(by_clip(audio));
        let visual = self.join(self.fc_v.forward(by_clip(visual)), motion)?;
        match (&self.mgn, &self.han) {
            (Some(mgn), _) => mgn.forward(audio, visual),
            (None, Some(han)) => Ok(han.forward(audio, visual)),
            (None, None) => Err(ModelError::Config("a parsing head without decoder".into())),
        }
    }

    fn join(&self, visual: Tensor<3>, motion: Option<&Tensor<3>>) -> Result<Tensor<3>, ModelError> {
        let refuse = |what: &str| Err(ModelError::Input(what.into()));
        match (&self.fc_st, &self.fc_fusion, motion) {
            (Some(own), Some(fusion), Some(motion)) => {
                let ([b, t, _], [bm, tm, _]) = (visual.dims(), motion.dims());
                if (b, t) != (bm, tm) {
                    return refuse("motion features are not of the same seconds as the pictures");
                }
                let motion = own.forward(motion.clone());
                Ok(fusion.forward(Tensor::cat(vec![visual, motion], 2)))
            }
            (None, None, None) => Ok(visual),
            (None, None, Some(_)) => refuse("this parsing head was made without motion features"),
            _ => refuse("this parsing head wants R(2+1)D motion features, and none were supplied"),
        }
    }

    /// The distillation of pictures and that of sound.
    pub fn distillers(&self) -> (&Distiller, &Distiller) {
        (&self.visual, &self.audio)
    }
}
