//! Tracks follow from scores and a threshold alone: sorted, disjoint, complete, and cheap.

use mettle_core::base::{BACKGROUND, ClipId, HeadId, Labels, Modality, Time, TimeSpan};
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey, Thresholds, label_of, tracks_of};
use proptest::prelude::*;

fn prediction(scores: Vec<Vec<f32>>) -> Prediction {
    let classes = scores.first().map_or(3, Vec::len);
    let seconds = scores.len() as i64;
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new((0..classes).map(|class| format!("class {class}"))),
        segments: TimeSpan::seconds_of(Time::from_micros(seconds * 1_000_000)),
        familiarity: vec![1.0; scores.len()],
        detail: Detail::localized(&scores),
        scores,
    }
}

fn at(global: f32) -> Thresholds {
    Thresholds::at(global)
}

#[test]
fn a_run_of_seconds_becomes_one_event_with_their_mean_score() {
    let prediction = prediction(vec![
        vec![0.1, 0.2],
        vec![0.1, 0.6],
        vec![0.0, 0.8],
        vec![0.7, 0.1],
        vec![0.1, 0.9],
    ]);
    let tracks = tracks_of(&prediction, &at(0.5));
    assert_eq!(tracks.len(), 2);
    assert!(tracks.iter().all(|t| t.modality == Modality::AudioVisual));
    assert_eq!(&*tracks[0].label, "class 0");
    let spans = |track: usize| -> Vec<(f64, f64)> {
        let ends = |s: TimeSpan| (s.start.as_secs_f64(), s.end.as_secs_f64());
        tracks[track].events.iter().map(|e| ends(e.span)).collect()
    };
    assert_eq!(spans(0), [(3.0, 4.0)]);
    assert_eq!(spans(1), [(1.0, 3.0), (4.0, 5.0)]);
    assert!((tracks[1].events[0].score - 0.7).abs() < 1e-6);
    assert_eq!(&*label_of(&prediction, &at(0.5), 0), BACKGROUND);
    assert_eq!(&*label_of(&prediction, &at(0.15), 0), "class 1");
}

/// AVE's rule: a certain event is said to be of its largest class, the first of equals, however little of it that has; and
/// nothing is said of an event that is no more than the threshold.
#[test]
fn the_largest_class_of_an_event_above_the_threshold_is_said() {
    let mut prediction = prediction(vec![vec![0.3, 0.4], vec![0.4, 0.4], vec![0.5, 0.0]]);
    let labels = |prediction: &Prediction, global| {
        [0, 1, 2].map(|segment| label_of(prediction, &at(global), segment).to_string())
    };
    assert_eq!(labels(&prediction, 0.5), ["class 1", "class 0", BACKGROUND]);
    assert_eq!(
        labels(&prediction, 0.75),
        [BACKGROUND, "class 0", BACKGROUND]
    );
    let mut own = at(0.5);
    own.classes.insert("class 1".to_owned(), 0.75);
    assert_eq!(&*label_of(&prediction, &own, 0), BACKGROUND);
    // The event's own score decides, whatever the classes' add up to in f32.
    prediction.detail = Detail::Localized {
        event: vec![0.5, 0.500_000_06, 0.9],
    };
    assert_eq!(labels(&prediction, 0.5), [BACKGROUND, "class 0", "class 0"]);
    assert_eq!(prediction.background(0), Some(0.5));
}

#[test]
fn seconds_not_scored_yet_are_background() {
    let mut partial = prediction(vec![vec![0.9, 0.0]; 6]);
    partial.scores.truncate(2);
    let tracks = tracks_of(&partial, &at(0.5));
    assert_eq!(tracks[0].events.len(), 1);
    assert_eq!(tracks[0].events[0].span.end, Time::from_micros(2_000_000));
    assert_eq!(&*label_of(&partial, &at(0.5), 4), BACKGROUND);
}

fn scores() -> impl Strategy<Value = Vec<Vec<f32>>> {
    (1_usize..5).prop_flat_map(|classes| {
        proptest::collection::vec(proptest::collection::vec(0.0_f32..1.0, classes), 0..40)
    })
}

proptest! {
    #[test]
    fn events_are_sorted_disjoint_and_cover_exactly_the_winning_seconds(
        scores in scores(), global in 0.0_f32..1.0,
    ) {
        let prediction = prediction(scores);
        let tracks = tracks_of(&prediction, &at(global));
        for track in &tracks {
            prop_assert!(!track.events.is_empty());
            for pair in track.events.windows(2) {
                // Events of one class that touched would be one event.
                prop_assert!(pair[0].span.end < pair[1].span.start);
            }
            for event in &track.events {
                prop_assert!((0.0..=1.0).contains(&event.score));
            }
        }
        for (segment, span) in prediction.segments.iter().enumerate() {
            let label = label_of(&prediction, &at(global), segment);
            let happens = prediction.event(segment).is_some_and(|event| event > global);
            prop_assert_eq!(&*label != BACKGROUND, happens);
            let holding: Vec<_> = tracks
                .iter()
                .filter(|t| t.events.iter().any(|e| e.span.contains(span.middle())))
                .map(|t| t.label.clone())
                .collect();
            if &*label == BACKGROUND {
                prop_assert!(holding.is_empty());
            } else {
                prop_assert_eq!(holding, vec![label]);
            }
        }
    }

    #[test]
    fn a_higher_threshold_never_adds_time(scores in scores(), low in 0.0_f32..1.0, more in 0.0_f32..0.5) {
        let prediction = prediction(scores);
        let time = |global| -> i64 {
            let tracks = tracks_of(&prediction, &at(global));
            let events = tracks.iter().flat_map(|t| &t.events);
            events.map(|e| e.span.duration().micros()).sum()
        };
        prop_assert!(time(low + more) <= time(low));
    }
}

#[test]
fn an_hour_is_rethresholded_faster_than_a_frame_of_the_window() {
    let hour: Vec<Vec<f32>> = (0..3600)
        .map(|s| {
            (0..28)
                .map(|c| ((s * 31 + c * 17) % 100) as f32 / 100.0)
                .collect()
        })
        .collect();
    let prediction = prediction(hour);
    let begin = std::time::Instant::now();
    for step in 0..10 {
        assert!(!tracks_of(&prediction, &at(step as f32 / 20.0)).is_empty());
    }
    // A frame at 60 Hz is 16 ms; ten of them leave room for a busy machine.
    assert!(begin.elapsed().as_millis() < 160, "{:?}", begin.elapsed());
}
