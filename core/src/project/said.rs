//! What a person said of a class: heard, seen or both, over a stretch of time; yes, no, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{EventId, LabelId, Modality, Said, Time, TimeSpan};

/// One event said to happen, or said not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Of which class.
    pub label: LabelId,
    /// Of being heard, of being seen, or of both at once.
    pub modality: Modality,
    /// When; never empty.
    pub span: TimeSpan,
    /// Whether it happens.
    pub yes: bool,
}

/// A stretch of time of which the same is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// From when to when it holds.
    pub span: TimeSpan,
    /// Whether it happens.
    pub yes: bool,
    /// The event that says so.
    pub event: EventId,
}

/// The three ways a class is perceived, each said by itself.
const LAYERS: [Modality; 3] = [Modality::Audible, Modality::Visible, Modality::AudioVisual];

/// Seen for heard, heard for seen; none for both at once.
pub(super) fn other(modality: Modality) -> Option<Modality> {
    match modality {
        Modality::Audible => Some(Modality::Visible),
        Modality::Visible => Some(Modality::Audible),
        Modality::AudioVisual => None,
    }
}

/// All that is said about a clip. Of one class in one modality no two statements overlap, and none contradicts another's
/// modality: [`super::Edit::apply`] sees to that, the newest word holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    by_event: BTreeMap<EventId, Statement>,
    by_place: BTreeSet<(LabelId, Modality, Time, EventId)>,
}

impl Statements {
    /// A statement by the event's name.
    pub fn get(&self, event: EventId) -> Option<&Statement> {
        self.by_event.get(&event)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (EventId, &Statement)> {
        self.by_event.iter().map(|(event, said)| (*event, said))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.by_event.len()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.by_event.is_empty()
    }

    /// Say this, or say nothing, under an event's name; gives what was said before.
    pub(super) fn set(&mut self, event: EventId, said: Option<Statement>) -> Option<Statement> {
        let place = |s: &Statement| (s.label, s.modality, s.span.start, event);
        let before = match said {
            Some(said) => self.by_event.insert(event, said),
            None => self.by_event.remove(&event),
        };
        if let Some(before) = &before {
            self.by_place.remove(&place(before));
        }
        if let Some(said) = &said {
            self.by_place.insert(place(said));
        }
        before
    }

    /// The statements of one class and modality that share a moment with a span, the earliest first. Looks at no others.
    pub fn overlapping(
        &self,
        label: LabelId,
        modality: Modality,
        span: TimeSpan,
    ) -> Vec<(EventId, Statement)> {
        let from = (
            label,
            modality,
            Time::from_micros(i64::MIN),
            EventId([0; 16]),
        );
        let to = (label, modality, span.end, EventId([0; 16]));
        let earlier = self.by_place.range(from..to).rev();
        let mut found: Vec<_> = earlier
            .filter_map(|(.., event)| Some((*event, *self.by_event.get(event)?)))
            .take_while(|(_, said)| said.span.end > span.start)
            .collect();
        found.reverse();
        found
    }

    /// What is said of a class in a modality at a moment.
    pub fn said(&self, label: LabelId, modality: Modality, at: Time) -> Said {
        match self.read(label, modality, at) {
            Some((_, true)) => Said::Yes,
            Some((_, false)) => Said::No,
            None => Said::Unknown,
        }
    }

    /// Every stretch of which something is said, of a class in a modality: in order, disjoint, neighbours that say the same for
    /// the same event joined.
    pub fn verdicts(&self, label: LabelId, modality: Modality) -> Vec<Verdict> {
        let mut edges: Vec<Time> = Vec::new();
        for layer in LAYERS {
            for (_, said) in self.overlapping(label, layer, TimeSpan::ALL) {
                edges.extend([said.span.start, said.span.end]);
            }
        }
        edges.sort_unstable();
        edges.dedup();
        let mut verdicts: Vec<Verdict> = Vec::new();
        for pair in edges.windows(2) {
            let Some((event, yes)) = self.read(label, modality, pair[0]) else {
                continue;
            };
            let span = TimeSpan::new(pair[0], pair[1]);
            match verdicts.last_mut() {
                Some(last)
                    if last.span.end == span.start && (last.yes, last.event) == (yes, event) =>
                {
                    last.span.end = span.end;
                }
                _ => verdicts.push(Verdict { span, yes, event }),
            }
        }
        verdicts
    }

    /// The classes of which something is said.
    pub fn labels(&self) -> BTreeSet<LabelId> {
        self.by_place.iter().map(|(label, ..)| *label).collect()
    }

    /// What holds at a moment, and by which event. Its own modality's word first. Else what follows from the others: what is
    /// heard and seen is heard; what is not heard is not both; what is seen, and not both, is not heard.
    fn read(&self, label: LabelId, modality: Modality, at: Time) -> Option<(EventId, bool)> {
        use Modality::{Audible, AudioVisual, Visible};
        let own = |modality| self.own(label, modality, at);
        if let Some(own) = own(modality) {
            return Some(own);
        }
        match modality {
            AudioVisual => match (own(Audible), own(Visible)) {
                (Some(no @ (_, false)), _) | (_, Some(no @ (_, false))) => Some(no),
                (Some(yes), Some(_)) => Some(yes),
                _ => None,
            },
            Audible | Visible => match own(AudioVisual)? {
                yes @ (_, true) => Some(yes),
                no => own(other(modality)?).filter(|(_, yes)| *yes).map(|_| no),
            },
        }
    }

    fn own(&self, label: LabelId, modality: Modality, at: Time) -> Option<(EventId, bool)> {
        let moment = TimeSpan::new(at, at + Time::from_micros(1));
        let found = self.overlapping(label, modality, moment);
        found.first().map(|(event, said)| (*event, said.yes))
    }
}
