//! The totals the paper prints, and what the heads built here come to. Nothing is allocated.

use super::heads::{MOTION, parse_head, segment_head};
use super::{ParamCount, avel_head_as_published, hts_at, resnext, swin_v2, vit};
use crate::model::heads::{AvelConfig, Distillation, ParseConfig, SegmentConfig};
use crate::model::{
    BackboneConfig, HtsAtConfig, LayerShape, ResNextConfig, SwinV2Config, VitConfig,
};

/// AVE's classes without the background.
const AVE: usize = 28;
/// LLP's classes.
const LLP: usize = 25;

/// A row of the paper's tables beside our own count.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedCount {
    /// Task and backbones.
    pub model: &'static str,
    /// What is built here, counted as the paper counts; `None` where it is not built here.
    pub ours: Option<ParamCount>,
    /// The paper's total, in millions.
    pub paper_millions: f64,
    /// The paper's trainable share, in percent, where it gives one.
    pub paper_percent: Option<f64>,
    /// Where the two differ, why.
    pub note: &'static str,
}

impl PublishedCount {
    /// Whether ours, rounded as the paper prints, is the paper's.
    pub fn reproduced(&self) -> bool {
        let tenths = |ours: ParamCount| (ours.total() as f64 / 1e5).round();
        self.ours.map(tenths) == Some((self.paper_millions * 10.0).round())
    }
}

/// The paper's Tables 1 to 4 and 15.
pub fn published() -> Vec<PublishedCount> {
    let mut rows = Vec::from(events());
    rows.extend(parsing());
    rows.extend(masks());
    rows.extend(others());
    rows.extend(convolutional());
    rows
}

/// A backbone's layers, and its numbers.
struct Counted {
    layers: Vec<LayerShape>,
    all: u64,
}

fn swin() -> Counted {
    let config = SwinV2Config::large_192();
    Counted {
        layers: config.spec("").layers,
        all: swin_v2(&config),
    }
}

fn htsat() -> Counted {
    let config = HtsAtConfig::audioset();
    Counted {
        layers: config.spec("").layers,
        all: hts_at(&config),
    }
}

/// The distillation of a backbone that both looks and listens.
fn shared(distill: Distillation, eye: BackboneConfig) -> Distillation {
    distill.on(&eye, true)
}

/// Table 1.
fn events() -> [PublishedCount; 3] {
    let (swin, htsat) = (swin(), htsat());
    let count = |frozen, distill, visual: &[LayerShape], audio: &[LayerShape]| {
        let config = AvelConfig {
            distill,
            ..AvelConfig::default()
        };
        Some(ParamCount {
            frozen,
            trainable: avel_head_as_published(&config, visual, audio, AVE),
        })
    };
    let own = Distillation::avel;
    let one_swin = shared(own(), BackboneConfig::SwinV2(SwinV2Config::large_192()));
    let eye = VitConfig::large_16();
    // Sound as LAVisH makes it a picture: 6 x 8 patches.
    let ear = VitConfig {
        input_size: Some((102, 128)),
        ..eye.clone()
    };
    let one_vit = shared(own(), BackboneConfig::Vit(eye.clone()));
    let (seen, heard) = (eye.spec("").layers, ear.spec("").layers);
    [
        PublishedCount {
            model: "AVEL, Swin-V2-L and HTS-AT",
            ours: count(swin.all + htsat.all, own(), &swin.layers, &htsat.layers),
            paper_millions: 338.0,
            paper_percent: Some(23.0),
            note: "",
        },
        PublishedCount {
            model: "AVEL, Swin-V2-L",
            ours: count(swin.all, one_swin, &swin.layers, &swin.layers),
            paper_millions: 364.4,
            paper_percent: Some(37.2),
            note: "",
        },
        PublishedCount {
            model: "AVEL, ViT-L/16",
            ours: count(vit(&eye), one_vit, &seen, &heard),
            paper_millions: 532.2,
            paper_percent: Some(38.8),
            note: "not reproduced: what gives both rows of Swin-V2-L gives 8 M too many here; without projections, 4 M too few",
        },
    ]
}

/// Table 2.
fn parsing() -> [PublishedCount; 1] {
    let (swin, htsat) = (swin(), htsat());
    let config = ParseConfig {
        motion: Some(MOTION),
        ..ParseConfig::default()
    };
    [PublishedCount {
        model: "AVVP, Swin-V2-L and HTS-AT",
        ours: Some(ParamCount {
            frozen: swin.all + htsat.all,
            trainable: parse_head(&config, &swin.layers, &htsat.layers, LLP),
        }),
        paper_millions: 283.5,
        paper_percent: Some(8.3),
        note: "not reproduced by the default head; see the preset avvp",
    }]
}

/// Table 3.
fn masks() -> [PublishedCount; 2] {
    let (swin, htsat) = (swin(), htsat());
    let separate = SegmentConfig::default();
    let eye = BackboneConfig::SwinV2(SwinV2Config::large_192());
    let together = SegmentConfig {
        distill: shared(Distillation::avs_s4(), eye),
        ..SegmentConfig::default()
    };
    [
        PublishedCount {
            model: "AVS, Swin-V2-L",
            ours: Some(ParamCount {
                frozen: swin.all,
                trainable: segment_head(&together, &swin.layers, &swin.layers),
            }),
            paper_millions: 257.2,
            paper_percent: Some(11.1),
            note: "not reproduced by the default head; see the preset avs-shared",
        },
        PublishedCount {
            model: "AVS, Swin-V2-L and HTS-AT",
            ours: Some(ParamCount {
                frozen: swin.all,
                // The paper's share fits only with HTS-AT among what is trained.
                trainable: htsat.all + segment_head(&separate, &swin.layers, &htsat.layers),
            }),
            paper_millions: 291.7,
            paper_percent: Some(21.6),
            note: "not reproduced by the default head; see the preset avs-separate. HTS-AT counted as trained, as there",
        },
    ]
}

/// Table 4: other methods, as the paper made them over.
fn others() -> [PublishedCount; 6] {
    [
        ("AVEL, LST (Table 4)", 347.8),
        ("AVEL, UniPT (Table 4)", 343.2),
        ("AVEL, SHERL (Table 4)", 347.7),
        ("AVVP, LST (Table 4)", 286.1),
        ("AVVP, UniPT (Table 4)", 285.5),
        ("AVVP, SHERL (Table 4)", 286.0),
    ]
    .map(|(model, paper_millions)| PublishedCount {
        model,
        ours: None,
        paper_millions,
        paper_percent: None,
        note: "not reproduced: the paper does not say how it fits the method to these backbones",
    })
}

/// Table 15. Which ResNeXt101, at which size and who listens is not said; 32x8d at 224 with HTS-AT comes nearest.
fn convolutional() -> [PublishedCount; 2] {
    let (eye, htsat) = (ResNextConfig::default(), htsat());
    let layers = eye.spec("").layers;
    let (events, masks) = (AvelConfig::default(), Distillation::avs_ms3());
    let masks = SegmentConfig {
        distill: masks,
        ..SegmentConfig::default()
    };
    let note = "not reproduced: the paper names neither the network's widths, nor its input, nor who listens";
    [
        PublishedCount {
            model: "AVEL, ResNeXt101 (Table 15)",
            ours: Some(ParamCount {
                frozen: resnext(&eye) + htsat.all,
                trainable: avel_head_as_published(&events, &layers, &htsat.layers, AVE),
            }),
            paper_millions: 151.6,
            paper_percent: None,
            note,
        },
        PublishedCount {
            model: "AVS, ResNeXt101 (Table 15)",
            ours: Some(ParamCount {
                frozen: resnext(&eye) + htsat.all,
                trainable: segment_head(&masks, &layers, &htsat.layers),
            }),
            paper_millions: 151.9,
            paper_percent: None,
            note,
        },
    ]
}
