//! Time and screen are two sides of one axis: nothing is lost going there and back, zooming stays under the pointer.

use mettle_app::state::TimeAxis;
use proptest::prelude::*;

fn axes() -> impl Strategy<Value = TimeAxis> {
    (
        0.0_f32..400.0,
        100.0_f32..4000.0,
        0.0_f64..7200.0,
        0.25_f64..7200.0,
    )
        .prop_map(|(left, width, start, span)| TimeAxis {
            left,
            right: left + width,
            start,
            span,
        })
}

proptest! {
    #[test]
    fn a_place_on_the_screen_comes_back(axis in axes(), share in 0.0_f32..1.0) {
        let x = axis.left + share * (axis.right - axis.left);
        let back = axis.screen_from_secs(axis.secs_from_screen(x));
        // f32 screen positions of a few thousand points hold 1/4096 of a point.
        prop_assert!((back - x).abs() < 1e-2, "{x} came back as {back}");
    }

    #[test]
    fn zooming_keeps_the_time_under_the_pointer(axis in axes(), share in 0.0_f32..1.0, factor in 0.2_f64..5.0) {
        let x = axis.left + share * (axis.right - axis.left);
        let before = axis.secs_from_screen(x);
        let (start, span) = axis.zoomed(factor, x);
        let after = TimeAxis { start, span, ..axis }.secs_from_screen(x);
        prop_assert!((before - after).abs() < 1e-6 * axis.span.max(1.0));
        prop_assert!((span * factor - axis.span).abs() < 1e-9 * axis.span);
    }

    #[test]
    fn panning_moves_by_what_was_dragged(axis in axes(), points in -500.0_f32..500.0) {
        let (start, span) = axis.panned(points);
        let moved = TimeAxis { start, span, ..axis };
        let x = axis.screen_from_secs(axis.start);
        prop_assert!((moved.screen_from_secs(axis.start) - x - points).abs() < 0.1);
    }

    #[test]
    fn a_view_stays_inside_the_clip(start in -1e4_f64..1e4, span in 0.0_f64..1e5, total in 0.3_f64..7200.0) {
        let (start, span) = TimeAxis::kept_inside(start, span, total);
        prop_assert!(start >= 0.0 && span > 0.0 && start + span <= total + 1e-6);
    }

    #[test]
    fn ruler_marks_never_touch(axis in axes(), points in 20.0_f32..120.0) {
        prop_assert!(axis.mark_step(points) * axis.scale() >= f64::from(points) * 0.999);
    }
}
