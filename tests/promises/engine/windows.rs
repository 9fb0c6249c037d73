//! A clip of any length is scored in windows of ten seconds that overlap by five, and averaged where they overlap.

use mettle_core::predict::{Averaged, HOP, WINDOW, windows};
use proptest::prelude::*;

#[test]
fn short_clips_are_one_window_and_the_last_window_is_aligned_to_the_end() {
    assert!(windows(0).is_empty());
    assert_eq!(windows(3), [0..3]);
    assert_eq!(windows(10), [0..10]);
    assert_eq!(windows(11), [0..10, 1..11]);
    assert_eq!(windows(15), [0..10, 5..15]);
    assert_eq!(windows(23), [0..10, 5..15, 10..20, 13..23]);
}

proptest! {
    #[test]
    fn every_segment_is_seen_and_no_window_is_short_of_neighbours(count in 1_usize..500) {
        let windows = windows(count);
        prop_assert_eq!(windows.first().map(|w| w.start), Some(0));
        prop_assert_eq!(windows.last().map(|w| w.end), Some(count));
        for window in &windows {
            prop_assert_eq!(window.len(), WINDOW.min(count));
        }
        for pair in windows.windows(2) {
            let hop = pair[1].start - pair[0].start;
            prop_assert!(hop > 0 && hop <= HOP);
        }
    }
}

#[test]
fn overlapping_windows_are_averaged_and_gaps_are_not_shown() {
    let mut averaged = Averaged::default();
    averaged.add(0, &[vec![1.0], vec![3.0]]);
    averaged.add(1, &[vec![5.0], vec![7.0]]);
    assert_eq!(averaged.means_from(0), [[1.0], [4.0], [7.0]]);
    assert_eq!(averaged.means_from(1), [[4.0], [7.0]]);
    averaged.add(5, &[vec![9.0]]);
    assert_eq!(
        averaged.means_from(0).len(),
        3,
        "what lies behind a gap is not ready"
    );
}
