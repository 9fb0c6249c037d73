//! Everything that decides what the demo model becomes: its shape, its training, what it says of itself.

use super::heads::TrainedHeads;
use super::schedule::{LessonWeights, Schedule};
use crate::base::{Label, Labels};
use crate::data::scenes;
use crate::model::heads::{Crossing, FrameAttention, HanConfig, MgnConfig};
use crate::model::{
    AvelConfig, BackboneDesc, BackboneEntry, Calibration, Distillation, HtsAtConfig, ImagePrep,
    InterModal, KnownClass, LcdConfig, LocalizeEntry, Manifest, ParseConfig, ParseDecoder,
    ParseEntry, SCHEMA, SegmentConfig, SegmentEntry, SwinV2Config,
};
use crate::train::config::{OptimiserConfig, StepLr, TrainConfig};

/// Everything that decides what the demo model becomes.
#[derive(Clone, Debug)]
pub struct DemoRecipe {
    /// The backbone that looks.
    pub visual: SwinV2Config,
    /// The backbone that listens.
    pub audio: HtsAtConfig,
    /// The head for event localization.
    pub localize: AvelConfig,
    /// The head for video parsing.
    pub parse: ParseConfig,
    /// The head for segmentation.
    pub segment: SegmentConfig,
    /// How the visual backbone is trained, stage by stage, each going on where the one before left it. The first knows scenes
    /// alone; without real examples the others are left out.
    pub pictures: Vec<Schedule>,
    /// The same of the audio backbone.
    pub sounds: Vec<Schedule>,
    /// Clips for the heads.
    pub scenes: DemoScenes,
    /// How the head for event localization is trained.
    pub localize_training: TrainConfig,
    /// How the head for video parsing is trained.
    pub parse_training: TrainConfig,
    /// How the head for segmentation is trained.
    pub segment_training: TrainConfig,
}

/// How many scenes of each kind the heads learn from, and how many their epoch is chosen by.
#[derive(Clone, Copy, Debug)]
pub struct DemoScenes {
    /// For event localization; parsing learns from them too.
    pub localize: (usize, usize),
    /// For parsing.
    pub parse: (usize, usize),
    /// For segmentation, with one source.
    pub segment: (usize, usize),
    /// For segmentation, with several.
    pub segment_many: (usize, usize),
    /// Clips made of real sounds and photographs, for events and parsing.
    pub made: (usize, usize),
    /// The same for masks.
    pub made_masks: (usize, usize),
}

/// Classes that are real only: no scene has them.
const REAL_ONLY: [&str; 3] = ["Banjo", "Bus", "Mandolin"];

/// What the heads tell apart: what scenes have, and behind it what is real only.
pub fn labels() -> Labels {
    let drawn = scenes::labels();
    let real = REAL_ONLY.into_iter().map(Label::from);
    Labels::new(drawn.iter().cloned().chain(real))
}

impl Default for DemoRecipe {
    fn default() -> Self {
        Self {
            visual: SwinV2Config {
                img_size: (96, 96),
                patch_size: 8,
                embed_dim: 48,
                depths: vec![2, 4],
                num_heads: vec![3, 6],
                window_size: 6,
                num_classes: 0,
                ..SwinV2Config::default()
            },
            audio: HtsAtConfig {
                spec_size: 64,
                embed_dim: 32,
                depths: vec![2, 2, 2],
                num_heads: vec![2, 4, 8],
                window_size: 8,
                hop_size: 512,
                num_classes: 0,
                ..HtsAtConfig::default()
            },
            localize: shipped_localize(),
            parse: ParseConfig {
                distill: small(Distillation::avvp(), 1, 1),
                decoder: ParseDecoder::Han(HanConfig {
                    width: 128,
                    heads: 4,
                    hidden: 128,
                    steady: 0.3,
                    ..HanConfig::default()
                }),
                motion: None,
            },
            // The paper distils the last stage alone, from fresh weights. Here segmentation distils as parsing does and goes on
            // from what parsing has learned: masks alone teach too slowly what is heard.
            segment: SegmentConfig {
                distill: small(Distillation::avvp(), 1, 1),
                width: 32,
                mask: (48, 48),
                ..SegmentConfig::default()
            },
            // Real examples want far more steps. Muon makes much of each: of 24,000 views in batches of 16 a backbone learned enough for
            // a linear layer to reach 27 on held-out pictures, by AdamW 4. Of pictures the teacher says more than their classes do, which
            // are soon learned by heart: its map weighs most. They are few, and their composition is soon known, too: so they are
            // pasted into each other. Once the rates have fallen to nothing there is still more to learn: they rise again, not as
            // high. Two cores learn from about 370 views or 330 seconds in a second.
            pictures: vec![
                Schedule::scenes(900, 32, 7e-4),
                among_views(1.5e-3, 0.03),
                among_views(1e-3, 0.02),
            ],
            sounds: vec![
                Schedule::scenes(700, 4, 1e-3),
                Schedule::scenes(6000, 1, 1.5e-3)
                    .by_muon(0.03)
                    .in_parts(2)
                    .and_real(22),
            ],
            scenes: DemoScenes {
                localize: (700, 120),
                parse: (150, 60),
                segment: (500, 80),
                segment_many: (900, 80),
                made: (1600, 200),
                made_masks: (200, 40),
            },
            // Table 13 has 10 epochs on 3339 clips.
            localize_training: by_adam_w(16, 8, (3, 0.35), 0.05, 0.0),
            parse_training: by_adam_w(16, 12, (4, 0.5), 0.01, 0.3),
            segment_training: by_adam_w(4, 10, (4, 0.5), 0.01, 0.0),
        }
    }
}

/// Twenty thousand steps on views of real pictures, and a few scenes among them so that drawings are not forgotten.
fn among_views(lr: f64, muon: f64) -> Schedule {
    let weights = LessonWeights {
        cells: 0.5,
        classes: 0.2,
        teacher: 5.0,
    };
    Schedule::scenes(20_000, 6, lr)
        .by_muon(muon)
        .in_parts(2)
        .and_real(32)
        .pasting(0.5)
        .weighing(weights)
}

/// As the demo's heads were trained: AdamW from 1e-3, with burn's own epsilon.
fn by_adam_w(
    batch: usize,
    epochs: usize,
    (step, gamma): (usize, f64),
    weight_decay: f32,
    recombined: f32,
) -> TrainConfig {
    TrainConfig {
        batch,
        epochs,
        optimiser: OptimiserConfig {
            epsilon: 1e-5,
            ..OptimiserConfig::adam_w(1e-3, weight_decay)
        },
        schedule: Some(StepLr { step, gamma }),
        recombined,
        ..TrainConfig::localize()
    }
}

/// The head that is shipped: it was trained with pictures read before the final norm and both modalities looking at once, and its
/// weights mean something only so.
fn shipped_localize() -> AvelConfig {
    let mut distill = small(Distillation::avel(), 2, 1);
    distill.visual.final_norm = false;
    AvelConfig {
        distill,
        inter_modal: InterModal::Parallel,
    }
}

/// A distillation to 128 numbers with so many visual and audio meta-tokens.
fn small(distill: Distillation, visual: usize, audio: usize) -> Distillation {
    let tokens = |lcd: LcdConfig, tokens| LcdConfig { tokens, ..lcd };
    Distillation {
        d: 128,
        visual: tokens(distill.visual.clone(), visual),
        audio: tokens(distill.audio.clone(), audio),
        ..distill
    }
}

impl DemoRecipe {
    /// The same with the paper's grouping network for parsing in place of the hybrid attention network, as wide as its weights
    /// may be here. Scenes are labelled by seconds: shares of seconds decide them, and audible seconds stay apart.
    #[must_use]
    pub fn with_grouping(mut self) -> Self {
        self.parse.decoder = ParseDecoder::Mgn(MgnConfig {
            width: 64,
            heads: 4,
            depth: 1,
            depth_joint: 1,
            crossing: Crossing::Adds,
            frames: FrameAttention::OfLargest,
            ..MgnConfig::default()
        });
        self
    }

    /// The same with a localization head as a new one is, with a choice of what its modalities learn of each other.
    #[must_use]
    pub fn with_exchange(mut self, choice: InterModal) -> Self {
        self.localize.distill = small(Distillation::avel(), 2, 1);
        self.localize.inter_modal = choice;
        self
    }

    /// How pictures are prepared.
    pub(in crate::train) fn image_prep(&self) -> ImagePrep {
        let (height, width) = self.visual.img_size;
        ImagePrep::imagenet(height, width)
    }

    /// The bundle's description.
    pub(super) fn manifest(&self, trained: &TrainedHeads, known: Vec<KnownClass>) -> Manifest {
        let familiarity = trained.familiarity.as_ref();
        let [localized, parsed] = &trained.calibrations;
        let json = |of: &Option<Calibration>| serde_json::to_value(of.as_ref()?).ok();
        Manifest {
            schema: SCHEMA.to_owned(),
            name: "Demo".to_owned(),
            about: super::known::about(&known),
            visual: entry(
                "demo-swin-v2",
                "swin_v2",
                &self.visual,
                "visual.safetensors",
            ),
            audio: entry("demo-hts-at", "hts_at", &self.audio, "audio.safetensors"),
            localize: Some(LocalizeEntry {
                labels: labels(),
                config: self.localize.clone(),
                weights: "localize.safetensors".to_owned(),
                untrained: false,
                familiarity: familiarity.and_then(|f| serde_json::to_value(f).ok()),
                calibration: json(localized),
            }),
            parse: Some(ParseEntry {
                labels: labels(),
                config: self.parse.clone(),
                weights: "parse.safetensors".to_owned(),
                untrained: false,
                familiarity: None,
                calibration: json(parsed),
            }),
            segment: Some(SegmentEntry {
                labels: Labels::new(["Sounding"]),
                config: self.segment.clone(),
                weights: "segment.safetensors".to_owned(),
                untrained: false,
                familiarity: None,
                calibration: None,
            }),
            tags: Vec::new(),
            known,
            rounded: Vec::new(),
        }
    }
}

fn entry(
    name: &str,
    architecture: &str,
    config: &impl serde::Serialize,
    weights: &str,
) -> BackboneEntry {
    BackboneEntry {
        description: BackboneDesc {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
            config: serde_json::to_value(config).unwrap_or_default(),
            prep: None,
            hearing: None,
            classes: None,
            classifier_prep: None,
            layers: None,
            source: Some("trained by make-demo".to_owned()),
            licence: Some("MIT OR Apache-2.0".to_owned()),
        },
        weights: weights.to_owned(),
        tile: (architecture == "hts_at").then_some(1),
    }
}
