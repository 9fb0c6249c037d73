//! How many numbers the heads of parsing and segmentation have.

use super::{distillation, linear, mlp, n, side};
use crate::model::LayerShape;
use crate::model::heads::{
    Distillation, Granularity, HanConfig, MgnConfig, ParseConfig, ParseDecoder, SegmentConfig,
};

/// Numbers of R(2+1)D features.
pub(super) const MOTION: usize = 512;
/// Numbers of the sound vector that AVSBench's attention takes.
const SOUND: u64 = 128;

/// The parsing head as it is built here.
pub fn parse_head(
    config: &ParseConfig,
    visual: &[LayerShape],
    audio: &[LayerShape],
    classes: usize,
) -> u64 {
    let width = n(config.width());
    let decoder = match &config.decoder {
        ParseDecoder::Mgn(mgn) => grouping_network(mgn, n(classes)),
        ParseDecoder::Han(han) => hybrid_attention(han, n(classes)),
    };
    let into = |layers| linear(feature_width(&config.distill, layers), width);
    let motion = config.motion.map_or(0, |numbers| {
        linear(n(numbers), width) + linear(2 * width, width)
    });
    distillation(&config.distill, visual, audio) + into(visual) + into(audio) + motion + decoder
}

/// What a distiller's features are wide.
fn feature_width(config: &Distillation, layers: &[LayerShape]) -> u64 {
    let first = config.granularity.pick(layers).first().copied();
    match (config.projection, first) {
        (false, Some(layer)) => n(layers[layer].width),
        _ => n(config.d),
    }
}

fn grouping_block(width: u64, groups: u64) -> u64 {
    let token_mixing = linear(groups, width / 2) + linear(width / 2, groups);
    // Four norms of its own and two of its cross-attention; that attention, and the assignment.
    token_mixing + 6 * 2 * width + 8 * linear(width, width) + 2 * mlp(width, 4.0)
}

fn grouping_network(config: &MgnConfig, classes: u64) -> u64 {
    let width = n(config.width);
    let block = 4 * width + linear(width, 3 * width) + linear(width, width) + mlp(width, 4.0);
    let blocks = n(2 * config.depth + config.depth_joint) * block;
    let groupings = 3 * grouping_block(width, classes) + grouping_block(width, n(config.seconds));
    let ends = 3 * linear(width, 1) + linear(width, classes);
    2 * classes * width + blocks + groupings + ends
}

fn hybrid_attention(config: &HanConfig, classes: u64) -> u64 {
    let (width, hidden) = (n(config.width), n(config.hidden));
    let mixing = linear(width, hidden) + linear(hidden, width);
    8 * linear(width, width) + mixing + 4 * width + 3 * linear(width, classes)
}

/// MGN over 25 classes with the layers that DG-SCT and AVMoE put in front of it: of 768 and 1536 numbers, motion joined in.
pub fn mgn_as_published() -> u64 {
    let width = 128;
    let fronts = linear(768, width) + linear(1536, width);
    let motion = linear(n(MOTION), width) + linear(2 * width, width);
    grouping_network(&MgnConfig::default(), 25) + fronts + motion
}

/// The segmentation head as it is built here. Upstream builds one more unit in the decoder that nothing uses.
pub fn segment_head(config: &SegmentConfig, visual: &[LayerShape], audio: &[LayerShape]) -> u64 {
    let (distill, injection, width) = (&config.distill, config.injection, n(config.width));
    let stages: Vec<u64> = Granularity::Stage
        .pick(visual)
        .iter()
        .map(|l| n(visual[*l].width))
        .collect();
    let (d_visual, d_audio) = (
        feature_width(distill, visual),
        feature_width(distill, audio),
    );
    let mut sum = 0;
    if injection.intra {
        sum += side(distill, &distill.visual, visual);
    }
    if injection.cross || config.tpavi || config.matching {
        sum += side(distill, &distill.audio, audio);
    }
    for stage in &stages {
        sum += linear(*stage, width);
        sum += if injection.intra {
            linear(d_visual, *stage)
        } else {
            0
        };
        sum += if injection.cross {
            linear(d_audio, *stage)
        } else {
            0
        };
    }
    if config.tpavi {
        sum += linear(d_audio, SOUND) + n(stages.len()) * tpavi(width);
    } else if config.matching {
        sum += linear(d_audio, width);
    }
    sum + decoder(width, n(stages.len())) - residual_unit(width)
}

pub(super) fn conv(from: u64, to: u64, kernel: u64) -> u64 {
    from * to * kernel * kernel + to
}

fn residual_unit(width: u64) -> u64 {
    2 * conv(width, width, 3)
}

/// With upstream's unused unit.
pub(super) fn decoder(width: u64, stages: u64) -> u64 {
    let (half, eighth) = (width / 2, width / 8);
    let output = conv(width, half, 3) + conv(half, eighth, 3) + conv(eighth, 1, 1);
    stages * 2 * residual_unit(width) + output
}

pub(super) fn tpavi(width: u64) -> u64 {
    let inner = width / 2;
    let norms = 2 * 2 * width;
    linear(SOUND, width) + 3 * linear(width, inner) + linear(inner, width) + norms
}
