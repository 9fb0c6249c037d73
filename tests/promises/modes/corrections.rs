//! The thresholds of masks: a second follows the clip unless it has its own, and its events follow its threshold.

use mettle_core::base::{ClipId, HeadId, Labels, Time, TimeSpan};
use mettle_core::model::Precision;
use mettle_core::predict::{
    Detail, Prediction, PredictionKey, ProbabilityMap, Thresholds, tracks_of, winner,
};
use mettle_core::project::{Change, Corrections, Edit, Scope};

fn own(second: u32, value: Option<f32>) -> Change {
    let span = TimeSpan::of_second(second);
    Change::MaskThresholdOf { span, value }
}

#[test]
fn a_second_follows_the_clip_unless_it_has_its_own() {
    let mut corrections = Corrections::default();
    let mut set = |change| {
        let of = Scope::Clip(ClipId::default());
        Edit { of, change }.apply(&mut corrections);
        [2, 3].map(|second| corrections.mask_thresholds.of(TimeSpan::of_second(second)))
    };
    assert_eq!(
        set(Change::OneMaskThreshold),
        [0.5, 0.5],
        "the paper's threshold"
    );
    assert_eq!(set(Change::MaskThreshold(0.4)), [0.4, 0.4]);
    assert_eq!(set(own(3, Some(0.7))), [0.4, 0.7]);
    assert_eq!(set(own(3, None)), [0.4, 0.4]);
    assert_eq!(
        set(Change::MaskThreshold(7.0)),
        [1.0, 1.0],
        "no threshold leaves 0 to 1"
    );
    assert_eq!(set(Change::MaskThreshold(f32::NAN)), [0.0, 0.0]);
}

/// Another model, or another reader, may cut a clip's last second elsewhere: it is the same second all the same.
#[test]
fn a_last_second_cut_elsewhere_keeps_its_threshold() {
    let mut corrections = Corrections::default();
    let of = Scope::Clip(ClipId::default());
    let cut = |micros| TimeSpan::new(Time::from_micros(3_000_000), Time::from_micros(micros));
    let mut set = |span, value| {
        let change = Change::MaskThresholdOf { span, value };
        Edit { of, change }.apply(&mut corrections);
        corrections.mask_thresholds.clone()
    };
    let first = set(cut(3_600_000), Some(0.7));
    assert_eq!(first.of(cut(4_000_000)), 0.7);
    let second = set(cut(4_000_000), Some(0.8));
    assert_eq!((second.spans.len(), second.of(cut(3_600_000))), (1, 0.8));
    assert_eq!(set(cut(3_600_000), None).spans.len(), 0);
}

/// Four seconds whose highest probabilities are 0.3, 0.5, 0.6 and 0.9.
fn masked() -> Prediction {
    let highest = [0.3, 0.5, 0.6, 0.9];
    let masks = highest.map(|p| ProbabilityMap::new(2, 2, [p, 0.1, 0.1, 0.0]));
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Sounding object"]),
        segments: TimeSpan::seconds_of(Time::from_micros(4_000_000)),
        scores: masks.iter().map(|mask| vec![mask.highest()]).collect(),
        familiarity: vec![1.0; 4],
        detail: Detail::Segmented {
            masks: masks.into(),
        },
    }
}

/// A second has an event exactly where its mask has a place: strictly above the second's own threshold.
#[test]
fn events_of_masks_follow_the_thresholds_of_their_seconds() {
    let prediction = masked();
    let mut thresholds = Thresholds::at(0.99);
    let seconds = |thresholds: &Thresholds| -> Vec<bool> {
        (0..4)
            .map(|second| winner(&prediction, thresholds, second).is_some())
            .collect()
    };
    assert_eq!(seconds(&thresholds), [false, false, true, true]);
    thresholds.masks.set(TimeSpan::of_second(0), 0.2);
    thresholds.masks.set(TimeSpan::of_second(3), 0.95);
    assert_eq!(seconds(&thresholds), [true, false, true, false]);
    for (second, has) in seconds(&thresholds).into_iter().enumerate() {
        let mask = prediction.mask(second).unwrap();
        let above = mask.above(thresholds.of_mask(&prediction, second));
        assert_eq!(above.contains(&true), has, "second {second}");
    }
    assert_eq!(tracks_of(&prediction, &thresholds)[0].events.len(), 2);
}
