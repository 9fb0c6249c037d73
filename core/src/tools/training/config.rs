//! The shape of a head and how it is trained: the paper's presets, and what a file changes of them.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::TrainingError;
use crate::base::Task;
use crate::data::DatasetKind;
use crate::model::{
    AvelConfig, Distillation, HeadConfig, Manifest, ModelError, ParseConfig, SegmentConfig,
};
use crate::train::TrainConfig;

/// The head, or one of the paper's baselines on the same frozen features (Table 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadKind {
    /// With layer-centric distillation.
    #[default]
    Mettle,
    /// The task's head on the mean of the last layer through one linear layer a modality.
    Linear,
    /// The task's head straight on that mean.
    Direct,
}

impl HeadKind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mettle => "mettle",
            Self::Linear => "linear",
            Self::Direct => "direct",
        }
    }
}

/// Both halves of a configuration.
#[derive(Clone, Debug)]
pub(super) struct Configs {
    pub head: HeadConfig,
    pub training: TrainConfig,
}

/// What a file may say: what is left out is the preset's.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConfigFile {
    head: Map<String, Value>,
    training: Map<String, Value>,
}

impl Configs {
    /// The same with the head of one row of an ablation table of the paper; `None` where there is no such row.
    pub fn row(&self, manifest: &Manifest, table: u8, row: usize) -> Option<(String, Self)> {
        let (name, head) = self.head.ablation(table).into_iter().nth(row)?;
        let head = match name == "Direct" {
            true => direct(&self.head, manifest).ok()?,
            false => head,
        };
        let training = self.training.clone();
        Some((name, Self { head, training }))
    }

    /// The paper's for a data set (Tables 13 and 14) on a model's backbones, changed by a file.
    pub fn of(
        kind: DatasetKind,
        manifest: &Manifest,
        file: Option<&Path>,
        head_kind: HeadKind,
    ) -> Result<Self, TrainingError> {
        let said = file.map(read).transpose()?.unwrap_or_default();
        let at = |e: &dyn std::fmt::Display| match file {
            Some(path) => TrainingError::Config {
                path: path.to_owned(),
                what: e.to_string(),
            },
            None => TrainingError::Asked(e.to_string()),
        };
        let head = head(kind, manifest)?;
        let head = head.merged(&Value::Object(said.head)).map_err(|e| at(&e))?;
        let training = preset(kind)
            .merged(&Value::Object(said.training))
            .map_err(|e| at(&e))?;
        Ok(Self {
            head: match head_kind {
                HeadKind::Mettle => head,
                HeadKind::Linear => head.linear(),
                HeadKind::Direct => direct(&head, manifest)?,
            },
            training,
        })
    }
}

fn read(path: &Path) -> Result<ConfigFile, TrainingError> {
    let text = std::fs::read_to_string(path).map_err(|e| TrainingError::io(path, e))?;
    serde_json::from_str(&text).map_err(|e| TrainingError::Config {
        path: path.to_owned(),
        what: format!("is no configuration ({e}): {{\"head\": {{…}}, \"training\": {{…}}}}"),
    })
}

/// Table 13.
pub(super) fn preset(kind: DatasetKind) -> TrainConfig {
    match kind {
        DatasetKind::Ave => TrainConfig::localize(),
        DatasetKind::Llp => TrainConfig::parse(),
        DatasetKind::S4 => TrainConfig::single_source(),
        DatasetKind::Ms3 => TrainConfig::multi_source(),
    }
}

/// Table 14, on these backbones.
fn head(kind: DatasetKind, manifest: &Manifest) -> Result<HeadConfig, ModelError> {
    let published = match kind {
        DatasetKind::Ms3 => Distillation::avs_ms3(),
        _ => Distillation::of(kind.task()),
    };
    let ear = manifest.audio.description.backbone()?;
    let distill = published.on(&ear, manifest.has_one_backbone());
    Ok(match kind.task() {
        Task::Localize => HeadConfig::Localize(AvelConfig {
            distill,
            ..AvelConfig::default()
        }),
        Task::Parse => HeadConfig::Parse(ParseConfig {
            distill,
            ..ParseConfig::default()
        }),
        Task::Segment => HeadConfig::Segment(SegmentConfig {
            distill,
            ..SegmentConfig::default()
        }),
    })
}

/// Events are found by multiplying both modalities, as wide as their last layers are without a projection.
pub(super) fn direct(head: &HeadConfig, manifest: &Manifest) -> Result<HeadConfig, ModelError> {
    let (visual, audio) = manifest.layers()?;
    let widths = [&visual, &audio].map(|layers| layers.last().map(|layer| layer.width));
    match (head.direct(), widths) {
        (HeadConfig::Localize(mut config), [Some(seen), Some(heard)]) if seen == heard => {
            config.distill.d = seen;
            Ok(HeadConfig::Localize(config))
        }
        (HeadConfig::Localize(_), _) => Err(ModelError::Config(
            "the baseline \"direct\" for events multiplies the last layers of both backbones, which have not the same width here: take \"linear\""
                .into(),
        )),
        (other, _) => Ok(other),
    }
}
