//! What a person said, laid over what a model says. Pure: no file, clock or device; the same input gives the same output.

use std::collections::BTreeMap;

use super::said::{Verdict, place_of};
use super::{Event, Source, Statements, Track};
use crate::base::{Label, LabelId, Modality, TimeSpan};

/// Names of classes: which class a label means, and what a class is called now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<LabelId, Label>);

impl Names {
    /// Those of models, under the names they were given since; a class that became part of another is called as that one.
    pub fn of<'a>(
        labels: impl IntoIterator<Item = &'a Label>,
        classes: &BTreeMap<LabelId, super::Class>,
    ) -> Self {
        let by_models = labels.into_iter();
        let mut names: BTreeMap<LabelId, Label> = by_models
            .map(|label| (LabelId::named(label), label.clone()))
            .collect();
        for (label, class) in classes {
            names.insert(*label, Label::from(class.name.as_str()));
        }
        for (label, class) in classes {
            let into = class.merged_into.and_then(|into| names.get(&into).cloned());
            if let Some(into) = into {
                names.insert(*label, into);
            }
        }
        Self(names)
    }

    /// What a class is called; its number, where nobody named it.
    pub fn name(&self, label: LabelId) -> Label {
        let known = self.0.get(&label).cloned();
        known.unwrap_or_else(|| Label::from(label.to_string()))
    }
}

/// The events of every class and modality once the user's word is laid over the model's. Where something is said, it holds: said to
/// happen, the user's event stands in place of the model's; said not to, there is none. Where nothing is said, the model's events
/// are as they were. Where heard and seen are told apart, both at once is where both are left (LLP's definition).
///
/// The order of the tracks, and of what was said, makes no difference. They come by class name, audible, visible, both at once.
pub fn merge(predicted: &[Track], said: &Statements, names: &Names) -> Vec<Track> {
    if said.is_empty() {
        return predicted.to_vec();
    }
    let told_apart = predicted
        .iter()
        .any(|track| track.modality != Modality::AudioVisual);
    let lanes = predicted.iter().map(|track| (track.label.clone(), vec![]));
    let mut labels: BTreeMap<Label, Vec<LabelId>> = lanes.collect();
    for class in said.labels() {
        labels.entry(names.name(class)).or_default().push(class);
    }
    let mut tracks = Vec::new();
    for (label, classes) in labels {
        let of_class = || predicted.iter().filter(|track| track.label == label);
        if classes.is_empty() {
            tracks.extend(of_class().cloned());
            continue;
        }
        let verdicts = classes.iter().map(|class| said.all_verdicts(*class));
        let verdicts: Vec<[Vec<Verdict>; 3]> = verdicts.collect();
        let lane = |modality| {
            let of_lane = of_class().filter(|track| track.modality == modality);
            let events = of_lane.flat_map(|track| track.events.iter().copied());
            merged(events.collect(), of_modality(&verdicts, modality))
        };
        let audible = lane(Modality::Audible);
        let visible = lane(Modality::Visible);
        let mut both = lane(Modality::AudioVisual);
        if told_apart {
            follow(&mut both, (&audible, &visible), &verdicts);
        }
        for (modality, events) in [
            (Modality::Audible, audible),
            (Modality::Visible, visible),
            (Modality::AudioVisual, both),
        ] {
            if !events.is_empty() {
                let label = label.clone();
                tracks.push(Track {
                    label,
                    modality,
                    events,
                });
            }
        }
    }
    tracks.sort_by(|a, b| (&a.label, a.modality).cmp(&(&b.label, b.modality)));
    tracks
}

/// What is said of being perceived in one way, class by class.
fn of_modality(
    verdicts: &[[Vec<Verdict>; 3]],
    modality: Modality,
) -> impl Iterator<Item = &[Verdict]> {
    let place = place_of(modality);
    verdicts.iter().map(move |of_class| &*of_class[place])
}

/// One lane: the model's events without what is said, and what is said to happen.
fn merged<'a>(mut events: Vec<Event>, verdicts: impl Iterator<Item = &'a [Verdict]>) -> Vec<Event> {
    for verdicts in verdicts {
        let spans: Vec<TimeSpan> = verdicts.iter().map(|verdict| verdict.span).collect();
        events = without(&events, &spans);
        let happens = verdicts.iter().filter(|verdict| verdict.yes);
        events.extend(happens.map(|verdict| Event {
            span: verdict.span,
            score: 1.0,
            source: Source::User(verdict.event),
        }));
    }
    events.sort_by_key(|event| event.span);
    events
}

/// Where something is said of being heard or of being seen alone, and nothing of both at once, both at once is where both are left.
fn follow(
    both: &mut Vec<Event>,
    (audible, visible): (&[Event], &[Event]),
    verdicts: &[[Vec<Verdict>; 3]],
) {
    let spans = |modality| {
        let verdicts = of_modality(verdicts, modality).flatten();
        verdicts.map(|verdict| verdict.span)
    };
    let decided = joined(spans(Modality::AudioVisual));
    let alone = joined(spans(Modality::Audible).chain(spans(Modality::Visible)));
    let open = alone.into_iter().flat_map(|span| rest_of(span, &decided));
    let open: Vec<TimeSpan> = open.collect();
    *both = without(both, &open);
    both.extend(both_of(audible, visible, &open));
    both.sort_by_key(|event| event.span);
}

/// Spans joined where they touch or overlap: in order and disjoint.
fn joined(spans: impl Iterator<Item = TimeSpan>) -> Vec<TimeSpan> {
    let mut spans: Vec<TimeSpan> = spans.collect();
    spans.sort_unstable();
    let mut joined: Vec<TimeSpan> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Those of some things in order and disjoint that share a moment with a span: hours of them cost no more than those few.
fn touching<T>(things: &[T], span: TimeSpan, of: impl Fn(&T) -> TimeSpan) -> &[T] {
    let first = things.partition_point(|thing| of(thing).end <= span.start);
    let rest = things.get(first..).unwrap_or_default();
    let count = rest.partition_point(|thing| of(thing).start < span.end);
    rest.get(..count).unwrap_or_default()
}

/// What is left of a span where others, in order and disjoint, lie over it.
fn rest_of(span: TimeSpan, over: &[TimeSpan]) -> Vec<TimeSpan> {
    let mut parts = Vec::new();
    let mut rest = Some(span);
    for over in touching(over, span, |over| *over) {
        let Some(whole) = rest else { break };
        let before = TimeSpan::new(whole.start, over.start);
        parts.extend(before.intersection(whole));
        rest = TimeSpan::new(over.end, whole.end).intersection(whole);
    }
    parts.extend(rest);
    parts
}

/// Events without what lies under spans that are in order and disjoint.
fn without(events: &[Event], over: &[TimeSpan]) -> Vec<Event> {
    let parts = events.iter().flat_map(|event| {
        let parts = rest_of(event.span, over).into_iter();
        parts.map(|span| Event { span, ..*event })
    });
    parts.collect()
}

/// Where two lanes both have an event, within spans that are in order and disjoint: the user's word only where both are, scored by
/// the lower.
fn both_of(audible: &[Event], visible: &[Event], within: &[TimeSpan]) -> Vec<Event> {
    let mut both = Vec::new();
    for heard in audible {
        for seen in touching(visible, heard.span, |event| event.span) {
            let Some(shared) = heard.span.intersection(seen.span) else {
                continue;
            };
            let source = match (heard.source, seen.source) {
                (user @ Source::User(_), Source::User(_)) => user,
                _ => Source::Model,
            };
            let within = touching(within, shared, |span| *span).iter();
            let spans = within.filter_map(|span| span.intersection(shared));
            both.extend(spans.map(|span| Event {
                span,
                score: heard.score.min(seen.score),
                source,
            }));
        }
    }
    both
}
