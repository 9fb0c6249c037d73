//! What a person said, laid over what a model says. Pure: no file, clock or device; the same input gives the same output.

use std::collections::{BTreeMap, BTreeSet};

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
    let lanes = predicted.iter().map(|track| &track.label).cloned();
    let mut labels: BTreeSet<Label> = lanes.collect();
    labels.extend(said.labels().into_iter().map(|label| names.name(label)));
    let mut tracks = Vec::new();
    for label in labels {
        let classes = classes_called(said, names, &label);
        let of_class = || predicted.iter().filter(|track| track.label == label);
        if classes.is_empty() {
            tracks.extend(of_class().cloned());
            continue;
        }
        let lane = |modality| {
            let of_lane = of_class().filter(|track| track.modality == modality);
            let events = of_lane.flat_map(|track| track.events.iter().copied());
            merged(events.collect(), said, &classes, modality)
        };
        let audible = lane(Modality::Audible);
        let visible = lane(Modality::Visible);
        let mut both = lane(Modality::AudioVisual);
        if told_apart {
            follow(&mut both, (&audible, &visible), said, &classes);
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

/// One lane: the model's events without what is said, and what is said to happen.
fn merged(
    mut events: Vec<Event>,
    said: &Statements,
    classes: &[LabelId],
    modality: Modality,
) -> Vec<Event> {
    for class in classes {
        for verdict in said.verdicts(*class, modality) {
            events = without(&events, verdict.span);
            if verdict.yes {
                events.push(Event {
                    span: verdict.span,
                    score: 1.0,
                    source: Source::User(verdict.event),
                });
            }
        }
    }
    events.sort_by_key(|event| event.span);
    events
}

/// The classes of which something is said that go by a name.
fn classes_called(said: &Statements, names: &Names, label: &Label) -> Vec<LabelId> {
    let mut labels: Vec<LabelId> = said.labels().into_iter().collect();
    labels.retain(|class| names.name(*class) == *label);
    labels
}

/// Where something is said of being heard or of being seen alone, and nothing of both at once, both at once is where both are left.
fn follow(
    both: &mut Vec<Event>,
    (audible, visible): (&[Event], &[Event]),
    said: &Statements,
    classes: &[LabelId],
) {
    let spans = |modality| {
        let verdicts = classes
            .iter()
            .flat_map(move |c| said.verdicts(*c, modality));
        verdicts.map(|verdict| verdict.span)
    };
    let decided: Vec<TimeSpan> = spans(Modality::AudioVisual).collect();
    let alone = joined(spans(Modality::Audible).chain(spans(Modality::Visible)));
    let open = alone.into_iter().flat_map(|span| {
        let whole = vec![span];
        decided.iter().fold(whole, |parts, decided| {
            let parts = parts.into_iter().flat_map(|part| part.without(*decided));
            parts.flatten().collect()
        })
    });
    for span in open {
        *both = without(both, span);
        both.extend(both_of(audible, visible, span));
    }
    both.sort_by_key(|event| event.span);
}

/// Spans joined where they touch or overlap.
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

/// Events without what lies under a span.
fn without(events: &[Event], span: TimeSpan) -> Vec<Event> {
    let parts = events.iter().flat_map(|event| {
        let parts = event.span.without(span).into_iter().flatten();
        parts.map(|part| Event {
            span: part,
            ..*event
        })
    });
    parts.collect()
}

/// Where two lanes both have an event, within a span: the user's word only where both are, scored by the lower.
fn both_of(audible: &[Event], visible: &[Event], within: TimeSpan) -> Vec<Event> {
    let mut both = Vec::new();
    for heard in audible {
        for seen in visible {
            let shared = heard.span.intersection(seen.span);
            let Some(span) = shared.and_then(|span| span.intersection(within)) else {
                continue;
            };
            let source = match (heard.source, seen.source) {
                (user @ Source::User(_), Source::User(_)) => user,
                _ => Source::Model,
            };
            let score = heard.score.min(seen.score);
            both.push(Event {
                span,
                score,
                source,
            });
        }
    }
    both
}
