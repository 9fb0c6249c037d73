//! The single things that are decided, each under a key that stays: what edits set, the log records and the file holds.

use std::fmt;
use std::sync::Arc;

use super::{RunLengths, Statement};
use crate::base::{ClipId, EventId, LabelId, Modality, TimeSpan};

/// Whose decisions: a clip's own, or the whole project's (classes, thresholds for every clip).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Of every clip.
    Project,
    /// Of one.
    Clip(ClipId),
}

/// What a threshold of scores is for; everything where neither is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThresholdOf {
    /// One class alone.
    pub label: Option<LabelId>,
    /// What is heard, or what is seen, alone.
    pub modality: Option<Modality>,
}

/// What a person made of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// What it is called now.
    pub name: String,
    /// Red, green and blue; none for the colour it would have by itself.
    pub color: Option<[u8; 3]>,
    /// The class it became part of.
    pub merged_into: Option<LabelId>,
}

/// What is decided, by name: event or span, never a place in a list, a path or a label's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// What is said under an event's name.
    Statement(EventId),
    /// The mask of a class over a span.
    Mask(TimeSpan, LabelId),
    /// The threshold of the clip's masks, or of a span's.
    MaskThreshold(Option<TimeSpan>),
    /// A span flagged for later.
    Flag(TimeSpan),
    /// A span looked at and found right.
    Reviewed(TimeSpan),
    /// A threshold of scores.
    Threshold(ThresholdOf),
    /// A class.
    Class(LabelId),
}

/// A key with what is decided there.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// What is said under an event's name.
    Statement(EventId, Statement),
    /// The mask of a class over a span.
    Mask(TimeSpan, LabelId, Arc<RunLengths>),
    /// The threshold of the clip's masks, or of a span's, 0 to 1.
    MaskThreshold(Option<TimeSpan>, f32),
    /// Flagged for later, with a note, which may be empty.
    Flag(TimeSpan, String),
    /// Looked at and found right.
    Reviewed(TimeSpan),
    /// A threshold of scores, 0 to 1.
    Threshold(ThresholdOf, f32),
    /// A class.
    Class(LabelId, Class),
}

impl Item {
    /// Where it is decided.
    pub fn key(&self) -> Key {
        match self {
            Self::Statement(event, _) => Key::Statement(*event),
            Self::Mask(span, label, _) => Key::Mask(*span, *label),
            Self::MaskThreshold(span, _) => Key::MaskThreshold(*span),
            Self::Flag(span, _) => Key::Flag(*span),
            Self::Reviewed(span) => Key::Reviewed(*span),
            Self::Threshold(of, _) => Key::Threshold(*of),
            Self::Class(label, _) => Key::Class(*label),
        }
    }
}

/// A key and what is decided there from now on; nothing, for none.
pub type Assignment = (Key, Option<Item>);

/// What keys change, for people; "mask threshold of second 4".
pub fn text_of(keys: &[Key]) -> String {
    match keys {
        [one] => one.to_string(),
        [first, ..] => format!("{}s", first.kind()),
        [] => "nothing".to_owned(),
    }
}

impl Key {
    fn kind(&self) -> &'static str {
        match self {
            Self::Statement(_) => "event",
            Self::Mask(..) => "mask",
            Self::MaskThreshold(_) => "mask threshold",
            Self::Flag(_) => "flag",
            Self::Reviewed(_) => "review mark",
            Self::Threshold(_) => "threshold",
            Self::Class(_) => "class name",
        }
    }

    fn span(&self) -> Option<TimeSpan> {
        match self {
            Self::Mask(span, _) | Self::Flag(span) | Self::Reviewed(span) => Some(*span),
            Self::MaskThreshold(span) => *span,
            Self::Statement(_) | Self::Threshold(_) | Self::Class(_) => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self.span() {
            Some(span) => write!(f, " of second {}", span.second()),
            None => Ok(()),
        }
    }
}
