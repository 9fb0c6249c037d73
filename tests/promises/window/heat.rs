//! Heat and waves never hide a peak, however many seconds fall on one point, and a long clip stays quick to draw.

use std::time::{Duration, Instant};

use mettle_app::paint::columns_of;
use mettle_app::state::{TimeAxis, Waves, lanes_in_view};
use mettle_core::base::{HeadId, Labels, Time, TimeSpan};
use mettle_core::engine::WaveformPart;
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey};
use proptest::prelude::*;

fn prediction(seconds: usize, classes: usize) -> Prediction {
    let names: Vec<String> = (0..classes).map(|c| format!("class {c}")).collect();
    let score = |s: usize, c: usize| ((s * 31 + c * 17) % 97) as f32 / 200.0;
    let scores: Vec<Vec<f32>> = (0..seconds)
        .map(|s| (0..classes).map(|c| score(s, c)).collect())
        .collect();
    Prediction {
        key: PredictionKey {
            clip: Default::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(names),
        segments: TimeSpan::seconds_of(Time::from_micros(seconds as i64 * 1_000_000)),
        detail: Detail::localized(&scores),
        scores,
        familiarity: vec![1.0; seconds],
    }
}

fn axis(span: f64) -> TimeAxis {
    TimeAxis {
        left: 100.0,
        right: 740.0,
        start: 0.0,
        span,
    }
}

#[test]
fn the_highest_second_is_seen_when_two_hours_fit_the_screen() {
    let mut two_hours = prediction(7200, 3);
    two_hours.scores[4321][1] = 0.99;
    let axis = axis(7200.0);
    let columns = columns_of(&two_hours, 1, &axis);
    let peak = columns
        .iter()
        .find(|c| c.score == 0.99)
        .expect("the peak is drawn");
    let x = axis.screen_from_secs(4321.5);
    assert!(peak.left <= x && x <= peak.right);
    assert!(
        columns.len() <= 640,
        "{} shapes for 640 points",
        columns.len()
    );
    assert_eq!(lanes_in_view(&two_hours, &axis)[0].class, 1);
}

#[test]
fn lanes_are_sorted_by_what_is_in_view() {
    let mut clip = prediction(20, 3);
    clip.scores = vec![vec![0.1, 0.2, 0.3]; 20];
    clip.scores[15][0] = 0.9;
    let here = TimeAxis {
        span: 10.0,
        ..axis(10.0)
    };
    let later = TimeAxis {
        start: 10.0,
        ..here
    };
    assert_eq!(lanes_in_view(&clip, &here)[0].class, 2);
    assert_eq!(lanes_in_view(&clip, &later)[0].class, 0);
}

#[test]
fn two_hours_of_28_classes_are_laid_out_in_a_fraction_of_a_frame() {
    let two_hours = prediction(7200, 28);
    let axis = axis(7200.0);
    let started = Instant::now();
    for lane in lanes_in_view(&two_hours, &axis) {
        std::hint::black_box(columns_of(&two_hours, lane.class, &axis));
    }
    // Measured at about 3 ms on one slow core; a frame has 16 ms.
    assert!(
        started.elapsed() < Duration::from_millis(16),
        "{:?}",
        started.elapsed()
    );
}

proptest! {
    #[test]
    fn a_wave_shows_its_extremes_at_every_zoom(
        columns in prop::collection::vec((-1.0_f32..0.0, 0.0_f32..1.0), 1..600),
        parts in 1_usize..7,
    ) {
        let column = Time::from_micros(10_000);
        let mut waves = Waves::default();
        let size = columns.len().div_ceil(parts);
        for (place, some) in columns.chunks(size).enumerate() {
            let start = Time::from_micros((place * size) as i64 * 10_000);
            waves.add(&WaveformPart { start, column, columns: some.to_vec() });
        }
        let low = columns.iter().map(|c| c.0).fold(0.0, f32::min);
        let high = columns.iter().map(|c| c.1).fold(0.0, f32::max);
        prop_assert_eq!(waves.extent(0.0, waves.end()), Some((low, high)));
        let (l, h) = waves.extent(0.0, 0.009).expect("the first column");
        prop_assert_eq!((l, h), columns[0]);
    }
}
