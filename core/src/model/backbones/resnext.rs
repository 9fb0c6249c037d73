//! ResNeXt (Xie et al. 2017) as in torchvision and timm: bottlenecks whose middle convolution works in groups.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::frozen::{FrozenBottlenecks, on_cpu, packed_groups, packed_pixels};
use super::parts::{classifier, convolve};
use super::{Backbone, BackboneSpec, LayerFeatures, LayerShape};
use crate::model::desc::{Pair, one_or_two};
use crate::model::{ModelError, kernels};

/// Channels after the first convolution.
const STEM: usize = 64;
/// A block gives four times the channels it is named after.
const EXPANSION: usize = 4;

/// timm's constructor arguments of `ResNet` with bottlenecks, under timm's names. What is left out is as in
/// `resnext101_32x8d`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResNextConfig {
    /// Picture height and width. Not upstream's, which takes any: layers have a fixed number of tokens here.
    #[serde(deserialize_with = "one_or_two")]
    pub img_size: Pair,
    /// Channels of the picture.
    pub in_chans: usize,
    /// Classes of the classifier; 0 leaves it out.
    pub num_classes: usize,
    /// Blocks a stage.
    pub layers: Vec<usize>,
    /// Channels a stage, a quarter of what its blocks give.
    pub channels: Vec<usize>,
    /// Groups of the middle convolution.
    pub cardinality: usize,
    /// Channels of a group, for a stage of 64 channels.
    pub base_width: usize,
}

impl Default for ResNextConfig {
    fn default() -> Self {
        Self {
            img_size: (224, 224),
            in_chans: 3,
            num_classes: 1000,
            layers: vec![3, 4, 23, 3],
            channels: vec![64, 128, 256, 512],
            cardinality: 32,
            base_width: 8,
        }
    }
}

impl ResNextConfig {
    /// Checks everything that building would otherwise trip over.
    ///
    /// # Errors
    /// Says which number does not fit.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(format!("resnext: {what}")));
        let (h, w) = self.img_size;
        if !(1..=1 << 14).contains(&h) || !(1..=1 << 14).contains(&w) {
            return refuse(format!("pictures of {h} x {w}"));
        }
        if !(1..=1024).contains(&self.in_chans) {
            return refuse(format!("in_chans {}", self.in_chans));
        }
        if self.layers.len() != 4 || self.channels.len() != 4 {
            return refuse("layers and channels must name four stages".into());
        }
        if self.layers.iter().any(|depth| !(1..=1000).contains(depth)) {
            return refuse(format!("layers {:?}: 1 to 1000 a stage", self.layers));
        }
        if !(1..=1 << 12).contains(&self.cardinality) || self.base_width > 1 << 12 {
            return refuse(format!(
                "cardinality {} and base_width {}",
                self.cardinality, self.base_width
            ));
        }
        let sane = |c: &usize| (1..=1 << 14).contains(c) && self.inner(*c) > 0;
        match self.channels.iter().all(sane) {
            true => Ok(()),
            false => refuse(format!("channels {:?} leave groups empty", self.channels)),
        }
    }

    /// Channels after the first convolution.
    pub(super) fn stem(&self) -> usize {
        STEM
    }

    /// Channels of a block's middle convolution.
    pub(crate) fn inner(&self, channels: usize) -> usize {
        channels * self.base_width / STEM * self.cardinality
    }

    /// What the model will be: one layer a block, each place of its map a token.
    pub fn spec(&self, name: &str) -> BackboneSpec {
        let half = |(h, w): Pair| (h.div_ceil(2), w.div_ceil(2));
        let mut grid = half(half(self.img_size));
        let mut layers = Vec::new();
        for (stage, (depth, channels)) in self.layers.iter().zip(&self.channels).enumerate() {
            if stage > 0 {
                grid = half(grid);
            }
            let layer = LayerShape {
                tokens: grid.0 * grid.1,
                width: EXPANSION * channels,
                grid,
                stage,
            };
            layers.extend(std::iter::repeat_n(layer, *depth));
        }
        BackboneSpec {
            name: name.to_owned(),
            architecture: "resnext",
            layers,
        }
    }

    /// A model with random weights. Seed the device first for repeatable weights.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn init(&self, device: &Device) -> Result<ResNext, ModelError> {
        self.validate()?;
        let mut before = STEM;
        let mut stage = |index: usize| {
            let channels = self.channels[index];
            let blocks = (0..self.layers[index]).map(|block| {
                let stride = if index > 0 && block == 0 { 2 } else { 1 };
                let built = Bottleneck::new(self, before, channels, stride, device);
                before = EXPANSION * channels;
                built
            });
            blocks.collect::<Vec<_>>()
        };
        Ok(ResNext {
            conv1: conv([self.in_chans, STEM], 7, 2, 1, device),
            bn1: norm(STEM, device),
            maxpool: MaxPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            layer1: stage(0),
            layer2: stage(1),
            layer3: stage(2),
            layer4: stage(3),
            frozen: None,
            fc: classifier(before, self.num_classes, device),
            spec: self.spec("resnext"),
        })
    }
}

/// A square convolution without bias, padded so that only its stride shrinks the map.
fn conv(
    channels: [usize; 2],
    side: usize,
    stride: usize,
    groups: usize,
    device: &Device,
) -> Conv2d {
    let pad = side / 2;
    Conv2dConfig::new(channels, [side, side])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .with_groups(groups)
        .with_bias(false)
        .init(device)
}

fn norm(channels: usize, device: &Device) -> Option<BatchNorm> {
    Some(BatchNormConfig::new(channels).init(device))
}

/// A convolution and its norm, which is none once it has been folded in.
fn apply(conv: &Conv2d, norm: &Option<BatchNorm>, x: Tensor<4>) -> Tensor<4> {
    let x = convolve(conv, x);
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

/// Works a norm with fixed statistics into the convolution before it: `w * s` and `beta - mean * s`, s = gamma / sqrt(var + eps).
fn fold(conv: &mut Conv2d, norm: &mut Option<BatchNorm>) {
    let Some(norm) = norm.take() else { return };
    let deviation = (norm.running_var.value_sync() + norm.epsilon).sqrt();
    let scale = norm.gamma.val() / deviation;
    let channels = scale.dims()[0];
    let bias = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
    conv.weight =
        burn::module::Param::from_tensor(conv.weight.val() * scale.reshape([channels, 1, 1, 1]));
    conv.bias = Some(burn::module::Param::from_tensor(bias));
}

/// What brings a block's input to the shape of its output; upstream calls its parts 0 and 1.
#[derive(Module, Debug)]
struct Shortcut {
    conv: Conv2d,
    norm: Option<BatchNorm>,
}

/// One block: narrow, look around in groups, widen, add.
#[derive(Module, Debug)]
struct Bottleneck {
    conv1: Conv2d,
    bn1: Option<BatchNorm>,
    conv2: Conv2d,
    bn2: Option<BatchNorm>,
    conv3: Conv2d,
    bn3: Option<BatchNorm>,
    downsample: Option<Shortcut>,
}

impl Bottleneck {
    fn new(
        config: &ResNextConfig,
        before: usize,
        channels: usize,
        stride: usize,
        device: &Device,
    ) -> Self {
        let (inner, after) = (config.inner(channels), EXPANSION * channels);
        Self {
            conv1: conv([before, inner], 1, 1, 1, device),
            bn1: norm(inner, device),
            conv2: conv([inner, inner], 3, stride, config.cardinality, device),
            bn2: norm(inner, device),
            conv3: conv([inner, after], 1, 1, 1, device),
            bn3: norm(after, device),
            downsample: (stride != 1 || before != after).then(|| Shortcut {
                conv: conv([before, after], 1, stride, 1, device),
                norm: norm(after, device),
            }),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = relu(apply(&self.conv1, &self.bn1, x.clone()));
        let inner = relu(apply(&self.conv2, &self.bn2, inner));
        let inner = apply(&self.conv3, &self.bn3, inner);
        let x = match &self.downsample {
            Some(shortcut) => apply(&shortcut.conv, &shortcut.norm, x),
            None => x,
        };
        relu(inner + x)
    }

    fn fold(&mut self) {
        fold(&mut self.conv1, &mut self.bn1);
        fold(&mut self.conv2, &mut self.bn2);
        fold(&mut self.conv3, &mut self.bn3);
        if let Some(shortcut) = &mut self.downsample {
            fold(&mut shortcut.conv, &mut shortcut.norm);
        }
    }

    /// The same for the CPU's kernels, once norms are folded.
    fn freeze(self) -> kernels::Bottleneck {
        kernels::Bottleneck {
            narrow: packed_pixels(self.conv1),
            look: packed_groups(self.conv2),
            widen: packed_pixels(self.conv3),
            shortcut: self.downsample.map(|shortcut| packed_pixels(shortcut.conv)),
        }
    }
}

/// A ResNeXt.
#[derive(Module, Debug)]
pub struct ResNext {
    conv1: Conv2d,
    bn1: Option<BatchNorm>,
    maxpool: MaxPool2d,
    layer1: Vec<Bottleneck>,
    layer2: Vec<Bottleneck>,
    layer3: Vec<Bottleneck>,
    layer4: Vec<Bottleneck>,
    /// All blocks, then none above.
    #[module(skip)]
    frozen: Option<FrozenBottlenecks>,
    fc: Option<Linear>,
    #[module(skip)]
    spec: BackboneSpec,
}

impl ResNext {
    /// Every block's output of pictures `[n, 3, h, w]`, each place of its map a token. There is no final norm: the last
    /// block's output stands for it. Differentiable.
    pub fn forward(&self, pictures: Tensor<4>) -> LayerFeatures {
        let mut x = self
            .maxpool
            .forward(relu(apply(&self.conv1, &self.bn1, pictures)));
        let mut layers = Vec::with_capacity(self.spec.layers.len());
        if let Some(frozen) = &self.frozen {
            let [_, _, rows, cols] = x.dims();
            let final_norm = frozen.forward(tokens(x), (rows, cols), &mut layers);
            return LayerFeatures { layers, final_norm };
        }
        for block in [&self.layer1, &self.layer2, &self.layer3, &self.layer4]
            .into_iter()
            .flatten()
        {
            x = block.forward(x);
            layers.push(tokens(x.clone()));
        }
        LayerFeatures {
            layers,
            final_norm: tokens(x),
        }
    }

    /// The classifier's scores before the softmax, `[n, classes]`, of the mean of all places. `None` without a classifier.
    pub fn logits(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        let pooled = features.final_norm.clone().mean_dim(1).squeeze_dim(1);
        Some(self.fc.as_ref()?.forward(pooled))
    }

    /// Works the norms into the convolutions, and hands the blocks to the CPU's own kernels where they are on the CPU: for
    /// weights that will not change any more.
    pub fn freeze_tables(mut self) -> Self {
        let on_cpu = on_cpu(&self.conv1.weight.val().device());
        fold(&mut self.conv1, &mut self.bn1);
        let stages = [
            &mut self.layer1,
            &mut self.layer2,
            &mut self.layer3,
            &mut self.layer4,
        ];
        let mut blocks: Vec<Bottleneck> = Vec::new();
        for stage in stages {
            stage.iter_mut().for_each(Bottleneck::fold);
            if on_cpu {
                blocks.append(stage);
            }
        }
        if !blocks.is_empty() {
            self.frozen = Some(FrozenBottlenecks::new(blocks, Bottleneck::freeze));
        }
        self
    }

    /// The same model, whose layers are as said.
    pub(in crate::model) fn described(mut self, spec: BackboneSpec) -> Self {
        self.spec = spec;
        self
    }

    /// The same model under another name.
    pub fn named(mut self, name: &str) -> Self {
        self.spec.name = name.to_owned();
        self
    }
}

/// `[n, c, h, w]` to `[n, h * w, c]`.
fn tokens(x: Tensor<4>) -> Tensor<3> {
    x.flatten::<3>(2, 3).swap_dims(1, 2)
}

impl Backbone for ResNext {
    fn spec(&self) -> &BackboneSpec {
        &self.spec
    }

    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        ResNext::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
