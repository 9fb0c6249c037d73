//! What becomes of a person's corrections when a file is taken in: what is new, what they say already, and what contradicts them.
//! Pure: nothing is written here, so that it can be shown first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{By, Mark, MaskMark, Sheet};
use crate::base::{EventId, Label, LabelId, Modality, Said, Time, TimeSpan};
use crate::project::{Assignment, Change, Class, Corrections, Edit, Item, Key, Scope, Verdict};

/// What of an event is not said yet counts from this length on: shorter pieces at the edges come of formats that round times.
const PIECE: Time = Time::from_micros(50_000);

/// What is taken in, and into what.
#[derive(Clone, Copy, Debug)]
pub struct Importing<'a> {
    /// What the file says.
    pub sheet: &'a Sheet,
    /// What is said of the clip so far.
    pub said: &'a Corrections,
    /// The project's classes.
    pub classes: &'a BTreeMap<LabelId, Class>,
    /// The classes that models know.
    pub known: &'a BTreeSet<Label>,
    /// Whether what contradicts the file gives way to it.
    pub replace: bool,
    /// Whether what the file calls a model's word becomes a person's.
    pub with_model: bool,
}

/// Something the file says that a person said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// An event, with what is said now over a part of it.
    Mark(Mark, Verdict),
    /// A mask, where another one is drawn.
    Mask(MaskMark),
}

/// `1.5 s to 2 s  Dog, heard`, or `not heard`.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end, label) = (self.span.start, self.span.end, &self.label);
        let perceived = match (self.modality, self.by) {
            (Modality::Audible, By::Person { yes: false }) => "not heard",
            (Modality::Visible, By::Person { yes: false }) => "not seen",
            (Modality::AudioVisual, By::Person { yes: false }) => "not both heard and seen",
            (Modality::Audible, _) => "heard",
            (Modality::Visible, _) => "seen",
            (Modality::AudioVisual, _) => "heard and seen",
        };
        write!(f, "{start} to {end}  {label}, {perceived}")
    }
}

/// What the file says, and what a person said.
impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mark(mark, verdict) => {
                let now = if verdict.yes {
                    "happens"
                } else {
                    "does not happen"
                };
                let (start, end) = (verdict.span.start, verdict.span.end);
                write!(f, "{mark}; you said: {now} {start} to {end}")
            }
            Self::Mask(mask) => {
                let (start, label) = (mask.span.start, &mask.label);
                write!(f, "mask of {label} at {start}; another one is drawn there")
            }
        }
    }
}

/// What taking a file in would do.
#[derive(Clone, Debug, Default)]
pub struct ImportPlan {
    /// What is said newly.
    pub new: Vec<Mark>,
    /// Masks that are drawn newly.
    pub new_masks: Vec<MaskMark>,
    /// How many events and masks are there already.
    pub equal: usize,
    /// What is contradicted: left out, or with `replace` put in its place.
    pub conflicts: Vec<Conflict>,
    /// How many events and masks are a model's word, left out.
    pub of_model: usize,
    /// How many lie outside the clip, or have no length.
    pub outside: usize,
    /// How many masks are for a picture of another size.
    pub odd_masks: usize,
    /// Classes that are new.
    pub classes: Vec<Label>,
    /// What is set in the project before; nothing, where no class is new.
    pub project: Option<Change>,
    /// What is set in the clip, as one edit; nothing, where nothing is new.
    pub clip: Option<Change>,
}

/// What taking a file in does.
pub fn plan(importing: &Importing<'_>) -> ImportPlan {
    let mut hand = Hand {
        importing,
        state: importing.said.clone(),
        touched: BTreeSet::new(),
        new_classes: BTreeMap::new(),
        plan: ImportPlan::default(),
    };
    for mark in &importing.sheet.marks {
        hand.mark(mark);
    }
    for mask in &importing.sheet.masks {
        hand.mask(mask);
    }
    hand.finish()
}

struct Hand<'a> {
    importing: &'a Importing<'a>,
    state: Corrections,
    touched: BTreeSet<Key>,
    new_classes: BTreeMap<LabelId, Class>,
    plan: ImportPlan,
}

impl Hand<'_> {
    fn mark(&mut self, mark: &Mark) {
        if mark.by.is_model() && !self.importing.with_model {
            self.plan.of_model += 1;
            return;
        }
        let clip = TimeSpan::new(Time::ZERO, self.importing.sheet.media.duration);
        let Some(span) = mark.span.intersection(clip) else {
            self.plan.outside += 1;
            return;
        };
        let yes = mark.by != (By::Person { yes: false });
        let label = self.class_of(&mark.label);
        let verdicts = self.state.statements.verdicts(label, mark.modality);
        let here = || {
            verdicts
                .iter()
                .filter(|v| v.span.intersection(span).is_some())
        };
        if let Some(against) = here().find(|verdict| verdict.yes != yes) {
            let conflict = Conflict::Mark(mark.clone(), *against);
            self.plan.conflicts.push(conflict);
            if self.importing.replace {
                self.say(label, mark.modality, span, yes);
            }
            return;
        }
        let agreeing: Vec<TimeSpan> = here().map(|verdict| verdict.span).collect();
        let open = unsaid(span, &agreeing);
        if open.is_empty() {
            // What the file says twice is no second thing: only what was there before it counts.
            let before = self
                .importing
                .said
                .statements
                .verdicts(label, mark.modality);
            let before: Vec<TimeSpan> = before.iter().map(|verdict| verdict.span).collect();
            self.plan.equal += usize::from(unsaid(span, &before).is_empty());
            return;
        }
        self.plan.new.push(mark.clone());
        for part in open {
            self.say(label, mark.modality, part, yes);
        }
    }

    fn say(&mut self, label: LabelId, modality: Modality, span: TimeSpan, yes: bool) {
        self.change(Change::Say {
            event: EventId::fresh(),
            label,
            modality,
            span,
            said: Said::from(yes),
        });
    }

    fn mask(&mut self, mask: &MaskMark) {
        if mask.by.is_model() && !self.importing.with_model {
            self.plan.of_model += 1;
            return;
        }
        let media = &self.importing.sheet.media;
        if (mask.mask.width, mask.mask.height) != media.size {
            self.plan.odd_masks += 1;
            return;
        }
        let clip = TimeSpan::new(Time::ZERO, media.duration);
        if mask.span.intersection(clip).is_none() {
            self.plan.outside += 1;
            return;
        }
        let label = self.class_of(&mask.label);
        let drawn = self.state.masks.iter();
        let others: Vec<TimeSpan> = drawn
            .filter(|((span, of), _)| *of == label && span.intersection(mask.span).is_some())
            .map(|((span, _), _)| *span)
            .collect();
        let key = (mask.span, label);
        let same = |said: &Corrections| said.masks.get(&key).is_some_and(|m| **m == mask.mask);
        if same(&self.state) {
            self.plan.equal += usize::from(same(self.importing.said));
            return;
        }
        if others.is_empty() {
            self.plan.new_masks.push(mask.clone());
        } else {
            self.plan.conflicts.push(Conflict::Mask(mask.clone()));
            if !self.importing.replace {
                return;
            }
            for span in others {
                let mask = None;
                self.change(Change::Mask { span, label, mask });
            }
        }
        self.change(Change::Mask {
            span: mask.span,
            label,
            mask: Some(std::sync::Arc::new(mask.mask.clone())),
        });
    }

    /// The class that is called so now; else the one that models call so, which is new where none does.
    fn class_of(&mut self, name: &Label) -> LabelId {
        let classes = self.importing.classes;
        let mut called = classes.iter();
        let called = called.find(|(_, class)| *class.name == **name && class.merged_into.is_none());
        if let Some((label, _)) = called {
            return *label;
        }
        let label = LabelId::named(name);
        if let Some(into) = classes.get(&label).and_then(|class| class.merged_into) {
            return into;
        }
        if !classes.contains_key(&label) && !self.importing.known.contains(name) {
            let class = Class {
                name: name.to_string(),
                color: None,
                merged_into: None,
            };
            self.new_classes.insert(label, class);
        }
        label
    }

    fn change(&mut self, change: Change) {
        // Whose it is makes no difference to the state.
        let of = Scope::Project;
        if let Change::Set(before) = (Edit { of, change }).apply(&mut self.state).change {
            self.touched.extend(before.into_iter().map(|(key, _)| key));
        }
    }

    fn finish(mut self) -> ImportPlan {
        let set = self.touched.iter().filter_map(|key| {
            let now = self.state.item(*key);
            (now != self.importing.said.item(*key)).then_some((*key, now))
        });
        let set: Vec<Assignment> = set.collect();
        // A class that nothing is said of after all is not made.
        let used: BTreeSet<LabelId> = set
            .iter()
            .filter_map(|(_, item)| label_of(item.as_ref()?))
            .collect();
        self.new_classes.retain(|label, _| used.contains(label));
        let classes = self.new_classes.values();
        self.plan.classes = classes
            .map(|class| Label::from(class.name.as_str()))
            .collect();
        let new = self.new_classes.into_iter();
        let new: Vec<Assignment> = new
            .map(|(label, class)| (Key::Class(label), Some(Item::Class(label, class))))
            .collect();
        self.plan.project = (!new.is_empty()).then_some(Change::Set(new));
        self.plan.clip = (!set.is_empty()).then_some(Change::Set(set));
        self.plan
    }
}

fn label_of(item: &Item) -> Option<LabelId> {
    match item {
        Item::Statement(_, statement) => Some(statement.label),
        Item::Mask(_, label, _) => Some(*label),
        _ => None,
    }
}

/// The parts of a span that none of some spans covers, without slivers at their edges.
fn unsaid(span: TimeSpan, covered: &[TimeSpan]) -> Vec<TimeSpan> {
    let mut open = vec![span];
    for other in covered {
        open = open
            .into_iter()
            .flat_map(|part| part.without(*other))
            .flatten()
            .collect();
    }
    if !covered.is_empty() {
        open.retain(|part| part.duration() >= PIECE);
    }
    open
}

impl ImportPlan {
    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        self.clip.is_none()
    }

    /// `4 new, 2 there already, 1 in conflict`, and what was left out.
    pub fn summary(&self, replace: bool) -> String {
        let new = self.new.len() + self.new_masks.len();
        let treated = if replace { "replaced" } else { "left as it is" };
        let mut text = format!("{new} new, {} there already", self.equal);
        let rest = [
            (self.conflicts.len(), format!("in conflict ({treated})")),
            (self.of_model, "by a model, left out".to_owned()),
            (
                self.outside,
                "outside the clip or without length, left out".to_owned(),
            ),
            (
                self.odd_masks,
                "masks for pictures of another size, left out".to_owned(),
            ),
        ];
        for (count, what) in rest.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {count} {what}"));
        }
        if !self.classes.is_empty() {
            text.push_str(&format!("; new classes: {}", self.classes.join(", ")));
        }
        text
    }
}
