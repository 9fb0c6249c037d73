//! LLP's F-scores: the worked examples of their definition, and what must hold for any videos.

use mettle_core::train::{Five, Grid, LlpScores, Parsed, llp_scores};
use proptest::prelude::*;

const CLASSES: usize = 25;
const SECONDS: usize = 10;

/// A video in which only class 3 happens, as rows of ones and zeros.
fn row(cells: &str) -> Grid {
    let mut grid = Grid::new(CLASSES, SECONDS);
    for (second, cell) in cells.chars().enumerate() {
        if cell == '1' {
            grid.set(3, second, second + 1);
        }
    }
    grid
}

fn video(audible: &str, visible: &str) -> Parsed {
    Parsed {
        audible: row(audible),
        visible: row(visible),
    }
}

fn scores(predicted: &Parsed, truth: &Parsed) -> LlpScores {
    llp_scores(std::slice::from_ref(predicted), std::slice::from_ref(truth))
}

/// F-scores of what is heard; nothing is seen.
#[test]
fn worked_examples_of_one_modality() {
    const NONE: &str = "0000000000";
    for (predicted, truth, segment, event) in [
        ("1111000000", "1111100000", 8.0 / 9.0, 1.0),
        ("1100000000", "1111000000", 4.0 / 6.0, 1.0),
        ("1110111000", "1111111000", 12.0 / 13.0, 0.0),
        ("1100110000", "1100000000", 4.0 / 6.0, 2.0 / 3.0),
        (NONE, NONE, 1.0, 1.0),
    ] {
        let found = scores(&video(predicted, NONE), &video(truth, NONE));
        assert!((found.segment.audio - segment).abs() < 1e-12, "{predicted}");
        assert!((found.event.audio - event).abs() < 1e-12, "{predicted}");
        // Nothing is seen, and nothing is said to be.
        assert_eq!((found.segment.visual, found.event.visual), (1.0, 1.0));
    }
}

#[test]
fn worked_example_of_both_modalities() {
    let predicted = video("1111000000", "0000000000");
    let truth = video("1111000000", "1100000000");
    let found = scores(&predicted, &truth);
    let segment = Five {
        audio: 1.0,
        visual: 0.0,
        audio_visual: 0.0,
        type_at_av: 1.0 / 3.0,
        event_at_av: 0.8,
    };
    assert_eq!(found.segment, segment);
    assert!((found.event.event_at_av - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(
        (
            found.event.audio,
            found.event.visual,
            found.event.audio_visual
        ),
        (1.0, 0.0, 0.0)
    );
}

/// The mean of the published ten numbers of one row of the paper's table is the published average.
#[test]
fn the_average_is_of_ten() {
    let five = |[audio, visual, audio_visual, type_at_av, event_at_av]: [f64; 5]| Five {
        audio,
        visual,
        audio_visual,
        type_at_av,
        event_at_av,
    };
    let published = LlpScores {
        segment: five([64.3, 55.9, 50.9, 57.0, 61.2]),
        event: five([56.1, 52.2, 45.1, 51.1, 53.1]),
    };
    assert!((published.average() - 54.7).abs() < 0.05);
}

/// A class counts in a segment where the video's and the segment's probability both reach one half, which is enough.
#[test]
fn both_probabilities_decide() {
    let video = [0.5, 0.49, 0.9];
    let segments = [0.5, 0.9, 0.4, 0.6, 0.9, 0.5];
    let mut by_hand = Grid::new(3, 2);
    by_hand.set(0, 0, 2);
    by_hand.set(2, 1, 2);
    assert_eq!(Grid::from_probabilities(&video, &segments), by_hand);
}

/// An onset at or after the offset sets nothing, nor does a class there is not.
#[test]
fn odd_rows_of_a_table_set_nothing() {
    let mut grid = Grid::new(2, 10);
    grid.set(0, 9, 0);
    grid.set(1, 4, 4);
    grid.set(7, 0, 10);
    assert_eq!(grid, Grid::new(2, 10));
    grid.set(1, 8, 400);
    let mut by_hand = Grid::new(2, 10);
    by_hand.set(1, 8, 10);
    assert_eq!(grid, by_hand);
}

fn grids() -> impl Strategy<Value = Grid> {
    let spans = prop::collection::vec((0..CLASSES, 0..SECONDS, 0..=SECONDS), 0..6);
    spans.prop_map(|spans| {
        let mut grid = Grid::new(CLASSES, SECONDS);
        for (class, onset, offset) in spans {
            grid.set(class, onset, offset);
        }
        grid
    })
}

fn videos() -> impl Strategy<Value = Parsed> {
    (grids(), grids()).prop_map(|(audible, visible)| Parsed { audible, visible })
}

fn all(scores: &LlpScores) -> Vec<f64> {
    let five = |f: &Five| {
        vec![
            f.audio,
            f.visual,
            f.audio_visual,
            f.type_at_av,
            f.event_at_av,
        ]
    };
    [five(&scores.segment), five(&scores.event)].concat()
}

proptest! {
    #[test]
    fn the_truth_scores_one(truth in prop::collection::vec(videos(), 1..5)) {
        let scores = llp_scores(&truth, &truth);
        prop_assert!(all(&scores).iter().all(|f| (f - 1.0).abs() < 1e-12));
        prop_assert!((scores.average() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn scores_are_shares(p in videos(), t in videos()) {
        let scores = scores(&p, &t);
        prop_assert!(all(&scores).iter().all(|f| (0.0..=1.0).contains(f)));
        for f in [scores.segment, scores.event] {
            let mean = (f.audio + f.visual + f.audio_visual) / 3.0;
            prop_assert!((f.type_at_av - mean).abs() < 1e-12);
        }
    }

    /// Segment by segment, what is too many for one side is missing for the other.
    #[test]
    fn segments_do_not_care_which_is_the_truth(p in videos(), t in videos()) {
        prop_assert_eq!(scores(&p, &t).segment, scores(&t, &p).segment);
    }

    #[test]
    fn modalities_are_treated_alike(p in videos(), t in videos()) {
        let swap = |v: &Parsed| Parsed { audible: v.visible.clone(), visible: v.audible.clone() };
        let (here, there) = (scores(&p, &t), scores(&swap(&p), &swap(&t)));
        for (a, b) in [(here.segment, there.segment), (here.event, there.event)] {
            prop_assert_eq!((a.audio, a.visual), (b.visual, b.audio));
            prop_assert_eq!((a.audio_visual, a.event_at_av), (b.audio_visual, b.event_at_av));
        }
    }

    /// Many videos score the mean of each.
    #[test]
    fn a_set_scores_the_mean(pairs in prop::collection::vec((videos(), videos()), 1..6)) {
        let (p, t): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
        let together = all(&llp_scores(&p, &t));
        let each: Vec<Vec<f64>> = pairs.iter().map(|(p, t)| all(&scores(p, t))).collect();
        for (i, score) in together.iter().enumerate() {
            let mean = each.iter().map(|one| one[i]).sum::<f64>() / each.len() as f64;
            prop_assert!((score - mean).abs() < 1e-12);
        }
    }

    /// One more wrong class in an otherwise right video takes a share of its mean and nothing else.
    #[test]
    fn a_false_alarm_costs_one_class(t in grids(), class in 0..CLASSES) {
        let mut truth = t;
        // So that the class is not there, and something else is.
        let other = (class + 1) % CLASSES;
        truth.set(other, 0, SECONDS);
        let mut cleared = Grid::new(CLASSES, SECONDS);
        for c in (0..CLASSES).filter(|c| *c != class) {
            cleared.set(c, 0, SECONDS);
        }
        let truth = truth.and(&cleared);
        let mut predicted = truth.clone();
        predicted.set(class, 2, 5);
        let pair = |audible: &Grid| Parsed { audible: audible.clone(), visible: audible.clone() };
        let score = scores(&pair(&predicted), &pair(&truth)).segment.audio;
        let classes = 1.0 / (1.0 - score);
        prop_assert!((classes - classes.round()).abs() < 1e-6 && classes > 1.5, "{score}");
    }
}
