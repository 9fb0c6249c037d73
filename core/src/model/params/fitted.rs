//! Configurations found to give the paper's totals where the heads built here do not: arithmetic that fits, from published codes'
//! own pieces, and no proof of what the paper built. Two of them hold layers that nothing in them would use, which is why they
//! are counted and not built.

use super::heads::{MOTION, conv, decoder, parse_head, tpavi};
use super::{ParamCount, hts_at, lcd_layer, linear, swin_v2};
use crate::model::heads::{Distillation, Granularity, ParseConfig};
use crate::model::lcd::LcdConfig;
use crate::model::{HtsAtConfig, LayerShape, SwinV2Config};

/// Widths of Swin-V2-L's stages.
const STAGES: [u64; 4] = [192, 384, 768, 1536];
/// Widths that LAVisH brings them to: those of the pyramid AVSBench was made for.
const PYRAMID: [u64; 4] = [64, 128, 320, 512];
/// Channels of AVSBench's decoder.
const CHANNELS: u64 = 256;
/// What is distilled for masks, and what is injected, is so wide.
const WIDTH: u64 = 768;
/// Tokens of the last stage: Swin-V2-L at 192, HTS-AT.
const LAST: [usize; 2] = [36, 64];

/// A preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitted {
    /// AVVP, Swin-V2-L and HTS-AT (Table 2).
    Avvp,
    /// AVS, Swin-V2-L for both (Table 3).
    AvsShared,
    /// AVS, Swin-V2-L and HTS-AT (Table 3).
    AvsSeparate,
}

impl Fitted {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Avvp, Self::AvsShared, Self::AvsSeparate];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avvp => "avvp",
            Self::AvsShared => "avs-shared",
            Self::AvsSeparate => "avs-separate",
        }
    }

    /// What it is made of.
    pub fn about(self) -> &'static str {
        match self {
            Self::Avvp => {
                "d = 256, one distillation a stage module as it is called (HTS-AT's after merging: 192, 384, 768, 768 numbers), MGN with R(2+1)D features"
            }
            Self::AvsShared => {
                "Linear 1536 to 768, two distillations at 768, injected into maps of 256 channels, AVSBench's decoder with LAVisH's layers in front"
            }
            Self::AvsSeparate => {
                "avs-shared with weights of its own for the second visual repeat, and DG-SCT's layers to 256 channels; HTS-AT counted as trained"
            }
        }
    }

    /// The paper's total in millions, and its trainable share in percent.
    pub fn paper(self) -> (f64, f64) {
        match self {
            Self::Avvp => (283.5, 8.3),
            Self::AvsShared => (257.2, 11.1),
            Self::AvsSeparate => (291.7, 21.6),
        }
    }

    /// What it comes to.
    pub fn count(self) -> ParamCount {
        let (swin, htsat) = (SwinV2Config::large_192(), HtsAtConfig::audioset());
        let (eye, ear) = (swin_v2(&swin), hts_at(&htsat));
        match self {
            Self::Avvp => ParamCount {
                frozen: eye + ear,
                trainable: parsing(&swin.spec("").layers, &htsat.spec("").layers),
            },
            Self::AvsShared => ParamCount {
                frozen: eye,
                trainable: masks(1, LAST[0]),
            },
            Self::AvsSeparate => ParamCount {
                frozen: eye,
                // DG-SCT's and AVMoE's codes carry both kinds of layers; one of them goes unused.
                trainable: masks(2, LAST[1]) + to(STAGES, [CHANNELS; 4]) + ear,
            },
        }
    }
}

/// The parsing head of LLP's 25 classes.
fn parsing(visual: &[LayerShape], audio: &[LayerShape]) -> u64 {
    let config = ParseConfig {
        distill: Distillation {
            d: 256,
            ..Distillation::avvp()
        },
        motion: Some(MOTION),
        ..ParseConfig::default()
    };
    parse_head(&config, visual, &as_called(audio), 25)
}

/// What a stage module of HTS-AT gives when it is called as it is: its tokens after merging, the last stage's as they are.
fn as_called(layers: &[LayerShape]) -> Vec<LayerShape> {
    let ends = Granularity::Stage.pick(layers);
    let merged = ends.iter().skip(1).chain(ends.last());
    let stage = |(stage, layer): (usize, &usize)| LayerShape {
        stage,
        ..layers[*layer]
    };
    merged.enumerate().map(stage).collect()
}

/// The segmentation head, with so many visual repeats of own weights, hearing so many tokens.
fn masks(repeats: usize, heard: usize) -> u64 {
    let lcd = |tokens, repeats| {
        let config = LcdConfig {
            repeats,
            own_weights: true,
            ..LcdConfig::default()
        };
        let layer = LayerShape {
            tokens,
            width: WIDTH as usize,
            grid: (1, tokens),
            stage: 3,
        };
        lcd_layer(&config, &layer, None)
    };
    let distilled = linear(STAGES[3], WIDTH) + lcd(LAST[0], repeats) + lcd(heard, 1);
    // One layer a modality and stage.
    let injection = 2 * to([WIDTH; 4], [CHANNELS; 4]);
    // Four dilated convolutions a stage.
    let classifiers: u64 = PYRAMID.iter().map(|w| 4 * conv(*w, CHANNELS, 3)).sum();
    let decoder = classifiers + decoder(CHANNELS, 4) + 4 * tpavi(CHANNELS);
    distilled + injection + to(STAGES, PYRAMID) + decoder
}

/// One linear layer a stage.
fn to(from: [u64; 4], to: [u64; 4]) -> u64 {
    from.into_iter().zip(to).map(|(a, b)| linear(a, b)).sum()
}
