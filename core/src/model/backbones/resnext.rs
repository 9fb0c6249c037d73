//! ResNeXt (Xie et al. 2017) as in torchvision and timm: bottlenecks whose middle convolution works in groups.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor};

use super::frozen::on_cpu;
use super::frozen_convs::FrozenConvs;
use super::parts::classifier;
use super::resnext_block::{Bottleneck, apply, conv, fold, norm};
use super::resnext_config::{EXPANSION, ResNextConfig, STEM};
use super::{Backbone, BackboneSpec, LayerFeatures};
use crate::model::ModelError;
use crate::model::precision::Half;

impl ResNextConfig {
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
    /// All that is above, then no blocks there.
    #[module(skip)]
    frozen: Option<FrozenConvs>,
    fc: Option<Linear>,
    #[module(skip)]
    spec: BackboneSpec,
}

impl ResNext {
    /// Every block's output, each place of its map a token. There is no final norm: the last block's output stands for it.
    /// Differentiable.
    ///
    /// # Shapes
    /// - pictures: `[n, 3, h, w]`, normalised
    /// - output: layers `[n, h * w of the map, channels]`
    pub fn forward(&self, pictures: Tensor<4>) -> LayerFeatures {
        if let Some(frozen) = &self.frozen {
            return frozen.forward(pictures);
        }
        let mut x = self
            .maxpool
            .forward(relu(apply(&self.conv1, &self.bn1, pictures)));
        let mut layers = Vec::with_capacity(self.spec.layers.len());
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

    /// Works the norms into the convolutions, and hands them to the CPU's own kernels where they are on the CPU: for
    /// weights that will not change any more.
    pub fn freeze(self) -> Self {
        self.freeze_in(None)
    }

    /// The same; the CPU's kernels keep matrices in bf16 if `half` says so.
    pub(in crate::model) fn freeze_in(mut self, half: Option<Half>) -> Self {
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
            let stem = self.conv1.clone();
            self.frozen = Some(FrozenConvs::new(stem, blocks, |block| block.freeze(half)));
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

    /// # Shapes
    /// - input: `[n, 3, h, w]`
    /// - output: one `[n, tokens, width]` a layer, and the last after the final norm
    fn forward(&self, input: Tensor<4>) -> LayerFeatures {
        ResNext::forward(self, input)
    }

    fn classify(&self, features: &LayerFeatures) -> Option<Tensor<2>> {
        Some(softmax(self.logits(features)?, 1))
    }
}
