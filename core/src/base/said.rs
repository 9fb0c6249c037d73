//! What a user or a data set said of one class, in one modality, at one moment.

use serde::{Deserialize, Serialize};

/// What was said. Nothing is not "no": a training leaves it out, a metric does not count it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It happens there.
    Yes,
    /// It does not.
    No,
    /// Nothing was said.
    #[default]
    Unknown,
}

impl Said {
    /// Yes as true, no as false; none where nothing was said.
    pub fn known(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unknown => None,
        }
    }

    /// Of both at once: one "no" decides, whatever the other is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// Whether one of several is "yes": one "yes" decides, and "no" needs all. Of none, no.
    pub fn any(several: impl IntoIterator<Item = Self>) -> Self {
        several
            .into_iter()
            .fold(Self::No, |all, one| match (all, one) {
                (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
                (Self::No, Self::No) => Self::No,
                _ => Self::Unknown,
            })
    }
}

impl From<bool> for Said {
    fn from(yes: bool) -> Self {
        match yes {
            true => Self::Yes,
            false => Self::No,
        }
    }
}
