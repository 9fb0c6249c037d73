//! Predictions of parsing and segmentation: what comes in by portions is what one look would say, and tracks follow from it.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use mettle_core::base::{ClipId, HeadId, Labels, Modality, Task, Time, TimeSpan};
use mettle_core::model::heads::HanConfig;
use mettle_core::model::{
    Density, Distillation, Familiarity, ParseConfig, ParseDecoder, Precision, SegmentConfig,
    SegmentHead, TaskHead,
};
use mettle_core::predict::{
    Detail, Prediction, PredictionKey, Predictor, ProbabilityMap, Thresholds, tracks_of,
};
use mettle_tests::parts::begun;

use super::features::{layers, part, pooled};
use super::noise::Noise;

fn key() -> PredictionKey {
    PredictionKey {
        clip: ClipId::default(),
        head: HeadId::default(),
        precision: Precision::F32,
    }
}

fn seconds(n: usize) -> Vec<TimeSpan> {
    TimeSpan::seconds_of(Time::from_micros(n as i64 * 1_000_000))
}

fn parsed(audible: Vec<Vec<f32>>, visible: Vec<Vec<f32>>) -> Prediction {
    let both = |(a, v): (&Vec<f32>, &Vec<f32>)| a.iter().zip(v).map(|(a, v)| a.min(*v)).collect();
    Prediction {
        key: key(),
        labels: Labels::new(["Dog", "Bell"]),
        segments: seconds(audible.len()),
        scores: audible.iter().zip(&visible).map(both).collect(),
        familiarity: vec![1.0; audible.len()],
        detail: Detail::Parsed { audible, visible },
    }
}

/// Heard in seconds 0 to 2, seen in 1 to 3: both in 1 and 2. The bell is only heard, while the dog is too.
#[test]
fn a_class_has_tracks_for_heard_seen_and_both() {
    let prediction = parsed(
        vec![
            vec![0.9, 0.7],
            vec![0.8, 0.1],
            vec![0.7, 0.1],
            vec![0.1, 0.1],
        ],
        vec![
            vec![0.2, 0.1],
            vec![0.6, 0.1],
            vec![0.9, 0.1],
            vec![0.9, 0.1],
        ],
    );
    let tracks = tracks_of(&prediction, &Thresholds::default());
    let told: Vec<(&str, Modality, i64, i64)> = tracks
        .iter()
        .flat_map(|t| t.events.iter().map(move |e| (t, e)))
        .map(|(t, e)| {
            let second = |time: Time| time.as_secs_f64() as i64;
            (
                &*t.label,
                t.modality,
                second(e.span.start),
                second(e.span.end),
            )
        })
        .collect();
    let expected = [
        ("Dog", Modality::Audible, 0, 3),
        ("Dog", Modality::Visible, 1, 4),
        ("Dog", Modality::AudioVisual, 1, 3),
        ("Bell", Modality::Audible, 0, 1),
    ];
    assert_eq!(told, expected);
    assert!(
        (tracks[2].events[0].score - 0.65).abs() < 1e-6,
        "{:?}",
        tracks[2]
    );
}

/// Of equal scores the first class's wins, in a second and in the tracks.
#[test]
fn the_first_of_equal_scores_wins() {
    let scores = vec![vec![0.1, 0.6, 0.6], vec![0.0; 3]];
    let prediction = Prediction {
        key: key(),
        labels: Labels::new(["Dog", "Bell", "Cat"]),
        segments: seconds(2),
        familiarity: vec![1.0; 2],
        detail: Detail::localized(&scores),
        scores,
    };
    assert_eq!(prediction.best(0), Some((1, 0.6)));
    assert_eq!(prediction.best(1), Some((0, 0.0)));
    assert_eq!(prediction.best(2), None);
    let tracks = tracks_of(&prediction, &Thresholds::default());
    let labels: Vec<&str> = tracks.iter().map(|t| &*t.label).collect();
    assert_eq!(labels, ["Bell"]);
}

/// A class's threshold comes before that of what is asked, and that before the global one.
#[test]
fn thresholds_of_classes_and_modalities() {
    let thresholds = Thresholds {
        visible: Some(0.8),
        classes: BTreeMap::from([("Bell".to_owned(), 0.05)]),
        ..Thresholds::at(0.4)
    };
    assert_eq!(thresholds.of("Dog", Modality::Audible), 0.4);
    assert_eq!(thresholds.of("Dog", Modality::Visible), 0.8);
    assert_eq!(thresholds.of("Bell", Modality::Visible), 0.05);
    let prediction = parsed(vec![vec![0.5, 0.1]], vec![vec![0.5, 0.1]]);
    let tracks = tracks_of(&prediction, &thresholds);
    let told: Vec<(&str, Modality)> = tracks.iter().map(|t| (&*t.label, t.modality)).collect();
    let expected = [
        ("Dog", Modality::Audible),
        ("Bell", Modality::Audible),
        ("Bell", Modality::Visible),
        ("Bell", Modality::AudioVisual),
    ];
    assert_eq!(told, expected);
}

fn segment_head(tpavi: bool, device: &Device) -> SegmentHead {
    device.seed(6);
    let config = SegmentConfig {
        distill: Distillation {
            d: 8,
            ..Distillation::avs_s4()
        },
        width: 16,
        mask: (16, 24),
        tpavi,
        ..SegmentConfig::default()
    };
    let head = config.init(&layers(), &layers(), device).unwrap();
    head.map(&mut Noise)
}

/// Four seconds, the fourth of which stays for thirty more, then three others.
#[test]
fn seconds_that_stay_the_same_are_said_what_each_would_be() {
    let device = Device::flex();
    device.seed(4);
    let labels = Labels::new(["Dog", "Bell"]);
    let segment = TaskHead::Segment(segment_head(false, &device));
    for (task, head) in [(Task::Parse, parse_head(&device)), (Task::Segment, segment)] {
        let (v, a) = (pooled(7, &device), pooled(7, &device));
        let new = || Predictor::new(task, key(), labels.clone(), seconds(37));
        let (mut each, mut once) = (new(), new());
        let given = |predictor: &mut Predictor, from, count| {
            let (v, a) = (part(&v, from, count), part(&a, from, count));
            predictor.add(&head, &v, &a, &vec![0.5; count]).unwrap();
        };
        given(&mut each, 0, 4);
        given(&mut once, 0, 4);
        for count in [1, 8, 8, 8, 5] {
            (0..count).for_each(|_| given(&mut each, 3, 1));
            assert!(once.repeat(&head, count).unwrap());
        }
        given(&mut each, 4, 3);
        given(&mut once, 4, 3);
        assert!(each.is_complete() && once.is_complete());
        let (each, once) = (begun(each.part(0)), begun(once.part(0)));
        assert_eq!(each.familiarity, once.familiarity);
        let rows = each.scores.iter().zip(&once.scores);
        for (second, (each, once)) in rows.enumerate() {
            for (each, once) in each.iter().zip(once) {
                assert!((each - once).abs() < 1e-5, "{task:?} {second}");
            }
        }
    }
    let mut across = Predictor::new(Task::Segment, key(), labels, seconds(9));
    let head = TaskHead::Segment(segment_head(true, &device));
    let (v, a) = (pooled(1, &device), pooled(1, &device));
    across.add(&head, &v, &a, &[1.0]).unwrap();
    assert!(!across.repeat(&head, 3).unwrap() && across.seen() == 1);
}

fn parse_head(device: &Device) -> TaskHead {
    let config = ParseConfig {
        distill: Distillation {
            d: 16,
            ..Distillation::avvp()
        },
        decoder: ParseDecoder::Han(HanConfig {
            width: 16,
            hidden: 16,
            ..HanConfig::default()
        }),
        motion: None,
    };
    let head = config.init(&layers(), &layers(), 2, device).unwrap();
    TaskHead::Parse(head.map(&mut Noise))
}

/// What stands in for sound is neither heard nor judged: what is seen is said as in any clip.
#[test]
fn of_a_clip_without_sound_what_is_seen_is_said_and_nothing_is_heard() {
    let device = Device::flex();
    device.seed(5);
    let head = parse_head(&device);
    let (v, a) = (pooled(4, &device), pooled(4, &device));
    let said = |lacks: Option<Modality>| {
        let labels = Labels::new(["Dog", "Bell"]);
        let whole = Predictor::new(Task::Parse, key(), labels, seconds(4));
        let mut predictor = whole.lacking(lacks);
        predictor.add(&head, &v, &a, &[]).unwrap();
        match &begun(predictor.part(0)).detail {
            Detail::Parsed { audible, visible } => [audible.concat(), visible.concat()],
            other => panic!("{other:?}"),
        }
    };
    let ([heard, seen], [mute, still], [echo, blind]) = (
        said(None),
        said(Some(Modality::Audible)),
        said(Some(Modality::Visible)),
    );
    assert!(heard.iter().chain(&seen).all(|score| *score > 0.0));
    assert_eq!((mute, still), (vec![0.0; 8], seen));
    assert_eq!((echo, blind), (heard, vec![0.0; 8]));
    let at = |place: f32| {
        let mut density = Density::new(1, &[vec![place]], vec![1.0]);
        density.limit = 0.1;
        density
    };
    let known = Familiarity {
        visual: at(0.0),
        audio: at(5.0),
    };
    let silence = [0.0, 0.0];
    assert!(known.score_without(&silence, None) < 0.01);
    assert_eq!(known.score_without(&silence, Some(Modality::Audible)), 1.0);
}

/// A clip of one window, in portions: what the head says of it as a whole, a class no surer in a second than in the clip.
#[test]
fn parsing_in_portions_is_parsing_at_once() {
    let device = Device::flex();
    device.seed(4);
    let head = parse_head(&device);
    let (v, a) = (pooled(7, &device), pooled(7, &device));
    let labels = Labels::new(["Dog", "Bell"]);
    let mut predictor = Predictor::new(Task::Parse, key(), labels, seconds(7));
    let (mut settled, mut known) = (0, None);
    for (from, count) in [(0, 3), (3, 3), (6, 1)] {
        assert!(!predictor.is_complete());
        let familiarity = vec![0.5; count];
        let (v, a) = (part(&v, from, count), part(&a, from, count));
        predictor.add(&head, &v, &a, &familiarity).unwrap();
        assert_eq!(begun(predictor.part(0)).scores.len(), from + count);
        known = predictor.part(settled).join(known);
        settled = predictor.settled();
    }
    assert!(predictor.is_complete());
    let TaskHead::Parse(parse) = &head else {
        unreachable!()
    };
    let said = parse.forward(&v, &a, None, 1).unwrap().gated();
    let expected: Vec<Vec<f32>> = said.map(|x| x.try_into_vec_as().unwrap()).into();
    let prediction = begun(predictor.part(0));
    assert_eq!(known.as_ref(), Some(&prediction), "parts make up the whole");
    let Detail::Parsed { audible, visible } = &prediction.detail else {
        panic!("{:?}", prediction.detail)
    };
    for (found, expected) in [audible, visible].into_iter().zip(&expected) {
        for (found, expected) in found.iter().flatten().zip(expected) {
            assert!((found - expected * 0.5).abs() < 1e-5, "{found} {expected}");
        }
    }
    for (second, row) in prediction.scores.iter().enumerate() {
        let both = audible[second][0].min(visible[second][0]);
        assert_eq!(row[0], both);
    }
    // Another task's head is refused, not run.
    let mut wrong = Predictor::new(Task::Segment, key(), Labels::new(["x"]), seconds(7));
    assert!(wrong.add(&head, &v, &a, &[]).is_err());
}

/// Masks in portions are masks at once, also for a head that looks at five seconds together.
#[test]
fn masks_in_portions_are_masks_at_once() {
    let device = Device::flex();
    for tpavi in [false, true] {
        let head = segment_head(tpavi, &device);
        let (v, a) = (pooled(8, &device), pooled(8, &device));
        let task = TaskHead::Segment(head.clone());
        let labels = Labels::new(["sounding"]);
        let mut predictor = Predictor::new(Task::Segment, key(), labels, seconds(8));
        let (mut settled, mut known) = (0, None);
        for (from, count) in [(0, 1), (1, 6), (7, 1)] {
            let (v, a) = (part(&v, from, count), part(&a, from, count));
            predictor.add(&task, &v, &a, &vec![1.0; count]).unwrap();
            known = predictor.part(settled).join(known);
            settled = predictor.settled();
        }
        assert!(predictor.is_complete());
        let prediction = begun(predictor.part(0));
        assert_eq!(known.as_ref(), Some(&prediction), "parts make up the whole");
        // Groups of five seconds: 0 to 4, then the rest.
        for (from, count) in [(0, 5), (5, 3)] {
            let (v, a) = (part(&v, from, count), part(&a, from, count));
            let said = head.forward(&v, &a, 1).unwrap().probabilities();
            let said: Vec<f32> = said.try_into_vec_as().unwrap();
            for (second, expected) in (from..).zip(said.chunks(16 * 24)) {
                let mask = prediction.mask(second).unwrap();
                assert_eq!((mask.width(), mask.height()), (24, 16));
                let pairs = mask.values().zip(expected);
                let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                // Kept in 16 bit: half a step below 1 is 2.4e-4.
                assert!(off < 3e-4, "second {second}: {off}");
                assert_eq!(prediction.scores[second], [mask.highest()]);
            }
        }
    }
}

#[test]
fn a_map_is_read_by_column_and_row() {
    let map = ProbabilityMap::new(3, 2, [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(
        (map.at(1, 0), map.at(0, 1), map.at(2, 1)),
        (0.25, 0.75, 0.0)
    );
    assert_eq!((map.at(3, 0), map.at(0, 2)), (0.0, 0.0));
    assert_eq!(map.highest(), 1.0);
    // Strictly above, as AVSBench has it.
    assert_eq!(map.above(0.5), [false, false, false, true, true, false]);
}
