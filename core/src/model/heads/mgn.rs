//! The multi-modal grouping network (Mo and Tian 2022), as DG-SCT and AVMoE end in it: class tokens group what is heard, what is
//! seen, and both. Fields carry upstream's names.

use burn::module::{Initializer, Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::grouping::{Assignment, AttnBlock, GroupingBlock};
use super::parse::ParseOutput;
use crate::model::ModelError;
use crate::model::backbones::parts::linear;

/// How the shares of segments in a class become the class's probability in each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameAttention {
    /// Times one plus a softmax of the shares over time, as DG-SCT and AVMoE: between 1 and 2, so that a class the clip holds is
    /// found in nearly every second.
    OnePlusSoftmax,
    /// Times the share itself: of two classes in the same second one at most has half of it.
    Share,
    /// Times the share as a part of the class's largest in the clip: several classes may have a whole second each.
    OfLargest,
}

/// What a share is at least divided by.
const SMALLEST_SHARE: f32 = 1e-6;

/// What becomes of audible seconds when visual ones have grouped them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// What the visual seconds collect stands for them, as upstream. No second has a position, so that it does not matter any more
    /// which sound came when: what is heard in a second hangs on what is seen in it.
    Replaces,
    /// What the visual second of the same time collects is added to each.
    Adds,
}

/// The shape of the network. Defaults are DG-SCT's and AVMoE's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MgnConfig {
    /// Width throughout.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Blocks before each modality's grouping.
    pub depth: usize,
    /// Blocks before the grouping of both.
    pub depth_joint: usize,
    /// Seconds a clip. One block mixes the seconds by position, so that shorter clips are filled up with their last second
    /// and longer ones refused.
    pub seconds: usize,
    /// Stochastic depth in training.
    pub drop_path: f64,
    /// How the class groups take their segments.
    pub assignment: Assignment,
    /// How visual seconds take audible ones, before the audio grouping. Upstream negates the option of the others here, by
    /// intent or by slip: hard where they are soft.
    pub cross_modal: Assignment,
    /// What that leaves of the audible seconds.
    pub crossing: Crossing,
    /// From shares to seconds.
    pub frames: FrameAttention,
}

impl Default for MgnConfig {
    fn default() -> Self {
        Self {
            width: 128,
            heads: 8,
            depth: 3,
            depth_joint: 6,
            seconds: 10,
            drop_path: 0.1,
            assignment: Assignment::Soft,
            cross_modal: Assignment::Hard,
            crossing: Crossing::Replaces,
            frames: FrameAttention::OnePlusSoftmax,
        }
    }
}

impl MgnConfig {
    /// Checks what the constructor would panic on.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn check(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(what));
        if !(2..=8192).contains(&self.width)
            || self.heads == 0
            || !self.width.is_multiple_of(self.heads)
        {
            return refuse(format!(
                "a grouping network of width {}, which {} heads do not divide",
                self.width, self.heads
            ));
        }
        if self.depth > 100 || self.depth_joint > 100 || !(1..=1000).contains(&self.seconds) {
            return refuse("a grouping network has up to 100 blocks and 1 to 1000 seconds".into());
        }
        match (0.0..1.0).contains(&self.drop_path) {
            true => Ok(()),
            false => refuse("drop_path: 0 to below 1".into()),
        }
    }

    /// The network with fresh weights.
    pub fn init(&self, classes: usize, device: &Device) -> Mgn {
        let to = |out| linear(self.width, out, true, device);
        // Upstream begins with zeros: all classes are the same until the loss on the tokens themselves tells them apart.
        let tokens = || Initializer::Zeros.init([classes, self.width], device);
        let cross = GroupingBlock::new(
            self.width,
            self.seconds,
            self.heads,
            self.cross_modal,
            device,
        );
        let unimodal = |cross| Grouping::new(self, self.depth, classes, cross, device);
        Mgn {
            audio_token: tokens(),
            visual_token: tokens(),
            visual_cug: unimodal(None),
            audio_cug: unimodal(Some(cross)),
            av_mcg: Grouping::new(self, self.depth_joint, classes, None, device),
            fc_prob: to(1),
            fc_prob_a: to(1),
            fc_prob_v: to(1),
            fc_cls: to(classes),
            seconds: self.seconds,
            frames: self.frames,
        }
    }
}

/// Blocks over segments and class tokens together, then the grouping.
#[derive(Module, Debug)]
struct Grouping {
    blocks: Vec<AttnBlock>,
    han_encoder: Option<GroupingBlock>,
    grouping: GroupingBlock,
    #[module(skip)]
    crossing: Crossing,
}

impl Grouping {
    fn new(
        config: &MgnConfig,
        depth: usize,
        classes: usize,
        cross: Option<GroupingBlock>,
        device: &Device,
    ) -> Self {
        let block = |_| AttnBlock::new(config.width, config.heads, config.drop_path, device);
        Self {
            blocks: (0..depth).map(block).collect(),
            han_encoder: cross,
            grouping: GroupingBlock::new(
                config.width,
                classes,
                config.heads,
                config.assignment,
                device,
            ),
            crossing: config.crossing,
        }
    }

    /// The classes' new tokens, and the share of each segment that each gets.
    ///
    /// # Shapes
    /// Segments `x` `[b, s, d]`, class tokens `[b, c, d]`, the other modality's segments `[b, s, d]` where they are wanted; gives
    /// `[b, c, d]` and `[b, c, s]`.
    fn forward(
        &self,
        x: Tensor<3>,
        tokens: Tensor<3>,
        other: Option<Tensor<3>>,
    ) -> (Tensor<3>, Tensor<3>) {
        let (segments, classes) = (x.dims()[1], tokens.dims()[1]);
        let mut both = Tensor::cat(vec![x, tokens], 1);
        for block in &self.blocks {
            both = block.forward(both);
        }
        let mut x = both.clone().narrow(1, 0, segments);
        if let (Some(cross), Some(other)) = (&self.han_encoder, other) {
            // The other modality's seconds are the groups.
            let collected = cross.forward(x.clone(), other).0;
            x = match self.crossing {
                Crossing::Replaces => collected,
                Crossing::Adds => x + collected,
            };
        }
        self.grouping.forward(x, both.narrow(1, segments, classes))
    }
}

/// What the class tokens say of themselves, logits `[classes, classes]`: row c should say c.
#[derive(Clone, Debug)]
pub struct TokenClasses {
    /// Of the audio tokens.
    pub audio: Tensor<2>,
    /// Of the visual tokens.
    pub visual: Tensor<2>,
}

/// The network, from features of its own width on.
#[derive(Module, Debug)]
pub struct Mgn {
    audio_token: Param<Tensor<2>>,
    visual_token: Param<Tensor<2>>,
    visual_cug: Grouping,
    audio_cug: Grouping,
    av_mcg: Grouping,
    fc_prob: Linear,
    fc_prob_a: Linear,
    fc_prob_v: Linear,
    fc_cls: Linear,
    seconds: usize,
    #[module(skip)]
    frames: FrameAttention,
}

impl Mgn {
    /// # Shapes
    /// `audio` and `visual` features `[b, t, width]`; gives what [`ParseOutput`] says.
    ///
    /// # Errors
    /// More seconds than it was made for.
    pub fn forward(&self, audio: Tensor<3>, visual: Tensor<3>) -> Result<ParseOutput, ModelError> {
        let [b, t, _] = audio.dims();
        if t > self.seconds {
            return Err(ModelError::Input(format!(
                "the grouping network takes {} seconds at once, not {t}",
                self.seconds
            )));
        }
        let (audio, visual) = (fill(audio, self.seconds), fill(visual, self.seconds));
        let tokens = |x: &Param<Tensor<2>>| {
            let [classes, width] = x.dims();
            x.val().unsqueeze::<3>().expand([b, classes, width])
        };
        let (seen, seen_share) =
            self.visual_cug
                .forward(visual.clone(), tokens(&self.visual_token), None);
        let (heard, heard_share) =
            self.audio_cug
                .forward(audio, tokens(&self.audio_token), Some(visual));
        let (both, _) = self.av_mcg.forward(heard.clone(), seen.clone(), None);
        let probability =
            |layer: &Linear, x: Tensor<3>| sigmoid(layer.forward(x)).squeeze_dim::<2>(2);
        let audible_clip = probability(&self.fc_prob_a, heard);
        let visible_clip = probability(&self.fc_prob_v, seen);
        Ok(ParseOutput {
            audible: self.seconds(&audible_clip, heard_share, t),
            visible: self.seconds(&visible_clip, seen_share, t),
            clip: probability(&self.fc_prob, both),
            audible_clip,
            visible_clip,
            tokens: Some(TokenClasses {
                audio: self.fc_cls.forward(self.audio_token.val()),
                visual: self.fc_cls.forward(self.visual_token.val()),
            }),
        })
    }

    /// Probabilities `[b, c]` and shares `[b, c, s]` to seconds `[b, t, c]`.
    fn seconds(&self, clip: &Tensor<2>, share: Tensor<3>, t: usize) -> Tensor<3> {
        let attention = match self.frames {
            FrameAttention::OnePlusSoftmax => softmax(share, 2) + 1.0,
            FrameAttention::Share => share,
            FrameAttention::OfLargest => {
                let largest = share.clone().max_dim(2).clamp_min(SMALLEST_SHARE);
                share / largest
            }
        };
        let scores = clip.clone().unsqueeze_dim::<3>(2) * attention;
        scores.swap_dims(1, 2).narrow(1, 0, t)
    }
}

/// `[b, t, d]` filled up to `seconds` with the last second.
fn fill(x: Tensor<3>, seconds: usize) -> Tensor<3> {
    let [b, t, d] = x.dims();
    if t == seconds {
        return x;
    }
    let last = x.clone().narrow(1, t - 1, 1).expand([b, seconds - t, d]);
    Tensor::cat(vec![x, last], 1)
}
