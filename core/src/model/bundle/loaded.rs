//! A model on a device.

use super::ModelInfo;
use crate::base::Task;
use crate::model::{FrozenPair, LocalizeHead, ParseHead, SegmentHead, TagHead, TaskHead};

/// A model ready to compute.
pub struct LoadedModel {
    /// What it is.
    pub about: ModelInfo,
    /// Its backbones.
    pub pair: FrozenPair,
    /// The head for event localization, in the order of the labels.
    pub localize: Option<LocalizeHead>,
    /// The head for video parsing, in the order of its labels.
    pub parse: Option<ParseHead>,
    /// The head for segmentation.
    pub segment: Option<SegmentHead>,
    /// Heads from tags, of tasks without another.
    pub tags: Vec<TagHead>,
    /// What training measured of its own data.
    pub familiarity: Option<serde_json::Value>,
}

impl LoadedModel {
    /// The head of a task, sharing the weights.
    pub fn head(&self, task: Task) -> Option<TaskHead> {
        let own = match task {
            Task::Localize => self.localize.clone().map(TaskHead::Localize),
            Task::Parse => self.parse.clone().map(TaskHead::Parse),
            Task::Segment => self.segment.clone().map(TaskHead::Segment),
        };
        let mut tags = self.tags.iter();
        own.or_else(|| {
            tags.find(|head| head.task() == task)
                .cloned()
                .map(TaskHead::Tags)
        })
    }
}
