//! The shape of a head, by its task.

use burn::tensor::Device;
use serde::Serialize;
use serde_json::Value;

use crate::base::{Task, merge};
use crate::model::{
    AvelConfig, Distillation, Injection, LayerShape, ModelError, ParseConfig, SegmentConfig,
    TagConfig, TaskHead,
};

/// The shape of a head, which its task decides the kind of.
#[derive(Clone, Debug, PartialEq)]
pub enum HeadConfig {
    /// Of one for event localization.
    Localize(AvelConfig),
    /// Of one for video parsing.
    Parse(ParseConfig),
    /// Of one for segmentation.
    Segment(SegmentConfig),
    /// Of one from tags, for any task.
    Tags(Task, TagConfig),
}

impl HeadConfig {
    /// What the head answers.
    pub fn task(&self) -> Task {
        match self {
            Self::Localize(_) => Task::Localize,
            Self::Parse(_) => Task::Parse,
            Self::Segment(_) => Task::Segment,
            Self::Tags(task, _) => *task,
        }
    }

    /// From what a file says; a field that is left out has its default.
    ///
    /// # Errors
    /// It says something this program does not know.
    pub(super) fn read(task: Task, value: &Value) -> Result<Self, ModelError> {
        let wrong = |e: serde_json::Error| ModelError::Config(e.to_string());
        let value = value.clone();
        if value.get("tags").is_some() {
            let config = serde_json::from_value(value).map_err(wrong)?;
            return Ok(Self::Tags(task, config));
        }
        Ok(match task {
            Task::Localize => Self::Localize(serde_json::from_value(value).map_err(wrong)?),
            Task::Parse => Self::Parse(serde_json::from_value(value).map_err(wrong)?),
            Task::Segment => Self::Segment(serde_json::from_value(value).map_err(wrong)?),
        })
    }

    /// For a file.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn to_json(&self) -> Result<Value, ModelError> {
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
            Self::Tags(_, config) => json(config),
        }
    }

    /// Table 5, "Direct": the task's head straight on the mean of the last frozen layer; for masks the decoder on frozen maps
    /// alone, into which nothing is injected.
    #[must_use]
    pub fn direct(&self) -> Self {
        match self {
            Self::Segment(config) => Self::Segment(config.direct()),
            other => other.distilling(Distillation::direct),
        }
    }

    /// Table 5, "Linear": one trained linear layer a modality between the two.
    #[must_use]
    pub fn linear(&self) -> Self {
        self.distilling(Distillation::linear_probe)
    }

    /// What it distils; nothing, if it is from tags.
    pub fn distillation(&self) -> Option<&Distillation> {
        match self {
            Self::Localize(config) => Some(&config.distill),
            Self::Parse(config) => Some(&config.distill),
            Self::Segment(config) => Some(&config.distill),
            Self::Tags(..) => None,
        }
    }

    /// The same with what `change` makes of its distillation.
    fn distilling(&self, change: impl Fn(&Distillation) -> Distillation) -> Self {
        match self.distillation() {
            Some(distill) => self.with_distillation(change(distill)),
            None => self.clone(),
        }
    }

    /// The same with another distillation.
    #[must_use]
    pub fn with_distillation(&self, distill: Distillation) -> Self {
        let mut this = self.clone();
        match &mut this {
            Self::Localize(config) => config.distill = distill,
            Self::Parse(config) => config.distill = distill,
            Self::Segment(config) => config.distill = distill,
            Self::Tags(..) => {}
        }
        this
    }

    /// The rows of a table of the paper, 5 to 12, each with the name it has there; empty for other tables, and for Table 11 of
    /// tasks that inject nothing.
    pub fn ablation(&self, table: u8) -> Vec<(String, Self)> {
        match (table, self) {
            (5, _) => vec![
                ("Direct".to_owned(), self.direct()),
                ("Linear".to_owned(), self.linear()),
                ("Ours".to_owned(), self.clone()),
            ],
            (11, Self::Segment(config)) => Injection::ablation()
                .map(|(name, injection)| {
                    let config = SegmentConfig {
                        injection,
                        ..config.clone()
                    };
                    (name.to_owned(), Self::Segment(config))
                })
                .into(),
            (table, _) => {
                let rows = self.distillation().map(|distill| distill.ablation(table));
                let rows = rows.into_iter().flatten();
                rows.map(|(name, distill)| (name, self.with_distillation(distill)))
                    .collect()
            }
        }
    }

    /// What a file says of a head for a task: fields that are left out are those of `self`.
    ///
    /// # Errors
    /// It says something this program does not know.
    pub fn merged(&self, over: &Value) -> Result<Self, ModelError> {
        let mut all = self.to_json()?;
        // One of several: another one stands in its place.
        let kind = |value: &Value| value.get("decoder")?.as_object()?.keys().next().cloned();
        if let (Some(fields), true) = (all.as_object_mut(), over.get("decoder").is_some())
            && kind(&Value::Object(fields.clone())) != kind(over)
        {
            fields.remove("decoder");
        }
        merge(&mut all, over);
        Self::read(self.task(), &all)
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
            Self::Tags(task, config) => TaskHead::Tags(config.init(*task, device)?),
        })
    }
}
