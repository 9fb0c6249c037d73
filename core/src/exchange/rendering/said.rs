//! A person's word in a prediction, so that pictures show it as they show a model's.

use std::collections::BTreeMap;

use crate::base::{Label, LabelId, Labels, Modality, Said, Time};
use crate::exchange::marks::What;
use crate::predict::{Detail, Prediction};
use crate::project::{Names, Statements};

/// The prediction with the score 1 where a person says that a class happens in the middle of a second, and 0 where it is denied.
/// Classes that the head does not know come behind its own; masks stay as they are.
pub fn with_said(
    prediction: &Prediction,
    said: &Statements,
    names: &Names,
    what: What,
) -> Prediction {
    let mut shown = prediction.clone();
    if what == What::Model || matches!(shown.detail, Detail::Segmented { .. }) {
        return shown;
    }
    let classes = classes_of(&mut shown, said, names);
    let seconds = shown.segments.len().min(shown.scores.len());
    for second in 0..seconds {
        let at = shown.segments[second].middle();
        let mut event = None;
        for (place, here) in classes.iter().enumerate() {
            let word = |modality| word(said, here, modality, at, what);
            let both = word(Modality::AudioVisual);
            let score = &mut shown.scores[second][place];
            let before = std::mem::replace(score, both.unwrap_or(*score));
            if both.is_some() {
                let change = event.get_or_insert(0.0);
                *change += *score - before;
            }
            if let Detail::Parsed { audible, visible } = &mut shown.detail {
                let heard = &mut audible[second][place];
                *heard = word(Modality::Audible).unwrap_or(*heard);
                let seen = &mut visible[second][place];
                *seen = word(Modality::Visible).unwrap_or(*seen);
            }
        }
        // Whether anything happens is what the classes' scores add up to.
        if let (Some(change), Detail::Localized { event }) = (event, &mut shown.detail) {
            event[second] = (event[second] + change).clamp(0.0, 1.0);
        }
    }
    shown
}

/// What a person says as a score; nothing where the model's stays.
fn word(
    said: &Statements,
    classes: &[LabelId],
    modality: Modality,
    at: Time,
    what: What,
) -> Option<f32> {
    let words = || classes.iter().map(|class| said.said(*class, modality, at));
    if words().any(|word| word == Said::Yes) {
        return Some(1.0);
    }
    let denied = words().any(|word| word == Said::No);
    (denied || what == What::Corrections).then_some(0.0)
}

/// Which of the classes that a person speaks of stand at each place: several, where one became part of another. Those that the
/// head does not know get places of their own.
fn classes_of(shown: &mut Prediction, said: &Statements, names: &Names) -> Vec<Vec<LabelId>> {
    let mut spoken: BTreeMap<Label, Vec<LabelId>> = BTreeMap::new();
    for class in said.labels() {
        spoken.entry(names.name(class)).or_default().push(class);
    }
    let known = shown.labels.iter();
    let mut classes: Vec<Vec<LabelId>> = known
        .map(|label| spoken.remove(label).unwrap_or_default())
        .collect();
    let all: Vec<Label> = shown.labels.iter().chain(spoken.keys()).cloned().collect();
    shown.labels = Labels::new(all);
    let mut rows: Vec<&mut Vec<f32>> = shown.scores.iter_mut().collect();
    if let Detail::Parsed { audible, visible } = &mut shown.detail {
        rows.extend(audible.iter_mut().chain(visible));
    }
    for row in rows {
        row.resize(row.len() + spoken.len(), 0.0);
    }
    classes.extend(spoken.into_values());
    classes
}
