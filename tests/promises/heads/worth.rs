//! Which seconds are worth a look: the least sure, the disputed, those unlike their neighbours, those that another head saw
//! otherwise; in an order that does not move what a person has gone through.

use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Labels, Time, TimeSpan};
use mettle_core::model::Precision;
use mettle_core::predict::{
    Detail, Prediction, PredictionKey, SecondOf, Sketch, Worth, WorthBy, in_order, worth_of,
};

fn prediction(audible: &[[f32; 2]], visible: Option<&[[f32; 2]]>) -> Prediction {
    let rows = |rows: &[[f32; 2]]| rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>();
    let scores = rows(audible);
    let detail = match visible {
        Some(visible) => Detail::Parsed {
            audible: rows(audible),
            visible: rows(visible),
        },
        None => Detail::localized(&scores),
    };
    let end = Time::from_micros(audible.len() as i64 * 1_000_000);
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Dog", "Bell"]),
        segments: TimeSpan::seconds_of(end),
        familiarity: vec![1.0; scores.len()],
        scores,
        detail,
    }
}

fn near(value: f32, wanted: f32) {
    assert!((value - wanted).abs() < 1e-3, "{value}, not {wanted}");
}

#[test]
fn the_least_sure_second_is_worth_most() {
    let third = 1.0 / 3.0;
    let all = worth_of(
        &prediction(&[[1.0, 0.0], [third, third], [0.9, 0.05]], None),
        None,
    );
    near(all[0].uncertainty, 0.0);
    near(all[1].uncertainty, 1.0);
    // 0.9, 0.05 and 0.05: (0.9 ln 0.9 + 2 · 0.05 ln 0.05) / ln 3, computed by hand.
    near(all[2].uncertainty, 0.3590);
    let parsed = prediction(
        &[[0.5, 0.0], [0.99, 0.01]],
        Some(&[[0.0, 0.0], [0.99, 0.01]]),
    );
    let all = worth_of(&parsed, None);
    near(all[0].uncertainty, 1.0);
    near(all[0].disagreement, 0.5);
    near(all[1].disagreement, 0.0);
}

#[test]
fn a_second_flickers_that_stands_out_of_both_neighbours() {
    let steps = [[0.1, 0.0], [0.9, 0.0], [0.2, 0.0], [0.5, 0.0], [0.8, 0.0]];
    let all = worth_of(&prediction(&steps, None), None);
    near(all[0].flicker, 0.0);
    near(all[1].flicker, 0.7);
    near(all[2].flicker, 0.3);
    near(all[3].flicker, 0.0);
    near(all[4].flicker, 0.0);
}

#[test]
fn what_another_head_said_otherwise_is_told() {
    let before = Sketch::of(&prediction(&[[0.1, 0.2], [0.5, 0.5]], None));
    let now = prediction(&[[0.1, 0.8], [0.5, 0.5]], None);
    let all = worth_of(&now, Some(&before));
    assert!((all[0].change - 0.6).abs() < 1.0 / 255.0);
    assert_eq!(all[1].change, 0.0);
    assert_eq!(worth_of(&now, None)[0].change, 0.0, "there was none before");
}

#[test]
fn what_was_gone_through_keeps_its_place_and_new_seconds_come_behind() {
    let clip = |values: &[f32]| -> Arc<[Worth]> {
        let worth = values.iter().map(|value| Worth {
            uncertainty: *value,
            ..Worth::default()
        });
        worth.collect()
    };
    let at = |clip, second| SecondOf { clip, second };
    let by = WorthBy::Uncertainty;
    let first = in_order(&[clip(&[0.1, 0.9, 0.5])], by, &[]);
    assert_eq!(first, [at(0, 1), at(0, 2), at(0, 0)]);
    // A new head says the opposite, and another clip has come: nothing that was there moves.
    let clips = [clip(&[0.9, 0.1, 0.5]), clip(&[0.2, 0.7])];
    let again = in_order(&clips, by, &first);
    assert_eq!(again[..3], first[..]);
    assert_eq!(again[3..], [at(1, 1), at(1, 0)]);
    let equal = in_order(&[clip(&[0.5, 0.5]), clip(&[0.5])], by, &[]);
    assert_eq!(
        equal,
        [at(0, 0), at(0, 1), at(1, 0)],
        "equal ones as they come"
    );
    // A clip that became shorter, or is gone, has no places.
    assert_eq!(in_order(&[clip(&[0.1])], by, &first), [at(0, 0)]);
}
