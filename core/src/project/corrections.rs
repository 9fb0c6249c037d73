//! What is decided about a clip, or about the whole project, as it stands now. Pure data; only [`super::Edit`]s change it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::mask_thresholds::until;
use super::{Assignment, Class, Item, Key, MaskThresholds, RunLengths, Statements, ThresholdOf};
use crate::base::{LabelId, TimeSpan};

/// What the user decided. No prediction ever changes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corrections {
    /// Which classes are heard and seen, and when.
    pub statements: Statements,
    /// Where the picture sounds: drawn by hand, for a span and a class.
    pub masks: BTreeMap<(TimeSpan, LabelId), Arc<RunLengths>>,
    /// Above which probability a place of the model's masks sounds.
    pub mask_thresholds: MaskThresholds,
    /// What is to be looked at later, with a note, which may be empty.
    pub flags: BTreeMap<TimeSpan, String>,
    /// What was looked at and found right.
    pub reviewed: BTreeSet<TimeSpan>,
    /// From which score on classes count, where that is decided.
    pub thresholds: BTreeMap<ThresholdOf, f32>,
    /// What classes are called, and which became one.
    pub classes: BTreeMap<LabelId, Class>,
}

impl Corrections {
    /// What is decided under a key.
    pub fn item(&self, key: Key) -> Option<Item> {
        Some(match key {
            Key::Statement(event) => Item::Statement(event, *self.statements.get(event)?),
            Key::Mask(span, label) => {
                Item::Mask(span, label, self.masks.get(&(span, label))?.clone())
            }
            Key::MaskThreshold(None) => {
                let value = self.mask_thresholds.clip;
                let usual = value == MaskThresholds::USUAL;
                return (!usual).then_some(Item::MaskThreshold(None, value));
            }
            Key::MaskThreshold(Some(span)) => {
                Item::MaskThreshold(Some(span), *self.mask_thresholds.spans.get(&span)?)
            }
            Key::Flag(span) => Item::Flag(span, self.flags.get(&span)?.clone()),
            Key::Reviewed(span) => Item::Reviewed(*self.reviewed.get(&span)?),
            Key::Threshold(of) => Item::Threshold(of, *self.thresholds.get(&of)?),
            Key::Class(label) => Item::Class(label, self.classes.get(&label)?.clone()),
        })
    }

    /// Everything decided.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let statements = self
            .statements
            .iter()
            .map(|(event, _)| Key::Statement(event));
        let masks = self
            .masks
            .keys()
            .map(|(span, label)| Key::Mask(*span, *label));
        let own = self.mask_thresholds.spans.keys();
        let own = own.map(|span| Key::MaskThreshold(Some(*span)));
        let keys = statements
            .chain(masks)
            .chain([Key::MaskThreshold(None)])
            .chain(own)
            .chain(self.flags.keys().copied().map(Key::Flag))
            .chain(self.reviewed.iter().copied().map(Key::Reviewed))
            .chain(self.thresholds.keys().copied().map(Key::Threshold))
            .chain(self.classes.keys().copied().map(Key::Class));
        keys.filter_map(|key| self.item(key))
    }

    /// Decide one thing as the assignment says; gives what takes that back.
    pub fn assign(&mut self, (key, item): Assignment) -> Assignment {
        let before = self.item(key);
        match (key, item) {
            (_, Some(item)) => self.put(item),
            (key, None) => self.remove(key),
        }
        (key, before)
    }

    fn put(&mut self, item: Item) {
        match item {
            Item::Statement(event, said) => drop(self.statements.set(event, Some(said))),
            Item::Mask(span, label, mask) => drop(self.masks.insert((span, label), mask)),
            Item::MaskThreshold(None, value) => self.mask_thresholds.clip = value,
            Item::MaskThreshold(Some(span), value) => {
                self.mask_thresholds.spans.insert(span, value);
            }
            Item::Flag(span, note) => drop(self.flags.insert(span, note)),
            Item::Reviewed(span) => drop(self.reviewed.insert(span)),
            Item::Threshold(of, value) => drop(self.thresholds.insert(of, value)),
            Item::Class(label, class) => drop(self.classes.insert(label, class)),
        }
    }

    fn remove(&mut self, key: Key) {
        match key {
            Key::Statement(event) => drop(self.statements.set(event, None)),
            Key::Mask(span, label) => drop(self.masks.remove(&(span, label))),
            Key::MaskThreshold(None) => self.mask_thresholds.clip = MaskThresholds::USUAL,
            Key::MaskThreshold(Some(span)) => drop(self.mask_thresholds.spans.remove(&span)),
            Key::Flag(span) => drop(self.flags.remove(&span)),
            Key::Reviewed(span) => drop(self.reviewed.remove(&span)),
            Key::Threshold(of) => drop(self.thresholds.remove(&of)),
            Key::Class(label) => drop(self.classes.remove(&label)),
        }
    }

    /// The reviewed span that holds a span's middle.
    pub fn review_of(&self, span: TimeSpan) -> Option<TimeSpan> {
        let middle = span.middle();
        let own = self.reviewed.range(until(middle)).next_back()?;
        own.contains(middle).then_some(*own)
    }

    /// The flagged span that holds a span's middle, with its note.
    pub fn flag_of(&self, span: TimeSpan) -> Option<(TimeSpan, &str)> {
        let middle = span.middle();
        let (own, note) = self.flags.range(until(middle)).next_back()?;
        own.contains(middle).then_some((*own, note.as_str()))
    }
}
