//! A ResNeXt's block, and its convolutions with their norms.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::frozen_convs::{packed_conv, packed_groups};
use super::parts::convolve;
use super::resnext_config::{EXPANSION, ResNextConfig};
use crate::model::precision::Half;

/// A square convolution without bias, padded so that only its stride shrinks the map.
pub(super) fn conv(
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

pub(super) fn norm(channels: usize, device: &Device) -> Option<BatchNorm> {
    Some(BatchNormConfig::new(channels).init(device))
}

/// A convolution and its norm, which is none once it has been folded in.
pub(super) fn apply(conv: &Conv2d, norm: &Option<BatchNorm>, x: Tensor<4>) -> Tensor<4> {
    let x = convolve(conv, x);
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

/// Works a norm with fixed statistics into the convolution before it: `w * s` and `beta - mean * s`, s = gamma / sqrt(var + eps).
pub(super) fn fold(conv: &mut Conv2d, norm: &mut Option<BatchNorm>) {
    let Some(norm) = norm.take() else { return };
    let deviation = (norm.running_var.value_sync() + norm.epsilon).sqrt();
    let scale = norm.gamma.val() / deviation;
    let channels = scale.dims()[0];
    let bias = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
    conv.weight = Param::from_tensor(conv.weight.val() * scale.reshape([channels, 1, 1, 1]));
    conv.bias = Some(Param::from_tensor(bias));
}

/// What brings a block's input to the shape of its output; upstream calls its parts 0 and 1.
#[derive(Module, Debug)]
struct Shortcut {
    conv: Conv2d,
    norm: Option<BatchNorm>,
}

/// One block: narrow, look around in groups, widen, add.
#[derive(Module, Debug)]
pub(super) struct Bottleneck {
    conv1: Conv2d,
    bn1: Option<BatchNorm>,
    conv2: Conv2d,
    bn2: Option<BatchNorm>,
    conv3: Conv2d,
    bn3: Option<BatchNorm>,
    downsample: Option<Shortcut>,
}

impl Bottleneck {
    pub fn new(
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

    /// Three convolutions, added to their input or to its shortcut.
    ///
    /// # Shapes
    /// - x: `[n, c, h, w]`
    /// - output: `[n, after, h / stride, w / stride]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = relu(apply(&self.conv1, &self.bn1, x.clone()));
        let inner = relu(apply(&self.conv2, &self.bn2, inner));
        let inner = apply(&self.conv3, &self.bn3, inner);
        let x = match &self.downsample {
            Some(shortcut) => apply(&shortcut.conv, &shortcut.norm, x),
            None => x,
        };
        relu(inner + x)
    }

    pub fn fold(&mut self) {
        fold(&mut self.conv1, &mut self.bn1);
        fold(&mut self.conv2, &mut self.bn2);
        fold(&mut self.conv3, &mut self.bn3);
        if let Some(shortcut) = &mut self.downsample {
            fold(&mut shortcut.conv, &mut shortcut.norm);
        }
    }

    /// The same for the CPU's kernels, once norms are folded.
    pub(super) fn freeze(self, half: Option<Half>) -> mettle_kernels::Bottleneck {
        let pack = |conv| packed_conv(conv, half);
        mettle_kernels::Bottleneck {
            narrow: pack(self.conv1),
            look: packed_groups(self.conv2, half),
            widen: pack(self.conv3),
            shortcut: self.downsample.map(|shortcut| pack(shortcut.conv)),
        }
    }
}
