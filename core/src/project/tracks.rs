//! Tracks: the events of one class, in one modality, along a clip.

use serde::{Deserialize, Serialize};

use crate::base::{Label, TimeSpan};

/// What is asked of a clip.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Audio-visual event localization (AVEL): which class is both heard and seen, second by second.
    #[default]
    Localize,
    /// Audio-visual video parsing (AVVP).
    Parse,
    /// Audio-visual segmentation (AVS).
    Segment,
}

impl Task {
    /// In the order they are asked and shown.
    pub const ALL: [Self; 3] = [Self::Localize, Self::Parse, Self::Segment];

    /// What a head for it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Localize => "localization",
            Self::Parse => "parsing",
            Self::Segment => "segmentation",
        }
    }
}

/// How an event is perceived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// Heard.
    Audible,
    /// Seen.
    Visible,
    /// Both at once.
    AudioVisual,
}

/// One stretch of time in which a class happens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub span: TimeSpan,
    /// Mean score of its segments, 0 to 1.
    pub score: f32,
}

/// The events of one class in one modality: sorted, disjoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// The class.
    pub label: Label,
    /// How it is perceived.
    pub modality: Modality,
    /// When, in order and without overlap.
    pub events: Vec<Event>,
}
