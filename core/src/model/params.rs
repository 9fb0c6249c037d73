//! How many numbers the full-size models have, from their configurations alone: nothing is allocated.
//!
//! Counted as the predecessors of the paper count (and as its totals fit): frozen backbones with their unused classifiers and,
//! for HTS-AT, the kernels of its front end; then everything that is trained.

pub mod fitted;
pub mod heads;
pub mod published;

use super::backbones::{HtsAtConfig, ResNextConfig, SwinV2Config, VitConfig};
use super::heads::{AvelConfig, Distillation, InterModal};
use super::lcd::{DpBranch, LcdConfig};
use super::{BackboneConfig, LayerShape};

/// Numbers that stay and numbers that are trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParamCount {
    /// In the backbones.
    pub frozen: u64,
    /// In the head.
    pub trainable: u64,
}

impl ParamCount {
    /// Both.
    pub fn total(self) -> u64 {
        self.frozen + self.trainable
    }

    /// Trained out of all, in percent.
    pub fn percent(self) -> f64 {
        100.0 * self.trainable as f64 / self.total().max(1) as f64
    }
}

/// Any backbone, as published.
pub fn backbone(config: &BackboneConfig) -> u64 {
    match config {
        BackboneConfig::SwinV2(config) => swin_v2(config),
        BackboneConfig::HtsAt(config) => hts_at(config),
        BackboneConfig::Vit(config) => vit(config),
        BackboneConfig::ResNext(config) => resnext(config),
    }
}

/// Swin-V2 with its classifier.
pub fn swin_v2(config: &SwinV2Config) -> u64 {
    let width = n(config.embed_dim) << (config.depths.len() - 1);
    swin_v2_trunk(config) + linear(width, n(config.num_classes))
}

fn swin_v2_trunk(config: &SwinV2Config) -> u64 {
    let patch = n(config.patch_size * config.patch_size * config.in_chans);
    let first = n(config.embed_dim);
    let mut sum = linear(patch, first) + 2 * first;
    for (stage, depth) in config.depths.iter().enumerate() {
        let (width, heads) = (first << stage, n(config.num_heads[stage]));
        let bias_mlp = linear(2, 512) + 512 * heads;
        let qkv = 3 * width * width + if config.qkv_bias { 2 * width } else { 0 };
        let attention = qkv + heads + bias_mlp + linear(width, width);
        sum += n(*depth) * (attention + mlp(width, config.mlp_ratio) + 4 * width);
        if stage > 0 {
            sum += 2 * width * width + 2 * width;
        }
        if stage + 1 == config.depths.len() {
            sum += 2 * width;
        }
    }
    sum
}

/// HTS-AT with the kernels of its front end and the layer behind its classifier that nothing uses.
pub fn hts_at(config: &HtsAtConfig) -> u64 {
    let (n_fft, bins) = (n(config.n_fft), n(config.n_fft / 2 + 1));
    let front_end = 2 * bins * n_fft + bins * n(config.mel_bins);
    let classes = n(config.num_classes);
    front_end + hts_at_trunk(config) + linear(classes, classes)
}

/// HTS-AT as it is built here: from the spectrogram on, with its classifier.
pub fn hts_at_trunk(config: &HtsAtConfig) -> u64 {
    let first = n(config.embed_dim);
    let last = config.depths.len() - 1;
    let patch = n(config.patch_size * config.patch_size * config.in_chans);
    let mut sum = 2 * n(config.mel_bins) + linear(patch, first) + 2 * first;
    for (stage, depth) in config.depths.iter().enumerate() {
        let (width, heads) = (first << stage, n(config.num_heads[stage]));
        let map = (config.spec_size / config.patch_size) >> stage;
        let offsets = n(2 * config.window_size.min(map) - 1);
        let attention = linear(width, 3 * width) + linear(width, width) + offsets * offsets * heads;
        sum += n(*depth) * (attention + mlp(width, config.mlp_ratio) + 4 * width);
        sum += match stage == last {
            true => 2 * width,
            false => 8 * width * width + 8 * width,
        };
    }
    let rows = (config.spec_size / config.patch_size) >> last;
    let kernel = 3 * n(rows / config.fold());
    match config.num_classes {
        0 => sum,
        classes => sum + linear((first << last) * kernel, n(classes)),
    }
}

/// A ViT with its classifier.
pub fn vit(config: &VitConfig) -> u64 {
    let (width, patch) = (n(config.embed_dim), n(config.patch_size));
    let (rows, cols) = config.img_size;
    let tokens = n(rows) / patch * (n(cols) / patch) + 1;
    let qkv_bias = if config.qkv_bias { 3 * width } else { 0 };
    let attention = 3 * width * width + qkv_bias + linear(width, width);
    let block = attention + mlp(width, config.mlp_ratio) + 4 * width;
    linear(patch * patch * n(config.in_chans), width)
        + (1 + tokens) * width
        + n(config.depth) * block
        + 2 * width
        + linear(width, n(config.num_classes))
}

/// A ResNeXt with its classifier. Running means and variances are not counted.
pub fn resnext(config: &ResNextConfig) -> u64 {
    let mut before = 64;
    let mut sum = 49 * n(config.in_chans) * before + 2 * before;
    for (stage, (depth, channels)) in config.layers.iter().zip(&config.channels).enumerate() {
        let (inner, after) = (n(config.inner(*channels)), 4 * n(*channels));
        for block in 0..*depth {
            let grouped = 9 * inner * inner / n(config.cardinality);
            sum += before * inner + grouped + inner * after + 4 * inner + 2 * after;
            if block == 0 && (stage > 0 || before != after) {
                sum += before * after + 2 * after;
            }
            before = after;
        }
    }
    sum + linear(before, n(config.num_classes))
}

/// The AVEL head as it is built here.
pub fn avel_head(
    config: &AvelConfig,
    visual: &[LayerShape],
    audio: &[LayerShape],
    classes: usize,
) -> u64 {
    let (d, classes) = (n(config.distill.d), n(classes));
    let branches = match config.inter_modal {
        InterModal::None => 0,
        InterModal::Sequential | InterModal::Parallel => 2 * (4 * linear(d, d) + 2 * d),
    };
    let cmbs = 3 * linear(d, classes) + linear(d, 1) + branches;
    distillation(&config.distill, visual, audio) + cmbs
}

/// The same as the published totals count it: both branches between modalities, whether they are used or not, and the two norms
/// that DG-SCT declares and never uses.
pub fn avel_head_as_published(
    config: &AvelConfig,
    visual: &[LayerShape],
    audio: &[LayerShape],
    classes: usize,
) -> u64 {
    let counted = AvelConfig {
        inter_modal: InterModal::Parallel,
        ..config.clone()
    };
    avel_head(&counted, visual, audio, classes) + 4 * n(config.distill.d)
}

/// Both distillations of a head.
pub fn distillation(config: &Distillation, visual: &[LayerShape], audio: &[LayerShape]) -> u64 {
    side(config, &config.visual, visual) + side(config, &config.audio, audio)
}

fn side(config: &Distillation, lcd: &LcdConfig, layers: &[LayerShape]) -> u64 {
    let d = config.projection.then_some(n(config.d));
    let picked = config.granularity.pick(layers);
    picked.iter().map(|l| lcd_layer(lcd, &layers[*l], d)).sum()
}

/// The distillation of one layer to features of `d` numbers, or of the layer's own width.
pub fn lcd_layer(config: &LcdConfig, layer: &LayerShape, d: Option<u64>) -> u64 {
    let (width, k) = (n(layer.width), n(config.tokens_of(layer.stage)));
    let matrices = match (config.ts_branch, config.output_projection) {
        (true, true) => 4,
        (true, false) => 3,
        (false, _) => 0,
    };
    let direct = match config.dp_branch {
        DpBranch::Linear => linear(n(layer.tokens), k),
        DpBranch::Avgpool | DpBranch::None => 0,
    };
    let steps = if config.own_weights {
        n(config.repeats)
    } else {
        1
    };
    let projection = d.map_or(0, |d| linear(width, d));
    steps * (matrices * linear(width, width) + direct) + k * width + projection
}

fn n(count: usize) -> u64 {
    count as u64
}

fn linear(d_in: u64, d_out: u64) -> u64 {
    d_in * d_out + d_out
}

fn mlp(width: u64, ratio: f64) -> u64 {
    let hidden = (width as f64 * ratio) as u64;
    linear(width, hidden) + linear(hidden, width)
}
