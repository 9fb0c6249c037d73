//! A sheet from what a model said and a person decided of a clip.

use serde::{Deserialize, Serialize};

use super::{By, Mark, MaskMark, Media, SecondScores, Sheet};
use crate::base::{BACKGROUND, Label, Modality, Task, TimeSpan};
use crate::exchange::{Document, TaskTrack};
use crate::media::Clip;
use crate::predict::Thresholds;
use crate::project::{Corrections, Names, Source, Track, merge};

/// Whose word is exchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// What is shown: a person's word over the model's.
    #[default]
    Shown,
    /// A person's alone.
    Corrections,
    /// The model's alone.
    Model,
}

impl What {
    /// In the order they are offered.
    pub const ALL: [Self; 3] = [Self::Shown, Self::Corrections, Self::Model];

    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Shown => "What is shown",
            Self::Corrections => "Corrections alone",
            Self::Model => "The model's word alone",
        }
    }
}

/// What is exchanged of a clip. Without a document there is no model's word.
pub fn sheet_of(
    what: What,
    clip: &Clip,
    document: Option<&Document>,
    said: &Corrections,
    names: &Names,
) -> Sheet {
    let mut sheet = Sheet::of(&Media::from(clip));
    let document = document.filter(|_| what != What::Corrections);
    let tracks = document
        .map(|document| tracks(&document.tracks))
        .unwrap_or_default();
    let nothing = Corrections::default();
    let said = if what == What::Model { &nothing } else { said };
    let thresholds = document.map(|document| &document.thresholds);
    for track in merge(&tracks, &said.statements, names) {
        sheet.marks.extend(marks(&track, thresholds));
    }
    sheet.marks.extend(denied(said, names));
    sheet.masks = masks(document, said, names);
    if let Some(document) = document {
        let model = &document.model;
        sheet.model = format!("{} sha256:{}", model.name, model.sha256);
        let seconds = document.seconds.iter().map(|second| SecondScores {
            span: second.span,
            audible: second.audible.clone(),
            visible: second.visible.clone(),
            both: second.scores.clone(),
        });
        sheet.seconds = seconds.collect();
    }
    sheet.in_order()
}

/// The model's events: both at once by localization where it was asked, else by parsing; masks are no events.
fn tracks(all: &[TaskTrack]) -> Vec<Track> {
    let localized = all.iter().any(|track| track.task == Task::Localize);
    let wanted = |of: &&TaskTrack| match of.task {
        Task::Localize => true,
        Task::Parse => !localized || of.track.modality != Modality::AudioVisual,
        Task::Segment => false,
    };
    all.iter()
        .filter(wanted)
        .map(|of| of.track.clone())
        .collect()
}

fn marks(track: &Track, thresholds: Option<&Thresholds>) -> Vec<Mark> {
    let threshold = thresholds.map(|thresholds| thresholds.of(&track.label, track.modality));
    let mark = |event: &crate::project::Event| Mark {
        span: event.span,
        modality: track.modality,
        label: track.label.clone(),
        by: match event.source {
            Source::User(_) => By::Person { yes: true },
            Source::Model => By::Model {
                score: Some(event.score),
                threshold,
            },
        },
    };
    track.events.iter().map(mark).collect()
}

/// What a person says does not happen.
fn denied(said: &Corrections, names: &Names) -> Vec<Mark> {
    let no = said
        .statements
        .iter()
        .filter(|(_, statement)| !statement.yes);
    let mark = |(_, statement): (_, &crate::project::Statement)| Mark {
        span: statement.span,
        modality: statement.modality,
        label: names.name(statement.label),
        by: By::Person { yes: false },
    };
    no.map(mark).collect()
}

/// A person's masks, and the model's where a person drew none.
fn masks(document: Option<&Document>, said: &Corrections, names: &Names) -> Vec<MaskMark> {
    let drawn = said.masks.iter().map(|((span, label), mask)| MaskMark {
        span: *span,
        label: names.name(*label),
        mask: (**mask).clone(),
        by: By::Person { yes: true },
    });
    let drawn: Vec<MaskMark> = drawn.collect();
    let covered = |span: TimeSpan| drawn.iter().any(|mask| mask.span.contains(span.middle()));
    let of_model = document.map_or(&[][..], |document| &document.masks);
    let of_model = of_model
        .iter()
        .filter(|mask| !covered(mask.span))
        .map(|mask| MaskMark {
            span: mask.span,
            label: named(&mask.label),
            mask: mask.mask.clone(),
            by: By::model(Some(mask.score)),
        });
    let mut masks: Vec<MaskMark> = of_model.collect();
    masks.extend(drawn);
    masks
}

/// What sounds, where the model has a word for it.
fn named(label: &Label) -> Label {
    match &**label {
        "" | BACKGROUND => Label::from("sounding"),
        _ => label.clone(),
    }
}
