//! How many numbers the heads of parsing and segmentation have, and the paper's totals beside ours.

use super::{ParamCount, avel, distillation, hts_at, linear, mlp, n, side, swin_v2};
use crate::model::heads::{
    AvelConfig, Distillation, Granularity, HanConfig, MgnConfig, ParseConfig, ParseDecoder,
    SegmentConfig,
};
use crate::model::lcd::LcdConfig;
use crate::model::{HtsAtConfig, LayerShape, SwinV2Config};

/// Numbers of R(2+1)D features.
const MOTION: usize = 512;
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

fn conv(from: u64, to: u64, kernel: u64) -> u64 {
    from * to * kernel * kernel + to
}

fn residual_unit(width: u64) -> u64 {
    2 * conv(width, width, 3)
}

/// With upstream's unused unit.
fn decoder(width: u64, stages: u64) -> u64 {
    let (half, eighth) = (width / 2, width / 8);
    let output = conv(width, half, 3) + conv(half, eighth, 3) + conv(eighth, 1, 1);
    stages * 2 * residual_unit(width) + output
}

fn tpavi(width: u64) -> u64 {
    let inner = width / 2;
    let norms = 2 * 2 * width;
    linear(SOUND, width) + 3 * linear(width, inner) + linear(inner, width) + norms
}

/// A row of the paper's tables beside our own count.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedCount {
    /// Task and backbones.
    pub model: &'static str,
    /// What is built here, counted as the paper counts.
    pub ours: ParamCount,
    /// The paper's total, in millions.
    pub paper_millions: f64,
    /// The paper's trainable share, in percent.
    pub paper_percent: f64,
    /// Where the two differ, why.
    pub note: &'static str,
}

impl PublishedCount {
    /// Whether ours, rounded as the paper prints, is the paper's.
    pub fn reproduced(&self) -> bool {
        let tenths = (self.ours.total() as f64 / 1e5).round();
        tenths == (self.paper_millions * 10.0).round()
    }
}

/// The paper's Tables 1 to 3 (Swin-V2-L, alone or with HTS-AT), and what the heads built here come to. Nothing is allocated.
pub fn published() -> Vec<PublishedCount> {
    let (swin, htsat) = (SwinV2Config::large_192(), HtsAtConfig::audioset());
    let (visual, audio) = (swin.spec("").layers, htsat.spec("").layers);
    let both = swin_v2(&swin) + hts_at(&htsat);
    let shared_avel = AvelConfig {
        distill: Distillation {
            visual: LcdConfig::default(),
            ..Distillation::avel()
        },
        ..AvelConfig::default()
    };
    let parse = ParseConfig {
        motion: Some(MOTION),
        ..ParseConfig::default()
    };
    let segment = SegmentConfig::default();
    vec![
        PublishedCount {
            model: "AVEL, Swin-V2-L and HTS-AT",
            ours: avel(&AvelConfig::default(), &swin, Some(&htsat), 28),
            paper_millions: 338.0,
            paper_percent: 23.0,
            note: "",
        },
        PublishedCount {
            model: "AVEL, Swin-V2-L",
            ours: avel(&shared_avel, &swin, None, 28),
            paper_millions: 364.4,
            paper_percent: 37.2,
            note: "",
        },
        PublishedCount {
            model: "AVVP, Swin-V2-L and HTS-AT",
            ours: ParamCount {
                frozen: both,
                trainable: parse_head(&parse, &visual, &audio, 25),
            },
            paper_millions: 283.5,
            paper_percent: 8.3,
            note: "not reproduced: the paper's fits MGN's first visual layer at 1536 numbers, which the distilled 768 cannot feed",
        },
        PublishedCount {
            model: "AVS, Swin-V2-L",
            ours: ParamCount {
                frozen: swin_v2(&swin),
                trainable: segment_head(&segment, &visual, &visual),
            },
            paper_millions: 257.2,
            paper_percent: 11.1,
            note: "not reproduced: fits only with one distillation for both modalities, AVSBench's attention and unused layers",
        },
        PublishedCount {
            model: "AVS, Swin-V2-L and HTS-AT",
            ours: ParamCount {
                frozen: swin_v2(&swin),
                // The paper's share fits only with HTS-AT among what is trained.
                trainable: hts_at(&htsat) + segment_head(&segment, &visual, &audio),
            },
            paper_millions: 291.7,
            paper_percent: 21.6,
            note: "not reproduced: fits only with AVSBench's attention and unused layers; HTS-AT counted as trained, as there",
        },
    ]
}

/// The one design found that gives both published totals of segmentation, from layer sizes alone. It keeps layers of 64 to 512
/// numbers that nothing in it uses, and shares one distillation between modalities where the backbone is shared; it is not what
/// is built here, and no proof of what the paper built.
pub fn fitted_segmentation(shared: bool) -> ParamCount {
    let widths = [192, 384, 768, 1536];
    let unused: u64 = widths
        .into_iter()
        .zip([64, 128, 320, 512])
        .map(|(a, b)| linear(a, b))
        .sum();
    let injection: u64 = widths
        .into_iter()
        .map(|width| 2 * linear(1024, width))
        .sum();
    let distil = |width: u64, tokens: u64| {
        4 * linear(width, width) + width + tokens + 1 + linear(width, 1024)
    };
    let (swin, htsat) = (SwinV2Config::large_192(), HtsAtConfig::audioset());
    let head = decoder(256, 4) + 4 * tpavi(256) + unused + injection + distil(1536, 36);
    let hearing = match shared {
        true => 0,
        false => distil(768, 64) + hts_at(&htsat),
    };
    ParamCount {
        frozen: swin_v2(&swin),
        trainable: head + hearing,
    }
}
