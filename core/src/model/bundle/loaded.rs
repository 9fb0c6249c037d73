//! A model on a device.

use super::ModelInfo;
use crate::base::{ContentHash, Labels, Task};
use crate::model::{
    Backbone, ImagePrep, LocalizeHead, ParseHead, SegmentHead, SoundInput, TaskHead,
};

/// A model ready to compute.
pub struct LoadedModel {
    /// What it is.
    pub about: ModelInfo,
    /// The backbone that looks; takes what [`Self::image_prep`] makes.
    pub visual: Box<dyn Backbone>,
    /// The backbone that listens; takes what [`Self::sound_prep`] makes.
    pub audio: Box<dyn Backbone>,
    /// Hash of the visual backbone's weights and configuration.
    pub visual_hash: ContentHash,
    /// Hash of the audio backbone's weights and configuration.
    pub audio_hash: ContentHash,
    /// What the visual backbone's own classifier tells apart, where its checkpoint has one.
    pub visual_classes: Option<Labels>,
    /// The same of the audio backbone's.
    pub audio_classes: Option<Labels>,
    /// From a picture to the visual backbone's input.
    pub image_prep: ImagePrep,
    /// From a second of sound to the audio backbone's input.
    pub sound_prep: SoundInput,
    /// How often that second is repeated.
    pub sound_tile: usize,
    /// How many stretches of time lie one below the other in the picture that its audio backbone takes.
    pub sound_fold: usize,
    /// The head for event localization, in the order of the labels.
    pub localize: Option<LocalizeHead>,
    /// The head for video parsing, in the order of its labels.
    pub parse: Option<ParseHead>,
    /// The head for segmentation.
    pub segment: Option<SegmentHead>,
    /// What training measured of its own data.
    pub familiarity: Option<serde_json::Value>,
}

impl LoadedModel {
    /// The head of a task, sharing the weights.
    pub fn head(&self, task: Task) -> Option<TaskHead> {
        match task {
            Task::Localize => self.localize.clone().map(TaskHead::Localize),
            Task::Parse => self.parse.clone().map(TaskHead::Parse),
            Task::Segment => self.segment.clone().map(TaskHead::Segment),
        }
    }
}
