//! Temperatures make scores mean what they say: on numbers whose truth is drawn from known probabilities, that is what they find.

use mettle_core::base::Rng;
use mettle_core::model::{calibration_error, fit_temperatures, tempered};

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
