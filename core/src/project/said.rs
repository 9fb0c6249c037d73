//! What a person said of a class: heard, seen or both, over a stretch of time; yes, no, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
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
    /// The same by where it stands, so that a lane is read from end to end without looking anything else up.
    by_place: BTreeMap<(LabelId, Modality, Time, EventId), Statement>,
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
            self.by_place.insert(place(said), *said);
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
            .map(|((.., event), said)| (*event, *said))
            .take_while(|(_, said)| said.span.end > span.start)
            .collect();
        found.reverse();
        found
    }

    /// What is to be said so that it goes on with the same word beside it, under its name; nothing where it is said already.
    pub(super) fn joined(&self, change: Change) -> Option<Change> {
        let Change::Say {
            label,
            modality,
            span,
            said,
            ..
        } = change
        else {
            return Some(change);
        };
        let moment = Time::from_micros(1);
        let around = TimeSpan::new(span.start - moment, span.end + moment);
        let beside = self.overlapping(label, modality, around).into_iter();
        let same = beside.filter(|(_, other)| Said::from(other.yes) == said);
        let same: Vec<(EventId, TimeSpan)> = same.map(|(name, other)| (name, other.span)).collect();
        let Some((event, _)) = same.first() else {
            return Some(change);
        };
        let mut told = span.start;
        let mut whole = span;
        for (_, other) in &same {
            if other.start <= told {
                told = told.max(other.end);
            }
            whole = TimeSpan::new(whole.start.min(other.start), whole.end.max(other.end));
        }
        (told < span.end).then_some(Change::Say {
            event: *event,
            label,
            modality,
            span: whole,
            said,
        })
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
        self.verdicts_within(label, modality, TimeSpan::ALL)
    }

    /// The same of a stretch of time, cut at its ends. Looks at no statement beyond it, and at each in it once.
    pub fn verdicts_within(
        &self,
        label: LabelId,
        modality: Modality,
        within: TimeSpan,
    ) -> Vec<Verdict> {
        let [audible, visible, both] = self.read_through(label, within, &[modality]);
        match modality {
            Modality::Audible => audible,
            Modality::Visible => visible,
            Modality::AudioVisual => both,
        }
    }

    /// The verdicts of a class on being heard, on being seen, and on both at once: each statement is looked at once for all three.
    pub(super) fn all_verdicts(&self, label: LabelId) -> [Vec<Verdict>; 3] {
        self.read_through(label, TimeSpan::ALL, &LAYERS)
    }

    /// Those that are asked for; the others stay empty.
    fn read_through(
        &self,
        label: LabelId,
        within: TimeSpan,
        asked: &[Modality],
    ) -> [Vec<Verdict>; 3] {
        let [mut heard, mut seen, mut both] =
            LAYERS.map(|layer| Layer::new(self.overlapping(label, layer, within)));
        let layers = [&heard, &seen, &both];
        let said = layers.iter().flat_map(|layer| &layer.statements);
        let parts = said.filter_map(|(_, said)| said.span.intersection(within));
        let mut edges: Vec<Time> = parts.flat_map(|part| [part.start, part.end]).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut verdicts: [Vec<Verdict>; 3] = Default::default();
        for pair in edges.windows(2) {
            let span = TimeSpan::new(pair[0], pair[1]);
            let at = span.start;
            let words = [heard.word_at(at), seen.word_at(at), both.word_at(at)];
            for modality in asked {
                if let Some(word) = holds(*modality, |layer| words[place_of(layer)]) {
                    go_on(&mut verdicts[place_of(*modality)], span, word);
                }
            }
        }
        verdicts
    }

    /// The classes of which something is said. Looks at one statement of each, however many there are.
    pub fn labels(&self) -> BTreeSet<LabelId> {
        let from = |label| {
            let first = Time::from_micros(i64::MIN);
            (label, Modality::Audible, first, EventId([0; 16]))
        };
        let at_or_after = |label| {
            let next = self.by_place.range(from(label)..).next();
            next.map(|((label, ..), _)| *label)
        };
        let after = |LabelId(label): &LabelId| {
            let next = u128::from_be_bytes(*label).checked_add(1)?;
            at_or_after(LabelId(next.to_be_bytes()))
        };
        std::iter::successors(at_or_after(LabelId([0; 16])), after).collect()
    }

    /// What holds at a moment, and by which event.
    fn read(&self, label: LabelId, modality: Modality, at: Time) -> Option<Word> {
        holds(modality, |modality| self.own(label, modality, at))
    }

    fn own(&self, label: LabelId, modality: Modality, at: Time) -> Option<Word> {
        let moment = TimeSpan::new(at, at + Time::from_micros(1));
        let found = self.overlapping(label, modality, moment);
        found.first().map(|(event, said)| (*event, said.yes))
    }
}

/// By which event, and whether it says yes.
type Word = (EventId, bool);

/// What holds, given what is said in each modality itself. Its own modality's word first. Else what follows from the others: what is
/// heard and seen is heard; what is not heard is not both; what is seen, and not both, is not heard.
fn holds(modality: Modality, own: impl Fn(Modality) -> Option<Word>) -> Option<Word> {
    use Modality::{Audible, AudioVisual, Visible};
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

/// One more stretch of a lane; it is the last one's end, where that says the same for the same event.
fn go_on(verdicts: &mut Vec<Verdict>, span: TimeSpan, (event, yes): Word) {
    match verdicts.last_mut() {
        Some(last) if last.span.end == span.start && (last.yes, last.event) == (yes, event) => {
            last.span.end = span.end;
        }
        _ => verdicts.push(Verdict { span, yes, event }),
    }
}

/// A modality's place in [`LAYERS`].
pub(super) fn place_of(modality: Modality) -> usize {
    match modality {
        Modality::Audible => 0,
        Modality::Visible => 1,
        Modality::AudioVisual => 2,
    }
}

/// The statements of a class in one modality, read from the earliest on.
struct Layer {
    statements: Vec<(EventId, Statement)>,
    next: usize,
}

impl Layer {
    fn new(statements: Vec<(EventId, Statement)>) -> Self {
        Self {
            statements,
            next: 0,
        }
    }

    /// What is said at a moment, which must not be before the last one that was asked.
    fn word_at(&mut self, at: Time) -> Option<Word> {
        let rest = self.statements.get(self.next..).unwrap_or_default();
        self.next += rest.iter().take_while(|(_, s)| s.span.end <= at).count();
        let (event, said) = self.statements.get(self.next)?;
        (said.span.start <= at).then_some((*event, said.yes))
    }
}
