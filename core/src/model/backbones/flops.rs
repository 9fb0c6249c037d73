//! How many operations a backbone takes: multiplications and additions of matrix products and convolutions, as PyTorch's
//! `FlopCounterMode` counts them. What is done number by number is left out.

use super::pyramid::Pyramid;
use super::{HtsAtConfig, ResNextConfig, SwinV2Config, VitConfig};

/// A product of rows with a matrix.
fn linear(rows: usize, from: usize, to: usize) -> u64 {
    2 * rows as u64 * from as u64 * to as u64
}

/// A transformer block: `tokens` of `width` numbers, of which `seen` attend to each other.
fn block(tokens: usize, width: usize, seen: usize, mlp_ratio: f64) -> u64 {
    let hidden = (width as f64 * mlp_ratio) as usize;
    linear(tokens, width, 4 * width)
        + 2 * linear(tokens, width, hidden)
        + 2 * linear(tokens, width, seen)
}

/// Blocks and merges of a pyramid.
fn pyramid(pyramid: &Pyramid<'_>, mlp_ratio: f64) -> u64 {
    let mut sum = 0;
    for (stage, depth) in pyramid.depths.iter().enumerate() {
        let (rows, cols) = pyramid.grid_of(stage);
        let width = pyramid.width(stage);
        let seen = pyramid.window.min(rows) * pyramid.window.min(cols);
        sum += *depth as u64 * block(rows * cols, width, seen, mlp_ratio);
        if stage > 0 {
            sum += linear(rows * cols, 2 * width, width);
        }
    }
    sum
}

/// Cutting into patches.
fn patches((rows, cols): (usize, usize), channels: usize, patch: usize, width: usize) -> u64 {
    linear(rows * cols, channels * patch * patch, width)
}

impl SwinV2Config {
    /// Operations for one picture, without the classifier.
    pub fn operations(&self) -> u64 {
        let shape = self.pyramid();
        let first = patches(shape.grid, self.in_chans, self.patch_size, self.embed_dim);
        first + pyramid(&shape, self.mlp_ratio)
    }
}

impl HtsAtConfig {
    /// Operations for one spectrogram, without the classifier.
    pub fn operations(&self) -> u64 {
        let shape = self.pyramid();
        let first = patches(shape.grid, self.in_chans, self.patch_size, self.embed_dim);
        first + pyramid(&shape, self.mlp_ratio)
    }
}

impl VitConfig {
    /// Operations for one picture, without the classifier.
    pub fn operations(&self) -> u64 {
        let Some(layer) = self.spec("").layers.first().copied() else {
            return 0;
        };
        let (tokens, width) = (layer.tokens, layer.width);
        let each = block(tokens, width, tokens, self.mlp_ratio);
        patches(layer.grid, self.in_chans, self.patch_size, width) + self.depth as u64 * each
    }
}

impl ResNextConfig {
    /// Operations for one picture, without the classifier.
    pub fn operations(&self) -> u64 {
        let half = |side: usize| side.div_ceil(2);
        let (rows, cols) = self.img_size;
        let stem = self.stem();
        let mut sum = linear(half(rows) * half(cols), 7 * 7 * self.in_chans, stem);
        let mut before = (stem, half(half(rows)) * half(half(cols)), 0);
        for layer in self.spec("").layers {
            let inner = self.inner(self.channels[layer.stage]);
            let (width, places, stage) = before;
            sum += linear(places, width, inner);
            sum += linear(layer.tokens, 9 * inner / self.cardinality, inner);
            sum += linear(layer.tokens, inner, layer.width);
            if width != layer.width || stage != layer.stage {
                sum += linear(layer.tokens, width, layer.width);
            }
            before = (layer.width, layer.tokens, layer.stage);
        }
        sum
    }
}
