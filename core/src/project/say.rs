//! Saying something of a class over a span: what was said before is cut, so that no two words contradict each other.

use super::edit::Hand;
use super::said::other;
use super::{Item, Key, Statement};
use crate::base::{EventId, LabelId, Modality, Said, TimeSpan};

/// A class in a modality.
type Lane = (LabelId, Modality);

/// Carry a word out.
pub(super) fn say(hand: &mut Hand<'_>, event: EventId, lane: Lane, span: TimeSpan, said: Said) {
    // The event's own earlier word goes first: it moves.
    hand.speaking_of = Some(event);
    hand.remove(Key::Statement(event));
    if span.start >= span.end {
        return;
    }
    cut(hand, lane, span, |_| true);
    let (label, modality) = lane;
    match (other(modality), said) {
        (None, Said::Yes) => {
            for alone in [Modality::Audible, Modality::Visible] {
                cut(hand, (label, alone), span, |yes| !yes);
            }
        }
        (None, Said::No) => not_both(hand, label, span),
        (None, Said::Unknown) => {}
        (Some(other), Said::Yes) => {
            // Not both, but seen: with this word it would be both.
            for seen in lying_within(hand, (label, other), span, true) {
                cut(hand, (label, Modality::AudioVisual), seen, |yes| !yes);
            }
        }
        (Some(other), Said::No | Said::Unknown) => no_longer_both(hand, label, span, other),
    }
    if said != Said::Unknown {
        let yes = said == Said::Yes;
        let statement = Statement {
            label,
            modality,
            span,
            yes,
        };
        hand.put(Item::Statement(event, statement));
    }
}

/// Of what was said to be both heard and seen, one is not said any more: the other one still is.
fn no_longer_both(hand: &mut Hand<'_>, label: LabelId, span: TimeSpan, still: Modality) {
    let both = (label, Modality::AudioVisual);
    for (event, statement) in hand.state.statements.overlapping(label, both.1, span) {
        let Some(part) = statement.span.intersection(span).filter(|_| statement.yes) else {
            continue;
        };
        cut(hand, both, part, |yes| yes);
        for gap in unsaid(hand, (label, still), part) {
            let kept = Statement {
                label,
                modality: still,
                span: gap,
                yes: true,
            };
            let piece = free_piece(hand, event);
            hand.put(Item::Statement(piece, kept));
        }
    }
}

/// Not both at once: where each was said by itself, which of the two is wrong is not known any more.
fn not_both(hand: &mut Hand<'_>, label: LabelId, span: TimeSpan) {
    for heard in lying_within(hand, (label, Modality::Audible), span, true) {
        for both in lying_within(hand, (label, Modality::Visible), heard, true) {
            cut(hand, (label, Modality::Audible), both, |yes| yes);
            cut(hand, (label, Modality::Visible), both, |yes| yes);
        }
    }
}

/// The parts of a span where a lane is said to happen, or not to.
fn lying_within(hand: &Hand<'_>, lane: Lane, span: TimeSpan, yes: bool) -> Vec<TimeSpan> {
    let found = hand.state.statements.overlapping(lane.0, lane.1, span);
    let alike = found.into_iter().filter(|(_, said)| said.yes == yes);
    alike
        .filter_map(|(_, said)| said.span.intersection(span))
        .collect()
}

/// The parts of a span where nothing is said in a lane itself.
fn unsaid(hand: &Hand<'_>, lane: Lane, span: TimeSpan) -> Vec<TimeSpan> {
    let mut gaps = Vec::new();
    let mut from = span.start;
    for (_, said) in hand.state.statements.overlapping(lane.0, lane.1, span) {
        gaps.push(TimeSpan::new(from, said.span.start));
        from = said.span.end;
    }
    gaps.push(TimeSpan::new(from, span.end));
    gaps.retain(|gap| gap.start < gap.end);
    gaps
}

/// Take what is said in a lane off a span, where it is of the kind asked for. Of what was cut, the first part left keeps its name.
fn cut(hand: &mut Hand<'_>, lane: Lane, span: TimeSpan, which: impl Fn(bool) -> bool) {
    for (event, said) in hand.state.statements.overlapping(lane.0, lane.1, span) {
        if !which(said.yes) {
            continue;
        }
        hand.remove(Key::Statement(event));
        let parts = said.span.without(span);
        let mut name = Some(event);
        for part in parts.into_iter().flatten() {
            let name = name.take().unwrap_or_else(|| free_piece(hand, event));
            hand.put(Item::Statement(name, Statement { span: part, ..said }));
        }
    }
}

/// A name for a piece of an event that no event has.
fn free_piece(hand: &Hand<'_>, event: EventId) -> EventId {
    let taken = |name: &EventId| {
        hand.speaking_of == Some(*name) || hand.state.statements.get(*name).is_some()
    };
    let mut pieces = (0..).map(|count| event.piece(count));
    pieces.find(|name| !taken(name)).unwrap_or(event)
}
