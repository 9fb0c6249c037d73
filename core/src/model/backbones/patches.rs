//! Pixels to tokens, and four tokens to one.
//!
//! Fields carry upstream's names, because checkpoints are loaded by them.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};

use super::frozen_cut::FrozenCut;
use super::parts::{layer_norm, linear, project};

/// Pixels to tokens: a convolution whose stride is its kernel, then, in the Swins, a norm.
#[derive(Module, Debug)]
pub(super) struct PatchEmbed {
    proj: Conv2d,
    norm: Option<LayerNorm>,
    #[module(skip)]
    frozen: Option<FrozenCut>,
}

impl PatchEmbed {
    pub fn new(channels: usize, width: usize, patch: (usize, usize), device: &Device) -> Self {
        Self {
            norm: Some(layer_norm(width, device)),
            ..Self::without_norm(channels, width, patch, device)
        }
    }

    pub fn without_norm(
        channels: usize,
        width: usize,
        patch: (usize, usize),
        device: &Device,
    ) -> Self {
        let kernel = [patch.0, patch.1];
        Self {
            proj: Conv2dConfig::new([channels, width], kernel)
                .with_stride(kernel)
                .init(device),
            norm: None,
            frozen: None,
        }
    }

    /// Hands it to the CPU's kernels: for weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        self.frozen = Some(FrozenCut::embed(&self.proj, self.norm.as_ref()));
        self
    }

    /// A token a patch, row-major. Pixels beyond the last whole patch are not seen.
    ///
    /// # Shapes
    /// - x: `[n, channels, h, w]`
    /// - output: `[n, tokens, width]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<3> {
        if let Some(frozen) = &self.frozen {
            let [tall, wide] = self.proj.kernel_size;
            return frozen.embedded(x, (tall, wide));
        }
        let tokens = self.proj.forward(x).flatten::<3>(2, 3).swap_dims(1, 2);
        match &self.norm {
            Some(norm) => norm.forward(tokens),
            None => tokens,
        }
    }
}

/// Where the norm of a merge sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeNorm {
    /// Swin-V1 and HTS-AT: over the four neighbours, before the reduction.
    Before,
    /// Swin-V2: over the result, after it.
    After,
}

/// Four neighbouring tokens into one of twice the width.
#[derive(Module, Debug)]
pub(super) struct PatchMerge {
    reduction: Linear,
    norm: LayerNorm,
    #[module(skip)]
    place: MergeNorm,
    #[module(skip)]
    frozen: Option<FrozenCut>,
}

impl PatchMerge {
    /// From tokens of `width` numbers.
    pub fn new(width: usize, place: MergeNorm, device: &Device) -> Self {
        let normed = match place {
            MergeNorm::Before => 4 * width,
            MergeNorm::After => 2 * width,
        };
        Self {
            reduction: linear(4 * width, 2 * width, false, device),
            norm: layer_norm(normed, device),
            place,
            frozen: None,
        }
    }

    /// Hands it to the CPU's kernels: for weights that will not change any more.
    pub fn freeze(mut self) -> Self {
        let before = self.place == MergeNorm::Before;
        self.frozen = Some(FrozenCut::merge(&self.reduction, &self.norm, before));
        self
    }

    /// Four tokens to one; neighbours in the order (row, column) (0,0), (1,0), (0,1), (1,1).
    ///
    /// # Shapes
    /// - x: `[n, h * w, c]`
    /// - output: `[n, h / 2 * w / 2, 2 c]`
    pub fn forward(&self, x: Tensor<3>, (h, w): (usize, usize)) -> Tensor<3> {
        if let Some(frozen) = &self.frozen {
            return frozen.merged(x, (h, w));
        }
        let [n, _, c] = x.dims();
        let x = x
            .reshape([n, h / 2, 2, w / 2, 2, c])
            .permute([0, 1, 3, 4, 2, 5])
            .reshape([n, h / 2 * (w / 2), 4 * c]);
        match self.place {
            MergeNorm::Before => project(&self.reduction, self.norm.forward(x)),
            MergeNorm::After => self.norm.forward(project(&self.reduction, x)),
        }
    }
}
