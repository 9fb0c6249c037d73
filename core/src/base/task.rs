//! What is asked of a clip.

use serde::{Deserialize, Serialize};

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
