//! Temperatures make scores mean what they say: on numbers whose truth is drawn from known probabilities, that is what they find.

use mettle_core::base::Rng;
use mettle_core::base::{ClipId, HeadId, Labels, TimeSpan};
use mettle_core::model::{
    Calibration, LeftOut, Offer, Precision, ScoreCounts, calibration_error, fit_temperatures,
    tempered,
};
use mettle_core::predict::{Detail, Prediction, PredictionKey, Thresholds, winner};
use mettle_core::train::{Examples, fit_calibration};

use super::clips::{Clips, heads};

/// Scores that are `off` times too sure of what is true with their own probability.
fn drawn(seed: u64, count: usize, off: f32) -> Vec<(f32, bool)> {
    let mut rng = Rng::new(seed);
    let one = |_| {
        let logit = rng.range(-3.0, 3.0);
        let p = 1.0 / (1.0 + (-logit).exp());
        let score = 1.0 / (1.0 + (-logit * off).exp());
        (score, rng.unit() < p)
    };
    (0..count).map(one).collect()
}

#[test]
fn the_temperature_that_was_put_in_is_found_class_by_class() {
    let classes = vec![drawn(1, 20_000, 3.0), drawn(2, 20_000, 0.5), vec![]];
    let found = fit_temperatures(&classes);
    assert!((found[0] / 3.0 - 1.0).abs() < 0.1, "{found:?}");
    assert!((found[1] / 0.5 - 1.0).abs() < 0.1, "{found:?}");
    assert!(
        (0.5..3.0).contains(&found[2]),
        "of a class nobody met, that of all: {found:?}"
    );
    let after = classes[0]
        .iter()
        .map(|(p, truth)| (tempered(*p, found[0]), *truth));
    let after: Vec<(f32, bool)> = after.collect();
    let error = |said: &[(f32, bool)]| calibration_error(said.iter().copied());
    assert!(error(&classes[0]) > 0.1 && error(&after) < 0.02);
    // What is above what stays so, and one half stays one half.
    let mut both: Vec<(f32, f32)> = classes[0]
        .iter()
        .zip(&after)
        .map(|(a, b)| (a.0, b.0))
        .collect();
    both.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(both.is_sorted_by(|a, b| a.1 <= b.1));
    assert!((tempered(0.5, 7.0) - 0.5).abs() < 1e-6);
}

fn counted(said: &[(f32, bool)]) -> ScoreCounts {
    let mut counts = ScoreCounts::default();
    said.iter()
        .for_each(|(score, truth)| counts.add(*score, *truth));
    counts
}

#[test]
fn the_threshold_offered_gives_the_wished_share_on_clips_it_was_not_chosen_on() {
    let (chosen_on, others) = (drawn(5, 20_000, 2.0), drawn(6, 20_000, 2.0));
    let Offer::At {
        threshold,
        precision,
        count,
        ..
    } = counted(&chosen_on).threshold_for(0.9)
    else {
        panic!("there are enough");
    };
    let right = |said: &[(f32, bool)], from: f32| {
        let over = said.iter().filter(|(score, _)| *score >= from);
        let yes = over.clone().filter(|(_, truth)| *truth).count();
        (yes as f32 / over.clone().count() as f32, over.count())
    };
    let (here, over) = right(&chosen_on, threshold);
    assert_eq!(
        (here, over),
        (precision, count as usize),
        "it is counted, not guessed"
    );
    assert!(precision >= 0.9);
    assert!(
        right(&chosen_on, threshold - 0.01).0 < 0.9,
        "no lower one does it"
    );
    assert!((right(&others, threshold).0 - 0.9).abs() < 0.02);
}

#[test]
fn too_few_scores_are_no_ground_for_a_threshold() {
    let sure: Vec<(f32, bool)> = (0..19).map(|_| (0.95, true)).collect();
    assert_eq!(counted(&sure).threshold_for(0.9), Offer::TooFew(19));
    let wrong: Vec<(f32, bool)> = (0..40).map(|i| (0.95, i % 2 == 0)).collect();
    assert_eq!(counted(&wrong).threshold_for(0.9), Offer::Never(0.5));
    assert_eq!(counted(&[]).threshold_for(0.9), Offer::TooFew(0));
}

#[test]
fn a_reliability_curve_of_true_probabilities_lies_on_its_diagonal() {
    let curve = counted(&drawn(7, 50_000, 1.0)).curve();
    assert_eq!(curve.len(), 10);
    for point in curve {
        assert!((point.score - point.truth).abs() < 0.03, "{point:?}");
    }
}

/// Of two seconds, one of them unfamiliar.
fn prediction() -> Prediction {
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Bark", "Bell"]),
        segments: TimeSpan::seconds_of(mettle_core::base::Time::from_micros(2_000_000)),
        scores: vec![vec![0.8, 0.1], vec![0.4, 0.05]],
        familiarity: vec![1.0, 0.5],
        detail: Detail::Localized {
            event: vec![0.9, 0.45],
        },
    }
}

#[test]
fn temperatures_work_on_what_the_head_said_and_familiarity_weighs_the_result() {
    let by = Calibration {
        both: vec![2.0, 0.5],
        event: Some(4.0),
        ..Calibration::default()
    };
    let after = prediction().calibrated(&by);
    let expected = [tempered(0.8, 2.0), tempered(0.1, 0.5)];
    for (second, trust) in [(0, 1.0), (1, 0.5)] {
        for (score, expected) in after.scores[second].iter().zip(expected) {
            assert!((score - expected * trust).abs() < 1e-6, "{after:?}");
        }
        let event = after.event(second).expect("an event");
        assert!((event - tempered(0.9, 4.0) * trust).abs() < 1e-6);
    }
    // A threshold is held against the calibrated score.
    let between = Thresholds::at(0.8);
    assert!(winner(&prediction(), &between, 0).is_some());
    assert!(winner(&after, &between, 0).is_none());
    let nothing = prediction().calibrated(&Calibration::default());
    assert_eq!(
        nothing,
        prediction(),
        "without temperatures nothing changes"
    );
}

#[test]
fn temperatures_that_prove_no_better_on_clips_left_out_are_not_kept() {
    let device = burn::tensor::Device::flex();
    for head in heads() {
        for clips in [1, 2, 6, 30] {
            let clips = Clips::labelled(clips);
            let fitted = fit_calibration(&head, &*clips, &device).expect("computes");
            let fitted = fitted.expect("all is known");
            let better = fitted.left_out.is_some_and(|left_out| left_out.is_better());
            assert_eq!(fitted.changes(), better, "{fitted:?}");
            assert_eq!(fitted.left_out.is_none(), clips.len() == 1);
            let few = clips.len() < 20;
            assert_eq!(fitted.warning().is_some(), few || !better, "{fitted:?}");
            if !better {
                assert_eq!(fitted.plain, fitted.tempered);
                assert_eq!(prediction().calibrated(&fitted), prediction());
            }
        }
    }
    let of = |errors, losses| LeftOut {
        clips: 6,
        errors,
        losses,
    };
    assert!(of([0.02, 0.01], [0.5, 0.4]).is_better());
    assert!(
        !of([0.011, 0.023], [0.5, 0.4]).is_better(),
        "further from the truth"
    );
    assert!(!of([0.02, 0.01], [0.5, 0.6]).is_better(), "less likely");
}
