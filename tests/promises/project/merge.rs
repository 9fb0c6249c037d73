//! The user's word over the model's: what is said holds, what is not said stays the model's, and order makes no difference.

use std::collections::BTreeMap;

use mettle_core::base::{Label, LabelId, Modality, Said, Time};
use mettle_core::project::{Change, Class, Corrections, Event, Names, Source, Track, merge};
use proptest::prelude::*;

use super::{MODALITIES, event, of_clip, say, span};
use Modality::{Audible, AudioVisual, Visible};
use Said::{No, Unknown, Yes};

const CLASSES: [&str; 3] = ["Dog", "Cat", "Bell"];

fn names() -> Names {
    let labels: Vec<Label> = CLASSES.iter().map(|name| Label::from(*name)).collect();
    Names::of(&labels, &BTreeMap::new())
}

fn track(label: &str, modality: Modality, spans: &[(i64, i64)]) -> Track {
    let event = |&(from, to)| Event {
        span: span(from, to),
        score: 0.75,
        source: Source::Model,
    };
    Track {
        label: label.into(),
        modality,
        events: spans.iter().map(event).collect(),
    }
}

fn said(changes: &[Change]) -> Corrections {
    let mut corrections = Corrections::default();
    for change in changes {
        of_clip(1, change.clone()).apply(&mut corrections);
    }
    corrections
}

/// The event of a class at a tenth of a second.
fn at(tracks: &[Track], label: &str, modality: Modality, tenth: i64) -> Option<Event> {
    let moment = Time::from_micros(tenth * 100_000 + 50_000);
    let mut of_lane = tracks
        .iter()
        .filter(|t| &*t.label == label && t.modality == modality);
    let track = of_lane.next();
    assert!(of_lane.next().is_none(), "one track a lane");
    let found: Vec<Event> = track
        .into_iter()
        .flat_map(|track| track.events.iter().copied())
        .filter(|event| event.span.contains(moment))
        .collect();
    assert!(found.len() < 2, "events of a lane are disjoint");
    found.first().copied()
}

#[test]
fn a_denied_event_is_cut_and_a_said_one_stands_in_it() {
    let model = [track("Dog", AudioVisual, &[(0, 50)])];
    let user = said(&[
        say(1, AudioVisual, span(10, 20), No),
        say(2, AudioVisual, span(40, 60), Yes),
    ]);
    let merged = merge(&model, &user.statements, &names());
    let source = |tenth| at(&merged, "Dog", AudioVisual, tenth).map(|event| event.source);
    assert_eq!(source(5), Some(Source::Model));
    assert_eq!(source(15), None);
    assert_eq!(source(30), Some(Source::Model));
    assert_eq!(source(45), Some(Source::User(event(2))));
    assert_eq!(source(55), Some(Source::User(event(2))));
}

#[test]
fn what_is_heard_by_the_users_word_and_seen_by_the_models_is_both() {
    let model = [
        track("Dog", Audible, &[(0, 10)]),
        track("Dog", Visible, &[(0, 50)]),
        track("Dog", AudioVisual, &[(0, 10)]),
    ];
    let user = said(&[
        say(1, Audible, span(20, 30), Yes),
        say(2, Audible, span(0, 5), No),
    ]);
    let merged = merge(&model, &user.statements, &names());
    let both = |tenth| at(&merged, "Dog", AudioVisual, tenth).map(|event| event.source);
    assert_eq!([both(2), both(7)], [None, Some(Source::Model)]);
    assert_eq!(
        both(25),
        Some(Source::Model),
        "the model's part of it is the model's"
    );
    assert_eq!(both(35), None);
}

#[test]
fn a_class_goes_by_its_newest_name() {
    let labels = [Label::from("Dog"), Label::from("Puppy")];
    let class = |name: &str, merged_into| Class {
        name: name.into(),
        color: None,
        merged_into,
    };
    let classes = BTreeMap::from([
        (LabelId::named("Dog"), class("Hound", None)),
        (
            LabelId::named("Puppy"),
            class("Puppy", Some(LabelId::named("Dog"))),
        ),
    ]);
    let user = said(&[say(1, Audible, span(0, 10), Yes)]);
    let merged = merge(&[], &user.statements, &Names::of(&labels, &classes));
    assert_eq!(&*merged[0].label, "Hound");
}

fn words() -> impl Strategy<Value = Change> {
    let class = proptest::sample::select(CLASSES.to_vec());
    let modality = proptest::sample::select(MODALITIES.to_vec());
    let what = proptest::sample::select(vec![Yes, No, Unknown]);
    (0..8_u64, class, modality, 0..30_i64, 1..12_i64, what).prop_map(
        |(number, class, modality, from, length, said)| Change::Say {
            event: event(number),
            label: LabelId::named(class),
            modality,
            span: span(from, from + length),
            said,
        },
    )
}

/// What a model may say: of both at once alone, or parsed, where both is where heard and seen are.
fn predicted() -> impl Strategy<Value = Vec<Track>> {
    let seconds = proptest::collection::vec(any::<bool>(), 2 * 3 * 4);
    (seconds, any::<bool>()).prop_map(|(seconds, parsed)| {
        let mut tracks = Vec::new();
        for (class, name) in CLASSES.iter().enumerate() {
            let happens =
                |modality: usize, second: usize| seconds[(modality * 3 + class) * 4 + second];
            let lane = |which: &dyn Fn(usize) -> bool| -> Vec<(i64, i64)> {
                let found = (0..4).filter(|second| which(*second));
                found
                    .map(|second| (second as i64 * 10, second as i64 * 10 + 10))
                    .collect()
            };
            let heard = lane(&|second| happens(0, second));
            let seen = lane(&|second| happens(1, second));
            let both = lane(&|second| happens(0, second) && happens(1, second));
            if parsed {
                tracks.extend([track(name, Audible, &heard), track(name, Visible, &seen)]);
            }
            tracks.push(track(name, AudioVisual, &both));
        }
        tracks.retain(|track| !track.events.is_empty());
        tracks
    })
}

proptest! {
    #[test]
    fn said_seconds_are_never_changed_and_others_stay_the_models(
        model in predicted(),
        words in proptest::collection::vec(words(), 0..15),
        turned in any::<usize>(),
    ) {
        let user = said(&words);
        let merged = merge(&model, &user.statements, &names());
        for class in CLASSES {
            let spoken = |modality, tenth: i64| {
                let moment = Time::from_micros(tenth * 100_000 + 50_000);
                user.statements.said(LabelId::named(class), modality, moment)
            };
            for tenth in 0..45 {
                for modality in MODALITIES {
                    let event = at(&merged, class, modality, tenth);
                    let alone = [Audible, Visible].map(|modality| spoken(modality, tenth));
                    match spoken(modality, tenth) {
                        Yes => prop_assert!(
                            matches!(event, Some(Event { source: Source::User(_), .. })),
                            "{} {:?} {}: {:?}", class, modality, tenth, event
                        ),
                        No => prop_assert_eq!(event, None),
                        Unknown if modality == AudioVisual && alone != [Unknown; 2] => {}
                        Unknown => {
                            let by_model = at(&model, class, modality, tenth);
                            prop_assert_eq!(
                                event.map(|e| (e.score, e.source)),
                                by_model.map(|e| (e.score, e.source))
                            );
                        }
                    }
                }
            }
        }
        let mut other_order = model.clone();
        if !other_order.is_empty() {
            let by = turned % other_order.len();
            other_order.rotate_left(by);
        }
        let sorted = |mut tracks: Vec<Track>| {
            tracks.sort_by(|a, b| (&a.label, a.modality).cmp(&(&b.label, b.modality)));
            tracks
        };
        let again = merge(&other_order, &user.statements, &names());
        prop_assert_eq!(sorted(again), sorted(merged.clone()));
    }
}
