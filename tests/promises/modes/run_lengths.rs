//! Masks are written as pycocotools writes them, and read back exactly.

use mettle_core::project::{MaskBox, MaskError, RunLengths};
use proptest::prelude::*;
use serde::Deserialize;

/// What pycocotools 2.0.11 says of a mask; made by `tests/golden/masks/make/gen_masks.py`.
#[derive(Deserialize)]
struct Case {
    name: String,
    size: [u32; 2],
    counts: String,
    area: u64,
    bbox: [u32; 4],
    rows: Option<Vec<String>>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../golden/masks/coco.json");
    serde_json::from_str(text).expect("the golden file")
}

#[test]
fn strings_boxes_and_areas_are_those_of_pycocotools() {
    let cases = cases();
    assert!(cases.len() >= 14);
    for case in cases {
        let [height, width] = case.size;
        let read = RunLengths::from_text(&case.counts, width, height).expect(&case.name);
        assert_eq!(read.text(), case.counts, "{}", case.name);
        assert_eq!(read.area(), case.area, "{}", case.name);
        let MaskBox {
            x,
            y,
            width: w,
            height: h,
        } = read.bounds();
        assert_eq!([x, y, w, h], case.bbox, "{}", case.name);
        let mask = read.mask();
        if let Some(rows) = case.rows {
            let expected: Vec<bool> = rows.concat().chars().map(|c| c == '1').collect();
            assert_eq!(mask, expected, "{}", case.name);
        }
        assert_eq!(RunLengths::of(&mask, width, height), read, "{}", case.name);
    }
}

#[test]
fn text_that_is_not_run_lengths_is_refused() {
    for (text, place) in [("52 0003", 2), ("5220003o", 8), ("oooooooooooo", 7)] {
        let said = RunLengths::from_text(text, 5, 4);
        assert_eq!(said, Err(MaskError::Character(place)), "{text:?}");
    }
    let short = RunLengths::from_text("5220003", 5, 5).expect_err("25 pixels, not 20");
    assert!(short.to_string().contains("20 pixels"), "{short}");
    // The fourth run is the difference to the second: below zero.
    assert!(RunLengths::from_text("111M", 3, 1).is_err());
}

proptest! {
    #[test]
    fn any_mask_comes_back(width in 1_u32..20, height in 1_u32..20, seed in any::<u64>()) {
        let pixels = (0..width * height).map(|i| (seed.rotate_left(i % 64) ^ u64::from(i * i)) & 4 != 0);
        let mask: Vec<bool> = pixels.collect();
        let runs = RunLengths::of(&mask, width, height);
        prop_assert_eq!(&runs.mask(), &mask);
        prop_assert_eq!(runs.area(), mask.iter().filter(|p| **p).count() as u64);
        let again = RunLengths::from_text(&runs.text(), width, height);
        prop_assert_eq!(again, Ok(runs));
    }

    #[test]
    fn no_text_panics(text in "[0-o]{0,30}", width in 0_u32..100, height in 0_u32..100) {
        let _ = RunLengths::from_text(&text, width, height).map(|runs| (runs.bounds(), runs.mask().len()));
    }
}
