//! AVSBench's decoder: maps of all stages, from the smallest up, joined into one mask.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::plane_conv::plane_conv;
use super::resize::{Resize, resize};

fn conv(from: usize, to: usize, kernel: usize, device: &Device) -> Conv2d {
    let same = kernel / 2;
    Conv2dConfig::new([from, to], [kernel, kernel])
        .with_padding(PaddingConfig2d::Explicit(same, same, same, same))
        .init(device)
}

/// Two convolutions and what they are added to.
#[derive(Module, Debug)]
struct ResidualUnit {
    conv1: Conv2d,
    conv2: Conv2d,
}

impl ResidualUnit {
    fn new(width: usize, device: &Device) -> Self {
        Self {
            conv1: conv(width, width, 3, device),
            conv2: conv(width, width, 3, device),
        }
    }

    /// Upstream's first ReLU works in place: what is added is ReLU(x), not x.
    ///
    /// # Shapes
    /// `x` `[n, width, h, w]`; gives the same.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = relu(x);
        let y = plane_conv(&self.conv2, relu(plane_conv(&self.conv1, x.clone())));
        y + x
    }
}

/// One step up the pyramid: what came from below and this stage's map, joined and doubled in size.
#[derive(Module, Debug)]
pub struct FusionBlock {
    /// For the stage's map; upstream has one in the lowest step too, where nothing uses it.
    unit1: Option<ResidualUnit>,
    unit2: ResidualUnit,
}

impl FusionBlock {
    /// With fresh weights; the lowest step `joins` nothing.
    pub fn new(width: usize, joins: bool, device: &Device) -> Self {
        Self {
            unit1: joins.then(|| ResidualUnit::new(width, device)),
            unit2: ResidualUnit::new(width, device),
        }
    }

    /// What came from below, with a map where it joins one, in twice the size.
    ///
    /// # Shapes
    /// `path` and `map` `[n, width, h, w]`; gives `[n, width, 2 h, 2 w]`.
    pub fn forward(&self, path: Tensor<4>, map: Option<Tensor<4>>) -> Tensor<4> {
        let path = match (&self.unit1, map) {
            (Some(unit), Some(map)) => path + unit.forward(map),
            _ => path,
        };
        let path = self.unit2.forward(path);
        let [_, _, h, w] = path.dims();
        resize(path, (2 * h, 2 * w), Resize::BilinearCorners)
    }
}

/// The decoder.
#[derive(Module, Debug)]
pub struct Fpn {
    /// From the largest map's step to the smallest's.
    paths: Vec<FusionBlock>,
    output1: Conv2d,
    output2: Conv2d,
    output3: Conv2d,
}

impl Fpn {
    /// For maps of `width` channels in `stages` sizes, with fresh weights.
    pub fn new(width: usize, stages: usize, device: &Device) -> Self {
        let path = |stage| FusionBlock::new(width, stage + 1 < stages, device);
        let (half, eighth) = ((width / 2).max(1), (width / 8).max(1));
        Self {
            paths: (0..stages).map(path).collect(),
            output1: conv(width, half, 3, device),
            output2: conv(half, eighth, 3, device),
            output3: conv(eighth, 1, 1, device),
        }
    }

    /// Channels of its maps.
    pub fn width(&self) -> usize {
        self.output1.weight.dims()[1]
    }

    /// Logits four times the size of the largest map. `None` without maps.
    ///
    /// # Shapes
    /// `maps` `[n, width, h, w]` from the largest to the smallest, each half the size of the one before; gives `[n, 4 h, 4 w]`.
    pub fn forward(&self, maps: &[Tensor<4>]) -> Option<Tensor<3>> {
        let mut path: Option<Tensor<4>> = None;
        for (block, map) in self.paths.iter().zip(maps).rev() {
            path = Some(match path {
                Some(below) => block.forward(below, Some(map.clone())),
                None => block.forward(map.clone(), None),
            });
        }
        let x = plane_conv(&self.output1, path?);
        let [_, _, h, w] = x.dims();
        let x = resize(x, (2 * h, 2 * w), Resize::BilinearEdges);
        let x = relu(plane_conv(&self.output2, x));
        Some(self.output3.forward(x).squeeze_dim::<3>(1))
    }
}
