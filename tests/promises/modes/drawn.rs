//! Masks drawn by hand: what a brush and a polygon cover, pixel by pixel, on top of what was there; and a hand's word over a longer one.

use std::sync::Arc;

use mettle_core::base::{ClipId, LabelId, Labels, TimeSpan};
use mettle_core::engine::said_targets;
use mettle_core::exchange::rendering::{DrawnOver, MaskSource};
use mettle_core::predict::{ProbabilityMap, Thresholds};
use mettle_core::project::{Area, Change, Corrections, Edit, Point, RunLengths};
use proptest::prelude::*;

/// Whether each pixel's middle lies so, row after row.
fn by_pixel((width, height): (u32, u32), inside: impl Fn(f32, f32) -> bool) -> Vec<bool> {
    let row = |y| (0..width).map(move |x| (x as f32 + 0.5, y as f32 + 0.5));
    let middles = (0..height).flat_map(row);
    middles.map(|(x, y)| inside(x, y)).collect()
}

fn near(x: f32, y: f32, [ax, ay]: Point, [bx, by]: Point) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1e-9);
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

fn point() -> impl Strategy<Value = Point> {
    [-6.0..40.0_f32, -6.0..30.0_f32]
}

fn size() -> impl Strategy<Value = (u32, u32)> {
    (1..36_u32, 1..28_u32)
}

fn mask_of((width, height): (u32, u32), seed: u32) -> Vec<bool> {
    let pixels = 0..width * height;
    pixels
        .map(|at| (at.wrapping_mul(2_654_435_761) ^ seed).is_multiple_of(3))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_stroke_covers_what_lies_within_its_radius(
        (width, height) in size(), from in point(), to in point(), radius in 0.75..12.0_f32, seed in any::<u32>(), adds in any::<bool>(),
    ) {
        let before = mask_of((width, height), seed);
        let area = Area::of_stroke((width, height), from, to, radius);
        let after = RunLengths::of(&before, width, height).painted(&area, adds);
        let drawn = after.mask();
        prop_assert_eq!(&after, &RunLengths::of(&drawn, width, height), "in the one form that masks have");
        for (at, (x, y)) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).enumerate() {
            let away = near(x as f32 + 0.5, y as f32 + 0.5, from, to) - radius;
            // On the very edge numbers are rounded.
            if away.abs() > 1e-3 {
                let expected = if away < 0.0 { adds } else { before[at] };
                prop_assert_eq!(drawn[at], expected, "pixel {} {}, {} outside", x, y, away);
            }
            prop_assert_eq!(after.holds(x, y), drawn[at]);
        }
    }

    #[test]
    fn a_polygon_covers_what_its_sides_enclose((width, height) in size(), corners in prop::collection::vec(point(), 3..8)) {
        let area = Area::of_polygon((width, height), &corners);
        let nothing = RunLengths::of(&[], width, height);
        let inside = |x: f32, y: f32| {
            let sides = corners.iter().zip(corners.iter().cycle().skip(1));
            let crossed = sides.filter(|(a, b)| (a[0] <= x) != (b[0] <= x) && a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]) < y);
            crossed.count() % 2 == 1
        };
        let wrong = nothing.painted(&area, true).mask().iter().zip(by_pixel((width, height), inside)).filter(|(a, b)| **a != *b).count();
        // A side through a pixel's middle may be rounded to either side.
        prop_assert!(wrong <= 1, "{wrong} pixels");
    }

    #[test]
    fn run_lengths_of_a_stretched_map_are_those_of_its_pixels(
        (columns, rows) in (1..9_usize, 1..9_usize), (width, height) in size(), values in prop::collection::vec(0.0..1.0_f32, 64), threshold in 0.0..1.0_f32,
    ) {
        let map = ProbabilityMap::new(columns, rows, values);
        let pixels = map.stretched_above(width as usize, height as usize, threshold);
        prop_assert_eq!(map.runs_above(width, height, threshold), RunLengths::of(&pixels, width, height));
    }

    #[test]
    fn a_smaller_map_of_a_mask_holds_the_share_of_each_place((width, height) in size(), seed in any::<u32>(), longest in 1..40_u32) {
        let pixels = mask_of((width, height), seed);
        let map = ProbabilityMap::of_drawn(&RunLengths::of(&pixels, width, height), longest);
        prop_assert!(map.width().max(map.height()) <= longest.max(1) as usize);
        let place = |at: u32, side: u32, places: usize| (at as usize * places) / side as usize;
        let mut counts = vec![(0, 0); map.width() * map.height()];
        for (at, inside) in pixels.iter().enumerate() {
            let (x, y) = (at as u32 % width, at as u32 / width);
            let cell = place(y, height, map.height()) * map.width() + place(x, width, map.width());
            counts[cell].0 += i32::from(*inside);
            counts[cell].1 += 1;
        }
        for ((inside, all), share) in counts.into_iter().zip(map.values()) {
            prop_assert!((share - inside as f32 / all as f32).abs() < 1e-3);
        }
    }

    #[test]
    fn a_map_brought_up_to_date_is_the_map_made_anew(
        (width, height) in size(), seed in any::<u32>(), other in any::<u32>(), from in point(), to in point(), radius in 0.75..6.0_f32, adds in any::<bool>(), longest in 1..40_u32,
    ) {
        let mask = |seed| RunLengths::of(&mask_of((width, height), seed), width, height);
        let before = mask(seed);
        let map = ProbabilityMap::of_drawn(&before, longest);
        let area = Area::of_stroke((width, height), from, to, radius);
        let whole = RunLengths::of(&vec![true; (width * height) as usize], width, height);
        let none = RunLengths::of(&[], width, height);
        for after in [before.painted(&area, adds), before.clone(), mask(other), whole, none] {
            let anew = ProbabilityMap::of_drawn(&after, longest);
            let brought = map.redrawn(&before, &after, longest);
            prop_assert_eq!(&brought, &anew);
            let rows = map.changed_rows(&anew);
            let kept = |at: &usize| !rows.contains(&(at / anew.width()));
            let values = map.values().zip(anew.values()).enumerate();
            prop_assert!(values.filter(|(at, _)| kept(at)).all(|(_, (old, new))| old == new));
            let of_rows: Vec<f32> = anew.of_rows(rows.clone()).collect();
            prop_assert_eq!(of_rows.len(), rows.len() * anew.width());
        }
    }

    /// Each stroke is one step, and all steps back leave nothing, whatever lay under them.
    #[test]
    fn strokes_taken_back_leave_what_was_there(strokes in prop::collection::vec((0..4_u32, 1..3_u32, any::<bool>(), any::<u32>()), 1..12)) {
        let mut state = Corrections::default();
        let mut history = Vec::new();
        for (from, seconds, draws, seed) in strokes {
            let mask = draws.then(|| Arc::new(RunLengths::of(&mask_of((8, 6), seed), 8, 6)));
            let change = Change::Mask { span: seconds_from(from, seconds), label: LabelId::named("Dog"), mask };
            let before = state.clone();
            history.push((before, Edit::of_clip(ClipId::default(), change).apply(&mut state)));
        }
        for (before, back) in history.into_iter().rev() {
            back.apply(&mut state);
            prop_assert_eq!(&state, &before);
        }
    }
}

fn seconds_from(from: u32, seconds: u32) -> TimeSpan {
    TimeSpan::new(
        TimeSpan::of_second(from).start,
        TimeSpan::of_second(from + seconds - 1).end,
    )
}

/// A mask imported for three seconds, the middle one drawn on: the others keep theirs, and training learns each as it is.
#[test]
fn a_second_drawn_on_is_cut_out_of_a_longer_mask() {
    let (all, none) = (RunLengths::of(&[true; 48], 8, 6), RunLengths::of(&[], 8, 6));
    let mut state = Corrections::default();
    let mut draw = |span, mask: &RunLengths| {
        let change = Change::Mask {
            span,
            label: LabelId::named("Dog"),
            mask: Some(Arc::new(mask.clone())),
        };
        Edit::of_clip(ClipId::default(), change).apply(&mut state);
    };
    draw(seconds_from(2, 3), &all);
    draw(TimeSpan::of_second(3), &none);
    let spans: Vec<TimeSpan> = state.masks.keys().map(|(span, _)| *span).collect();
    assert_eq!(spans, [2, 3, 4].map(TimeSpan::of_second));
    let segments: Vec<TimeSpan> = (0..6).map(TimeSpan::of_second).collect();
    let targets = said_targets(&state, &Labels::new(["Dog"]), &segments);
    let sounding = targets.masks.iter().map(|mask| {
        let mask = mask.as_ref()?;
        assert_eq!(mask.size, (6, 8), "rows, then columns");
        Some(mask.sounds.iter().filter(|sounds| **sounds).count())
    });
    let sounding: Vec<Option<usize>> = sounding.collect();
    assert_eq!(sounding, [None, None, Some(48), Some(0), Some(48), None]);
}

/// A model that says the same everywhere.
#[derive(Debug)]
struct Same(f32);

impl MaskSource for Same {
    fn mask(&self, _: usize) -> Option<ProbabilityMap> {
        Some(ProbabilityMap::new(2, 2, [self.0; 4]))
    }
}

/// In films and pictures a drawn mask stands where the model's was, at no threshold but its own.
#[test]
fn pictures_show_what_was_drawn_in_place_of_the_models() {
    let half: Vec<bool> = (0..48).map(|at| at % 8 < 4).collect();
    let mut said = Corrections::default();
    let change = Change::Mask {
        span: TimeSpan::of_second(1),
        label: LabelId::named("Dog"),
        mask: Some(Arc::new(RunLengths::of(&half, 8, 6))),
    };
    Edit::of_clip(ClipId::default(), change).apply(&mut said);
    let segments = [0, 1].map(TimeSpan::of_second);
    let shown = DrawnOver {
        said: &said,
        segments: &segments,
        model: Some(&Same(0.8)),
    };
    let mut thresholds = Thresholds::default();
    thresholds.masks.clip = 0.7;
    let thresholds = shown.thresholds(&thresholds);
    let above = |segment: usize| {
        let map = shown.mask(segment).expect("a mask");
        map.runs_above(8, 6, thresholds.masks.of(segments[segment]))
            .area()
    };
    assert_eq!((above(0), above(1)), (48, 24));
    assert_eq!(thresholds.masks.of(segments[0]), 0.7);
}
