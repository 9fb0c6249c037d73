//! The neutral form of what programs exchange of a clip.

use std::path::Path;

use pathdiff::diff_paths;

use crate::base::{ClipId, Label, Modality, Time, TimeSpan};
use crate::exchange::ClassScore;
use crate::media::Clip;
use crate::project::RunLengths;

/// What is said of a clip, by a model, by a person, or by a file that does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Of which clip.
    pub media: Media,
    /// The name of the model that spoke and the hash of its weights; empty where none did.
    pub model: String,
    /// Which classes happen, and when.
    pub marks: Vec<Mark>,
    /// Where the picture sounds.
    pub masks: Vec<MaskMark>,
    /// Every score of every second, before any threshold.
    pub seconds: Vec<SecondScores>,
}

/// What formats need to know of a clip's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media {
    /// The file's name without folders.
    pub name: String,
    /// Where it lies, as seen from where what is said of it is written, with `/` between folders; its name where nothing is known of that.
    pub from_here: String,
    /// Its content.
    pub id: ClipId,
    /// How long it is.
    pub duration: Time,
    /// Pictures a second; 25 where there are none, for formats that count frames.
    pub fps: f64,
    /// Columns and rows as shown; zero without pictures.
    pub size: (u32, u32),
}

/// A stretch of time in which a class happens, or is said not to.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub span: TimeSpan,
    /// How it is perceived.
    pub modality: Modality,
    /// The class.
    pub label: Label,
    /// Who says so.
    pub by: By,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// A model.
    Model {
        /// How sure it is, 0 to 1.
        score: Option<f32>,
        /// From which score on the class counts.
        threshold: Option<f32>,
    },
    /// A person: that it happens, or that it does not.
    Person {
        /// Whether it happens.
        yes: bool,
    },
    /// A file that does not tell.
    Unsaid,
}

/// Where the picture sounds over a span.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskMark {
    /// The second, or the seconds, it holds for.
    pub span: TimeSpan,
    /// What sounds.
    pub label: Label,
    /// The pixels in which it does.
    pub mask: RunLengths,
    /// Who says so.
    pub by: By,
}

/// The scores of one second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecondScores {
    /// Which second.
    pub span: TimeSpan,
    /// That each class is heard.
    pub audible: Vec<ClassScore>,
    /// That each class is seen.
    pub visible: Vec<ClassScore>,
    /// That each class is both.
    pub both: Vec<ClassScore>,
}

/// Why a file cannot be read in the format it is said to have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub(super) String);

impl Wrong {
    pub(super) fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl From<&Clip> for Media {
    fn from(clip: &Clip) -> Self {
        let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
        let video = clip.video.as_ref();
        let fps = video.map(|video| video.fps).filter(|fps| *fps > 0.0);
        let name = name.to_string_lossy().into_owned();
        Self {
            from_here: name.clone(),
            name,
            id: clip.id,
            duration: clip.duration,
            fps: fps.unwrap_or(25.0),
            size: video.map_or((0, 0), |video| (video.width, video.height)),
        }
    }
}

impl Media {
    /// The same, seen from a folder. Between two drives there is no way.
    #[must_use]
    pub(in crate::exchange) fn seen_from(mut self, folder: &Path, file: &Path) -> Self {
        let whole = |path: &Path| std::path::absolute(path).ok();
        let way = whole(file)
            .zip(whole(folder))
            .and_then(|(file, folder)| diff_paths(file, folder));
        if let Some(way) = way.filter(|way| way.is_relative()) {
            let parts = way
                .components()
                .map(|part| part.as_os_str().to_string_lossy());
            self.from_here = parts.collect::<Vec<_>>().join("/");
        }
        self
    }
}

impl Sheet {
    /// Nothing is said yet.
    pub fn of(media: &Media) -> Self {
        Self {
            media: media.clone(),
            ..Self::default()
        }
    }

    /// In order of time, modality and class.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.marks.sort_by(Mark::order);
        self.masks
            .sort_by(|a, b| (a.span, &a.label).cmp(&(b.span, &b.label)));
        self
    }

    /// Those marks that say that something happens, each with a name, in order.
    pub(super) fn happening(&self) -> Vec<Mark> {
        let happens = |mark: &&Mark| mark.by != (By::Person { yes: false });
        let mut marks: Vec<Mark> = self.marks.iter().filter(happens).cloned().collect();
        for mark in marks.iter_mut().filter(|mark| mark.label.trim().is_empty()) {
            mark.label = super::text::label_of("");
        }
        marks.sort_by(Mark::order);
        marks
    }
}

impl Mark {
    /// By time, modality and class, then by who says so.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let place = |mark: &Self| {
            (
                mark.span,
                mark.modality,
                mark.label.clone(),
                mark.by.place(),
            )
        };
        let score = |mark: &Self| mark.by.score().unwrap_or(-1.0);
        let by_place = place(self).cmp(&place(other));
        by_place.then_with(|| score(self).total_cmp(&score(other)))
    }
}

impl By {
    /// A model, with how sure it is.
    pub fn model(score: Option<f32>) -> Self {
        Self::Model {
            score,
            threshold: None,
        }
    }

    /// How sure a model is.
    pub fn score(self) -> Option<f32> {
        match self {
            Self::Model { score, .. } => score,
            Self::Person { .. } | Self::Unsaid => None,
        }
    }

    /// Whether a model says so.
    pub fn is_model(self) -> bool {
        matches!(self, Self::Model { .. })
    }

    /// Whether a person says so.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Person { .. })
    }

    fn place(self) -> u8 {
        match self {
            Self::Person { yes: true } => 0,
            Self::Person { yes: false } => 1,
            Self::Model { .. } => 2,
            Self::Unsaid => 3,
        }
    }
}
