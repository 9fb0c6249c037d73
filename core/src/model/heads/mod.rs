//! Heads: all that has gradients when a head is trained on frozen features. One a task, a closed set.

mod cmbs;
mod distillation;
mod distiller;
mod fpn;
mod grouping;
mod han;
mod injection;
mod inter_modal;
mod localize;
mod mgn;
mod parse;
mod plane_conv;
mod reading;
mod resize;
mod segment;
mod tags;
mod tpavi;

pub use cmbs::AvelOutput;
pub use distillation::{Distillation, Granularity};
pub use distiller::Distiller;
pub use fpn::{Fpn, FusionBlock};
pub use grouping::{Assignment, GroupingBlock};
pub use han::{Han, HanConfig, HanLayer};
pub use injection::{Injection, inject};
pub use inter_modal::InterModal;
pub use localize::{AvelConfig, LocalizeHead};
pub use mgn::{Crossing, FrameAttention, Mgn, MgnConfig, TokenClasses};
pub use parse::{ParseConfig, ParseDecoder, ParseHead, ParseOutput};
pub use reading::TokenReading;
pub use resize::{Resize, resize};
pub use segment::{SegmentConfig, SegmentHead, SegmentOutput};
pub(in crate::model) use tags::reads_places;
pub use tags::{TagConfig, TagHead, TagLists};
pub use tpavi::Tpavi;

use burn::module::Module;
use burn::tensor::Device;

use super::{FrozenLayers, ModelError};
use crate::base::Task;

/// The head of any task. Cloning shares the weights.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // A handful live at a time, and a module cannot be boxed.
pub enum TaskHead {
    /// Audio-visual event localization.
    Localize(LocalizeHead),
    /// Audio-visual video parsing.
    Parse(ParseHead),
    /// Audio-visual segmentation.
    Segment(SegmentHead),
    /// Any of them, of what the backbones' classifiers know.
    Tags(TagHead),
}

impl TaskHead {
    /// One that knows nothing and costs nothing, to stand where a head is taken out for a moment.
    pub(crate) fn nothing(task: Task, device: &Device) -> Self {
        Self::Tags(TagHead::nothing(task, device))
    }

    /// What it answers.
    pub fn task(&self) -> Task {
        match self {
            Self::Localize(_) => Task::Localize,
            Self::Parse(_) => Task::Parse,
            Self::Segment(_) => Task::Segment,
            Self::Tags(head) => head.task(),
        }
    }

    /// Seconds that are to go through it at once while it learns, where it takes each by itself; `None` where it does not.
    pub(crate) fn seconds_at_once(&self) -> Option<usize> {
        match self {
            Self::Segment(head) => head.seconds_at_once(),
            Self::Localize(_) | Self::Parse(_) | Self::Tags(_) => None,
        }
    }

    /// The distillation of pictures and that of sound; `None` where a head does without.
    pub fn distillers(&self) -> (Option<&Distiller>, Option<&Distiller>) {
        let both = |(visual, audio)| (Some(visual), Some(audio));
        match self {
            Self::Localize(head) => both(head.distillers()),
            Self::Parse(head) => both(head.distillers()),
            Self::Segment(head) => head.distillers(),
            Self::Tags(_) => (None, None),
        }
    }

    /// What each meta-token reads of one segment of a batch: of the picture, then of the sound.
    ///
    /// # Errors
    /// There is no such segment, or the device fails.
    pub fn readings(
        &self,
        visual: &dyn FrozenLayers,
        audio: &dyn FrozenLayers,
        segment: usize,
    ) -> Result<[Vec<TokenReading>; 2], ModelError> {
        let of = |distiller: Option<&Distiller>, features: &dyn FrozenLayers| {
            distiller.map_or(Ok(vec![]), |d| d.readings(features, segment))
        };
        let (seeing, hearing) = self.distillers();
        Ok([of(seeing, visual)?, of(hearing, audio)?])
    }
}

/// Refuses a number of classes no head can have.
fn check_classes(classes: usize) -> Result<(), ModelError> {
    match classes {
        1..=65536 => Ok(()),
        classes => Err(ModelError::Config(format!("a head of {classes} classes"))),
    }
}
