//! Everything that decides what the demo model becomes: its shape, its training, what it says of itself.

use super::backbones::Schedule;
use crate::data::scenes::labels;
use crate::model::{
    AvelConfig, BackboneEntry, Distillation, Familiarity, HtsAtConfig, ImagePrep, LocalizeEntry,
    Manifest, ModelDesc, SCHEMA, SwinV2Config,
};

/// Everything that decides what the demo model becomes.
#[derive(Clone, Debug)]
pub struct DemoRecipe {
    /// The backbone that looks.
    pub visual: SwinV2Config,
    /// The backbone that listens.
    pub audio: HtsAtConfig,
    /// The head.
    pub head: AvelConfig,
    /// How the visual backbone is trained.
    pub pictures: Schedule,
    /// How the audio backbone is trained.
    pub sounds: Schedule,
    /// Scenes for the head, and for choosing its epoch.
    pub head_scenes: (usize, usize),
    /// Epochs of the head. Table 13 has 10 on 3339 clips; fewer, easier clips want more.
    pub head_epochs: usize,
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
            head: AvelConfig {
                distill: Distillation {
                    d: 128,
                    ..Distillation::avel()
                },
                ..AvelConfig::default()
            },
            pictures: Schedule {
                steps: 900,
                batch: 32,
                lr: 7e-4,
                warm_up: 50,
            },
            sounds: Schedule {
                steps: 700,
                batch: 4,
                lr: 1e-3,
                warm_up: 50,
            },
            head_scenes: (1200, 200),
            head_epochs: 14,
        }
    }
}

impl DemoRecipe {
    /// How pictures are prepared.
    pub(super) fn image_prep(&self) -> ImagePrep {
        let (height, width) = self.visual.img_size;
        ImagePrep::imagenet(height, width)
    }

    /// The bundle's description.
    pub(super) fn manifest(&self, familiarity: Option<&Familiarity>) -> Manifest {
        let names: Vec<String> = labels().iter().map(|l| l.to_string()).collect();
        Manifest {
            schema: SCHEMA.to_owned(),
            name: "Demo".to_owned(),
            about: format!(
                "A small model that comes with the program. It was trained from seeds on drawn and synthesised scenes \
                 only, so it recognises cartoon pictures with synthetic sound; of real footage it knows nothing and \
                 should say so by low scores. It can recognise: {}.",
                names.join("; ")
            ),
            visual: entry(
                "demo-swin-v2",
                "swin_v2",
                &self.visual,
                "visual.safetensors",
            ),
            audio: entry("demo-hts-at", "hts_at", &self.audio, "audio.safetensors"),
            localize: Some(LocalizeEntry {
                labels: labels(),
                config: self.head.clone(),
                weights: "localize.safetensors".to_owned(),
                familiarity: familiarity.and_then(|f| serde_json::to_value(f).ok()),
            }),
            parse: None,
            segment: None,
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
        description: ModelDesc {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
            config: serde_json::to_value(config).unwrap_or_default(),
            prep: None,
            hearing: None,
            classes: None,
            classifier_prep: None,
            layers: None,
            source: Some("trained on sounding scenes by make-demo".to_owned()),
            licence: Some("MIT OR Apache-2.0".to_owned()),
        },
        weights: weights.to_owned(),
        tile: (architecture == "hts_at").then_some(1),
    }
}
