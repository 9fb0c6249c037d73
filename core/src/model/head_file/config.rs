//! The shape of a head, by its task.

use burn::tensor::Device;
use serde::Serialize;
use serde_json::Value;

use crate::base::Task;
use crate::model::{AvelConfig, LayerShape, ModelError, ParseConfig, SegmentConfig, TaskHead};

/// The shape of a head, which its task decides the kind of.
#[derive(Clone, Debug, PartialEq)]
pub enum HeadConfig {
    /// Of one for event localization.
    Localize(AvelConfig),
    /// Of one for video parsing.
    Parse(ParseConfig),
    /// Of one for segmentation.
    Segment(SegmentConfig),
}

impl HeadConfig {
    /// What the head answers.
    pub fn task(&self) -> Task {
        match self {
            Self::Localize(_) => Task::Localize,
            Self::Parse(_) => Task::Parse,
            Self::Segment(_) => Task::Segment,
        }
    }

    /// From what a file says; a field that is left out has its default.
    ///
    /// # Errors
    /// It says something this program does not know.
    pub(super) fn read(task: Task, value: &Value) -> Result<Self, ModelError> {
        let wrong = |e: serde_json::Error| ModelError::Config(e.to_string());
        let value = value.clone();
        Ok(match task {
            Task::Localize => Self::Localize(serde_json::from_value(value).map_err(wrong)?),
            Task::Parse => Self::Parse(serde_json::from_value(value).map_err(wrong)?),
            Task::Segment => Self::Segment(serde_json::from_value(value).map_err(wrong)?),
        })
    }

    /// For a file.
    pub(super) fn to_json(&self) -> Result<Value, ModelError> {
        // By way of text, as a manifest comes: a number has then the same digits in both.
        fn json(config: &impl Serialize) -> Result<Value, ModelError> {
            let text = serde_json::to_string(config);
            let value = text.and_then(|text| serde_json::from_str(&text));
            value.map_err(|e| ModelError::Config(e.to_string()))
        }
        match self {
            Self::Localize(config) => json(config),
            Self::Parse(config) => json(config),
            Self::Segment(config) => json(config),
        }
    }

    /// A head of this shape with random weights, on backbones that give these layers.
    ///
    /// # Errors
    /// The shape does not fit the layers or the number of classes.
    pub fn init(
        &self,
        visual: &[LayerShape],
        audio: &[LayerShape],
        classes: usize,
        device: &Device,
    ) -> Result<TaskHead, ModelError> {
        Ok(match self {
            Self::Localize(config) => {
                TaskHead::Localize(config.init(visual, audio, classes, device)?)
            }
            Self::Parse(config) => TaskHead::Parse(config.init(visual, audio, classes, device)?),
            Self::Segment(config) => TaskHead::Segment(config.init(visual, audio, device)?),
        })
    }
}
