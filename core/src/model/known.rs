//! What a model learned each of its classes from, and how well it knows it.

use serde::{Deserialize, Serialize};

/// One class, heard and seen apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownClass {
    /// As the heads name it.
    pub label: String,
    /// Its sound.
    pub heard: Known,
    /// Its look.
    pub seen: Known,
}

/// How one modality of a class is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What it was learned from.
    pub from: LearnedFrom,
    /// How it does on what it has not learned from, by seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Hits>,
}

/// What a class was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LearnedFrom {
    /// Recordings, photographs or films.
    Real,
    /// Phrases played on samples of real instruments.
    Sampled,
    /// Drawings, or synthesised sounds.
    Drawn,
    /// It was never there.
    Nothing,
}

impl LearnedFrom {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Sampled => "sampled",
            Self::Drawn => "drawn only",
            Self::Nothing => "never",
        }
    }
}

impl From<LearnedFrom> for Known {
    fn from(from: LearnedFrom) -> Self {
        Self {
            from,
            measured: None,
        }
    }
}

/// Seconds in which a class was found and is there, found and is not, is there and was not found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Found rightly.
    pub right: usize,
    /// Found wrongly.
    pub wrong: usize,
    /// Not found.
    pub missed: usize,
}

impl Hits {
    /// Harmonic mean of precision and recall, 0 to 1; 0 where nothing was found and nothing is there.
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.right;
        twice as f64 / (twice + self.wrong + self.missed).max(1) as f64
    }

    /// One more second.
    pub fn count(&mut self, found: bool, there: bool) {
        self.right += usize::from(found && there);
        self.wrong += usize::from(found && !there);
        self.missed += usize::from(!found && there);
    }
}
