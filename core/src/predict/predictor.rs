//! One clip, one head, any task: segments' layer features in, a prediction out.

use super::{Localizer, Parser, Prediction, PredictionKey, Segmenter};
use crate::base::{Labels, Task, TimeSpan};
use crate::model::{LayerFeatures, TaskHead};

/// Answers the task of its key for a clip as its segments come in.
pub enum Predictor {
    /// Which event is both heard and seen.
    Localize(Localizer),
    /// What is heard and what is seen.
    Parse(Parser),
    /// Where the picture sounds.
    Segment(Segmenter),
}

impl Predictor {
    /// For a clip with these segments; the labels are the model's for the task.
    pub fn new(key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        match key.task {
            Task::Localize => Self::Localize(Localizer::new(key, labels, segments)),
            Task::Parse => Self::Parse(Parser::new(key, labels, segments)),
            Task::Segment => Self::Segment(Segmenter::new(key, labels, segments)),
        }
    }

    /// Take the next segments: layer features of both backbones, and how familiar each segment is.
    ///
    /// # Errors
    /// The head is another task's, or the device fails.
    pub fn add(
        &mut self,
        head: &TaskHead,
        visual: &LayerFeatures,
        audio: &LayerFeatures,
        familiarity: &[f32],
    ) -> Result<(), String> {
        match (self, head) {
            (Self::Localize(localizer), TaskHead::Localize(head)) => {
                let (visual, audio) = head.meta_features(visual, audio);
                localizer.add(head, visual, audio, familiarity)
            }
            (Self::Parse(parser), TaskHead::Parse(head)) => {
                let (visual, audio) = head.meta_features(visual, audio);
                parser.add(head, visual, audio, familiarity)
            }
            (Self::Segment(segmenter), TaskHead::Segment(head)) => {
                segmenter.add(head, visual, audio, familiarity)
            }
            (_, head) => Err(format!(
                "asked a head made for {:?} for another task",
                head.task()
            )),
        }
    }

    /// Whether every segment has its final answer.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Localize(localizer) => localizer.is_complete(),
            Self::Parse(parser) => parser.is_complete(),
            Self::Segment(segmenter) => segmenter.is_complete(),
        }
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        match self {
            Self::Localize(localizer) => localizer.seen(),
            Self::Parse(parser) => parser.seen(),
            Self::Segment(segmenter) => segmenter.seen(),
        }
    }

    /// What is known so far.
    pub fn prediction(&self) -> Prediction {
        match self {
            Self::Localize(localizer) => localizer.prediction(),
            Self::Parse(parser) => parser.prediction(),
            Self::Segment(segmenter) => segmenter.prediction(),
        }
    }
}
