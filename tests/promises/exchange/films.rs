//! A film shows a person's word where it is said: over a model that says nothing there, and of classes that no model knows.

use std::collections::BTreeMap;

use mettle_core::base::{ClipId, EventId, HeadId, LabelId, Labels, Modality, Said, Time, TimeSpan};
use mettle_core::exchange::marks::What;
use mettle_core::exchange::rendering::with_said;
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey, Thresholds, label_of};
use mettle_core::project::{Change, Class, Corrections, Edit, Names};

use super::span;

/// A bark in the first second, and nothing in two more.
fn prediction() -> Prediction {
    let scores = vec![vec![0.9, 0.05], vec![0.03, 0.02], vec![0.03, 0.02]];
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Bark", "Truck"]),
        segments: TimeSpan::seconds_of(Time::from_micros(3_000_000)),
        familiarity: vec![1.0; 3],
        detail: Detail::localized(&scores),
        scores,
    }
}

/// The labels of the three seconds, once it was said of some that a class happens or does not.
fn labels(words: &[(&str, f64, Said)], what: What) -> Vec<String> {
    let prediction = prediction();
    let mut corrections = Corrections::default();
    for (number, (class, from, word)) in words.iter().enumerate() {
        let span = span(*from, from + 1.0);
        let label = LabelId::named(class);
        let change = Change::Say {
            event: EventId([number as u8; 16]),
            label,
            modality: Modality::AudioVisual,
            span,
            said: *word,
        };
        Edit::of_clip(ClipId::default(), change).apply(&mut corrections);
    }
    let classes = words.iter().map(|(class, ..)| {
        let named = Class {
            name: (*class).to_owned(),
            color: None,
            merged_into: None,
        };
        (LabelId::named(class), named)
    });
    let classes: BTreeMap<LabelId, Class> = classes.collect();
    let names = Names::of(prediction.labels.iter(), &classes);
    let shown = with_said(&prediction, &corrections.statements, &names, what);
    let at = Thresholds::at(0.5);
    (0..3)
        .map(|second| label_of(&shown, &at, second).to_string())
        .collect()
}

#[test]
fn a_word_over_a_silent_model_is_in_the_film() {
    let said = labels(&[("Truck", 1.0, Said::Yes)], What::Shown);
    assert_eq!(said, ["Bark", "Truck", "background"]);
}

#[test]
fn what_is_denied_leaves_nothing_and_no_other_class_in_its_place() {
    let said = labels(&[("Bark", 0.0, Said::No)], What::Shown);
    assert_eq!(said, ["background"; 3]);
}

#[test]
fn a_class_that_no_model_knows_is_in_the_film() {
    let words = [
        ("犬 \"quoted\"", 0.0, Said::Yes),
        ("犬 \"quoted\"", 2.0, Said::Yes),
    ];
    assert_eq!(
        labels(&words, What::Shown),
        ["犬 \"quoted\"", "background", "犬 \"quoted\""]
    );
    assert_eq!(
        labels(&words[1..], What::Corrections),
        ["background", "background", "犬 \"quoted\""]
    );
    assert_eq!(
        labels(&words, What::Model),
        ["Bark", "background", "background"]
    );
}
