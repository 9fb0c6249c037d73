//! One change of what is decided. Pure: the same edit of the same state gives the same state, and the edit that takes it back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::draw::draw;
use super::say::say;
use super::{Assignment, Class, Corrections, Item, Key, RunLengths, Scope, ThresholdOf};
use crate::base::{ClipId, EventId, LabelId, Modality, Said, TimeSpan};

/// One change, made by one movement of the hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Whose decisions it changes.
    pub of: Scope,
    /// What becomes of them.
    pub change: Change,
}

/// How an edit changes what is decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Say of a class, in a modality, that it happens or does not happen over a span, or say nothing of it any more. What was said
    /// earlier and contradicts it is cut off there; the newest word holds. An event that has the name moves: where it was before,
    /// nothing is said.
    Say {
        /// The event's name, a fresh one for a new one.
        event: EventId,
        /// Of which class.
        label: LabelId,
        /// Of being heard, of being seen, or of both at once.
        modality: Modality,
        /// From when to when it is said.
        span: TimeSpan,
        /// That it happens, that it does not, or nothing any more.
        said: Said,
    },
    /// The mask of a class over a span, drawn by hand; none gives way to the model's. What an older one of the class says of the
    /// span goes, the rest of it stays.
    Mask {
        /// The second, or the seconds, it is drawn for.
        span: TimeSpan,
        /// Of which class.
        label: LabelId,
        /// The pixels in which it sounds.
        mask: Option<Arc<RunLengths>>,
    },
    /// The threshold of the clip's masks.
    MaskThreshold(f32),
    /// The threshold of one second's mask; none for that of the clip.
    MaskThresholdOf {
        /// Which second.
        span: TimeSpan,
        /// 0 to 1.
        value: Option<f32>,
    },
    /// Every second follows the clip's threshold again.
    OneMaskThreshold,
    /// Flag a span for later, with a note, which may be empty; none takes the flag off.
    Flag {
        /// What is flagged.
        span: TimeSpan,
        /// What to think of then.
        note: Option<String>,
    },
    /// A span was looked at and found right, or is to be looked at again.
    Review {
        /// What was looked at.
        span: TimeSpan,
        /// Whether it is right.
        reviewed: bool,
    },
    /// A threshold of scores; none for the wider one.
    Threshold {
        /// What it is for.
        of: ThresholdOf,
        /// 0 to 1.
        value: Option<f32>,
    },
    /// What a class is called, its colour, and whether it became part of another; none for what models call it.
    Class {
        /// The class it is about.
        label: LabelId,
        /// Its name, colour and whole; none forgets them.
        class: Option<Class>,
    },
    /// Each key as it says: how edits are taken back and done again.
    Set(Vec<Assignment>),
}

impl Edit {
    /// Of one clip.
    pub fn of_clip(clip: ClipId, change: Change) -> Self {
        Self {
            of: Scope::Clip(clip),
            change,
        }
    }

    /// Carry it out; gives the edit that takes it back, which sets no more than what became different.
    pub fn apply(&self, to: &mut Corrections) -> Edit {
        let mut hand = Hand {
            state: to,
            speaking_of: None,
            back: Vec::new(),
        };
        hand.carry_out(&self.change);
        Edit {
            of: self.of,
            change: Change::Set(hand.into_back()),
        }
    }

    /// Whether it would set nothing: the inverse of an edit that changed nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.change, Change::Set(set) if set.is_empty())
    }
}

impl Change {
    /// Several changes of a state, in order, as one: kept, taken back and done again together.
    pub fn together(of: &Corrections, changes: impl IntoIterator<Item = Self>) -> Self {
        Self::folded(of, changes, |_, change| Some(change))
    }

    /// The same, where what is said goes on with what was said beside it: an event that is said second by second is one event. What
    /// is said already stays as it is.
    pub fn joined(of: &Corrections, changes: impl IntoIterator<Item = Self>) -> Self {
        Self::folded(of, changes, |state, change| state.statements.joined(change))
    }

    fn folded(
        of: &Corrections,
        changes: impl IntoIterator<Item = Self>,
        meant: impl Fn(&Corrections, Self) -> Option<Self>,
    ) -> Self {
        let mut state = of.clone();
        let mut hand = Hand {
            state: &mut state,
            speaking_of: None,
            back: Vec::new(),
        };
        for change in changes {
            let Some(change) = meant(hand.state, change) else {
                continue;
            };
            hand.speaking_of = None;
            hand.carry_out(&change);
        }
        let changed = hand.into_back().into_iter().map(|(key, _)| key);
        Self::Set(changed.map(|key| (key, state.item(key))).collect())
    }
}

/// Changes a state, and remembers how it was.
pub(super) struct Hand<'a> {
    pub(super) state: &'a mut Corrections,
    /// The event that is being spoken of: no piece of another one takes its name.
    pub(super) speaking_of: Option<EventId>,
    back: Vec<Assignment>,
}

impl Hand<'_> {
    pub(super) fn put(&mut self, item: Item) {
        self.assign(item.key(), Some(item));
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.assign(key, None);
    }

    fn assign(&mut self, key: Key, item: Option<Item>) {
        let before = self.state.assign((key, item));
        self.back.push(before);
    }

    /// How each key that differs now was at first.
    fn into_back(self) -> Vec<Assignment> {
        let mut seen = BTreeSet::new();
        let first = self.back.into_iter().filter(|(key, _)| seen.insert(*key));
        let state = self.state;
        first
            .filter(|(key, before)| state.item(*key) != *before)
            .collect()
    }

    fn carry_out(&mut self, change: &Change) {
        match change {
            Change::Say {
                event,
                label,
                modality,
                span,
                said,
            } => say(self, *event, (*label, *modality), *span, *said),
            Change::Mask { span, label, mask } => draw(self, *span, *label, mask.as_ref()),
            Change::MaskThreshold(value) => self.put(Item::MaskThreshold(None, share(*value))),
            Change::MaskThresholdOf { span, value } => {
                if let Some((own, _)) = self.state.mask_thresholds.own(*span) {
                    self.remove(Key::MaskThreshold(Some(own)));
                }
                if let Some(value) = value {
                    self.put(Item::MaskThreshold(Some(*span), share(*value)));
                }
            }
            Change::OneMaskThreshold => {
                let own: Vec<TimeSpan> = self.state.mask_thresholds.spans.keys().copied().collect();
                own.into_iter()
                    .for_each(|span| self.remove(Key::MaskThreshold(Some(span))));
            }
            Change::Flag { span, note } => {
                if let Some((own, _)) = self.state.flag_of(*span) {
                    self.remove(Key::Flag(own));
                }
                if let Some(note) = note {
                    self.put(Item::Flag(*span, note.clone()));
                }
            }
            Change::Review { span, reviewed } => {
                if let Some(own) = self.state.review_of(*span) {
                    self.remove(Key::Reviewed(own));
                }
                if *reviewed {
                    self.put(Item::Reviewed(*span));
                }
            }
            Change::Threshold { of, value } => {
                let item = value.map(|value| Item::Threshold(*of, share(value)));
                self.assign(Key::Threshold(*of), item);
            }
            Change::Class { label, class } => {
                let item = class.clone().map(|class| Item::Class(*label, class));
                self.assign(Key::Class(*label), item);
            }
            Change::Set(set) => set
                .iter()
                .for_each(|(key, item)| self.assign(*key, item.clone())),
        }
    }
}

/// A share of one; what is no number is none.
fn share(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}
