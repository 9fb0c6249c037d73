//! Media time keeps its promises for every number.

use mettle_core::base::{Time, TimeSpan};
use proptest::prelude::*;

/// Time bases as containers have them.
fn base() -> impl Strategy<Value = (i64, i64)> {
    prop_oneof![
        Just((1, 1000)),
        Just((1, 90_000)),
        Just((1, 14_112_000)),
        Just((1001, 30_000)),
        (1_i64..1000, 1_i64..1_000_000),
    ]
}

proptest! {
    #[test]
    fn ticks_come_back_within_one_microsecond(ticks in -1_i64 << 40..1_i64 << 40, (num, den) in base()) {
        let exact = i128::from(ticks) * i128::from(num) * 1_000_000;
        let micros = Time::from_ticks(ticks, num, den).micros();
        let den = i128::from(den);
        match exact / den {
            end if end >= i128::from(i64::MAX) => prop_assert_eq!(micros, i64::MAX),
            end if end <= i128::from(i64::MIN) => prop_assert_eq!(micros, i64::MIN),
            // Rounded to the nearest: no more than half a microsecond off.
            _ => prop_assert!(2 * (i128::from(micros) * den - exact).abs() <= den),
        }
    }

    /// A damaged file may say anything of its time base: what is too far stays the farthest time on its own side.
    #[test]
    fn what_is_too_far_is_clamped_not_wrapped(ticks in any::<i64>(), num in any::<i32>(), den in any::<i32>()) {
        let (num, den) = (i64::from(num), i64::from(den));
        let time = Time::from_ticks(ticks, num, den).micros();
        let signs = ticks.signum() * num.signum() * den.signum();
        prop_assert!(time == 0 || time.signum() == signs, "{} of {}", time, signs);
    }

    #[test]
    fn ticks_are_odd_about_zero(ticks in 0_i64..1 << 40, (num, den) in base()) {
        let (plus, minus) = (Time::from_ticks(ticks, num, den), Time::from_ticks(-ticks, num, den));
        // The farthest time before zero is one microsecond farther than the farthest after.
        prop_assert_eq!(plus.micros(), minus.micros().saturating_neg());
    }

    #[test]
    fn floored_ticks_start_at_or_before_the_time(micros in -1_i64 << 40..1_i64 << 40, (num, den) in base()) {
        let ticks = i128::from(Time::from_micros(micros).to_ticks_floor(num, den));
        let (num, den) = (i128::from(num), i128::from(den));
        prop_assert!(ticks * num * 1_000_000 <= i128::from(micros) * den);
        prop_assert!((ticks + 1) * num * 1_000_000 > i128::from(micros) * den);
    }

    #[test]
    fn samples_come_back(samples in -1_i64 << 36..1_i64 << 36, rate in 1_u32..400_000) {
        prop_assert_eq!(Time::from_samples(samples, rate).to_samples(rate), samples);
    }

    #[test]
    fn the_display_is_the_time_to_a_millisecond(micros in 0_i64..400_000_000_000) {
        let text = Time::from_micros(micros).to_string();
        let fields: Vec<f64> = text.split(':').map(|field| field.parse().expect("a number")).collect();
        let secs = fields[0] * 3600.0 + fields[1] * 60.0 + fields[2];
        prop_assert!((secs - micros as f64 / 1e6).abs() <= 0.000_501, "{}", text);
        prop_assert!(fields[1] < 60.0 && fields[2] < 60.0);
        prop_assert_eq!(Time::from_micros(-micros - 1000).to_string().starts_with('-'), true);
    }

    #[test]
    fn seconds_cover_the_clip_without_gaps(micros in -10_i64..100_000_000) {
        let duration = Time::from_micros(micros);
        let spans = TimeSpan::seconds_of(duration);
        let mut end = Time::ZERO;
        for span in &spans {
            prop_assert_eq!(span.start, end);
            prop_assert!(span.duration() <= Time::SECOND && span.duration() > Time::ZERO);
            end = span.end;
        }
        prop_assert!(end <= duration.max(Time::ZERO));
        // What is left over is under half a second, or there is nothing at all.
        prop_assert!((duration - end).micros() < 500_000);
        prop_assert_eq!(spans.is_empty(), micros <= 0);
    }

    #[test]
    fn spans_meet_as_sets_do(a in 0_i64..100, b in 0_i64..100, c in 0_i64..100, d in 0_i64..100, t in 0_i64..100) {
        let time = Time::from_micros;
        let (one, two) = (TimeSpan::new(time(a), time(b)), TimeSpan::new(time(c), time(d)));
        let both = one.intersection(two).is_some_and(|span| span.contains(time(t)));
        prop_assert_eq!(both, one.contains(time(t)) && two.contains(time(t)));
        prop_assert!(a >= b || one.contains(one.middle()));
    }
}

#[test]
fn broken_numbers_are_no_trouble() {
    assert_eq!(Time::from_secs_f64(f64::NAN), Time::ZERO);
    assert_eq!(Time::from_ticks(5, 1, 0), Time::ZERO);
    assert_eq!(Time::from_micros(5).to_ticks_floor(0, 1), 0);
    assert_eq!(Time::from_secs_f64(f64::INFINITY).micros(), i64::MAX);
    assert_eq!(
        Time::from_micros(i64::MAX) + Time::SECOND,
        Time::from_micros(i64::MAX)
    );
}
