//! One clip, one head, any task: segments' layer features in, a prediction out, part by part.

use super::{
    PredictionKey, PredictionPart, Score, Segmenter, Tagged, Windowed, localize_scores,
    parse_scores, tagged_events, tagged_parts,
};
use crate::base::{Labels, Modality, Task, TimeSpan};
use crate::gpu::ComputeError;
use crate::model::{LayerFeatures, TaskHead};

/// Answers a task for a clip as its segments come in.
pub enum Predictor {
    /// Which event is both heard and seen; or what is heard and what is seen.
    Windowed(Windowed),
    /// Where the picture sounds.
    Segment(Segmenter),
}

impl Predictor {
    /// For a clip with these segments; the task and the labels are the head's.
    pub fn new(task: Task, key: PredictionKey, labels: Labels, segments: Vec<TimeSpan>) -> Self {
        match task {
            Task::Localize | Task::Parse => {
                Self::Windowed(Windowed::new(task, key, labels, segments))
            }
            Task::Segment => Self::Segment(Segmenter::new(key, labels, segments)),
        }
    }

    /// The same for a clip that has no sound, or no pictures.
    #[must_use]
    pub fn lacking(self, lacks: Option<Modality>) -> Self {
        match self {
            Self::Windowed(windowed) => Self::Windowed(windowed.lacking(lacks)),
            Self::Segment(segmenter) => Self::Segment(segmenter),
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
    ) -> Result<(), ComputeError> {
        match (self, head) {
            (Self::Windowed(windowed), TaskHead::Localize(head))
                if windowed.task() == Task::Localize =>
            {
                let features = head.meta_features(visual, audio);
                windowed.add(features, familiarity, &|v, a| localize_scores(head, v, a))
            }
            (Self::Windowed(windowed), TaskHead::Parse(head)) if windowed.task() == Task::Parse => {
                let features = head.meta_features(visual, audio);
                windowed.add(features, familiarity, &|v, a| parse_scores(head, v, a))
            }
            (Self::Segment(segmenter), TaskHead::Segment(head)) => {
                segmenter.add(head, visual, audio, familiarity)
            }
            (_, head) => Err(ComputeError::new(format!(
                "asked a head made for {:?} for another task",
                head.task()
            ))),
        }
    }

    /// Take the next segments as the backbones' classifiers see and hear them, for a head from tags.
    ///
    /// # Errors
    /// The head is another task's, or the device fails.
    pub fn add_tagged(&mut self, said: Tagged, familiarity: &[f32]) -> Result<(), ComputeError> {
        match (self, said) {
            (Self::Windowed(windowed), Tagged::Classes(seen, heard)) => {
                let score = tagged(windowed.task());
                windowed.add((seen, heard), familiarity, score)
            }
            (Self::Segment(segmenter), Tagged::Places(maps)) => {
                segmenter.add_maps(maps, familiarity);
                Ok(())
            }
            _ => Err(ComputeError::new(
                "asked a head from tags made for one task for another",
            )),
        }
    }

    /// Take segments that are all the same as the last one, without computing anew what is known. False where they have to be
    /// given like others: nothing is changed.
    ///
    /// # Errors
    /// When the device fails.
    pub fn repeat(&mut self, head: &TaskHead, count: usize) -> Result<bool, ComputeError> {
        match (self, head) {
            (Self::Windowed(windowed), TaskHead::Localize(head)) => {
                windowed.repeat(count, &|v, a| localize_scores(head, v, a))?;
            }
            (Self::Windowed(windowed), TaskHead::Parse(head)) => {
                windowed.repeat(count, &|v, a| parse_scores(head, v, a))?;
            }
            (Self::Segment(segmenter), TaskHead::Segment(head)) => {
                return Ok(segmenter.repeat(count, head));
            }
            (Self::Windowed(windowed), TaskHead::Tags(_)) => {
                let score = tagged(windowed.task());
                windowed.repeat(count, score)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether every segment has its final answer.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Windowed(windowed) => windowed.is_complete(),
            Self::Segment(segmenter) => segmenter.is_complete(),
        }
    }

    /// How many segments have come in.
    pub fn seen(&self) -> usize {
        match self {
            Self::Windowed(windowed) => windowed.seen(),
            Self::Segment(segmenter) => segmenter.seen(),
        }
    }

    /// How many segments from the first on have their final answer.
    pub fn settled(&self) -> usize {
        match self {
            Self::Windowed(windowed) => windowed.settled(),
            Self::Segment(segmenter) => segmenter.settled(),
        }
    }

    /// Lets go of what was sent and may not be asked for again: masks, which are large.
    pub fn forget(&mut self) {
        if let Self::Segment(segmenter) = self {
            segmenter.forget();
        }
    }

    /// What is known from a segment on.
    pub fn part(&self, from: usize) -> PredictionPart {
        match self {
            Self::Windowed(windowed) => windowed.part(from),
            Self::Segment(segmenter) => segmenter.part(from),
        }
    }
}

/// From what is seen and heard of each class to a task's rows.
fn tagged(task: Task) -> Score<'static> {
    match task {
        Task::Parse => &tagged_parts,
        Task::Localize | Task::Segment => &tagged_events,
    }
}
