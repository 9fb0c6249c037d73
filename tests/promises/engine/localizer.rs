//! Scoring a clip as it streams in gives what scoring each window by itself and averaging gives.

use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::base::{ClipId, HeadId, Labels, Task, Time, TimeSpan};
use mettle_core::model::{LocalizeHead, Precision};
use mettle_core::predict::{Prediction, PredictionKey, Windowed, localize_scores};
use mettle_tests::parts::begun;
use mettle_tests::tiny_model;

const D: usize = 16;

fn head(device: &Device) -> LocalizeHead {
    let folder = tempfile::tempdir().expect("a folder");
    let model = tiny_model::write(folder.path())
        .load(device)
        .expect("it loads");
    model.localize.expect("a head")
}

fn localizer(seconds: usize) -> Windowed {
    let key = PredictionKey {
        clip: ClipId::default(),
        head: HeadId::default(),
        precision: Precision::F32,
    };
    let spans = TimeSpan::seconds_of(Time::from_micros(seconds as i64 * 1_000_000));
    Windowed::new(Task::Localize, key, Labels::new(tiny_model::LABELS), spans)
}

/// Windows written out by hand, scored one by one.
fn reference(
    head: &LocalizeHead,
    visual: &Tensor<2>,
    audio: &Tensor<2>,
    windows: &[std::ops::Range<usize>],
) -> Vec<Vec<f32>> {
    let count = visual.dims()[0];
    let (mut sums, mut seen) = (vec![vec![0.0_f32; 3]; count], vec![0.0_f32; count]);
    for window in windows {
        let part = |x: &Tensor<2>| x.clone().slice([window.clone(), 0..D]);
        let said = head.classify(part(visual), part(audio), 1);
        let event = sigmoid(said.is_event)
            .into_data()
            .try_to_vec::<f32>()
            .expect("numbers");
        let class = softmax(said.event, 1)
            .into_data()
            .try_to_vec::<f32>()
            .expect("numbers");
        for (at, event) in window.clone().zip(event) {
            seen[at] += 1.0;
            for (sum, class) in sums[at].iter_mut().zip(&class) {
                *sum += event * class;
            }
        }
    }
    for (sum, seen) in sums.iter_mut().zip(seen) {
        sum.iter_mut().for_each(|s| *s /= seen);
    }
    sums
}

fn check(seconds: usize, batches: &[usize], windows: &[std::ops::Range<usize>]) {
    let device = Device::flex();
    let head = head(&device);
    let visual = Tensor::<2>::random([seconds, D], Distribution::Default, &device);
    let audio = Tensor::<2>::random([seconds, D], Distribution::Default, &device);
    let mut localizer = localizer(seconds);
    let (mut start, mut settled, mut known) = (0, 0, None);
    for (turn, batch) in batches.iter().cycle().enumerate() {
        let end = (start + batch).min(seconds);
        let part = |x: &Tensor<2>| x.clone().slice([start..end, 0..D]);
        let familiar = vec![1.0; end - start];
        let score = |v, a| localize_scores(&head, v, a);
        localizer
            .add((part(&visual), part(&audio)), &familiar, &score)
            .expect("scored");
        start = end;
        assert_eq!(localizer.is_complete(), end == seconds);
        let so_far = begun(localizer.part(0));
        let news = localizer.part(settled);
        known = news.join(known);
        assert_eq!(known.as_ref(), Some(&so_far), "parts make up the whole");
        settled = localizer.settled();
        assert_eq!(
            so_far.scores.len(),
            end,
            "every second is scored as soon as it is in"
        );
        assert_eq!(so_far.segments.len(), seconds);
        if end == seconds {
            break;
        }
        assert!(turn < 10_000);
    }
    let got = &begun(localizer.part(0)).scores;
    assert_eq!(settled, seconds);
    let want = reference(&head, &visual, &audio, windows);
    for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
        // The same operations on other batches: f32 rounding only.
        assert!((got - want).abs() < 1e-5, "{got} is not {want}");
    }
}

#[test]
fn a_short_clip_is_one_window_however_it_comes_in() {
    check(4, &[1], &[0..4]);
    check(10, &[3, 4], &[0..10]);
}

#[test]
fn a_longer_clip_is_the_mean_of_its_windows_however_it_comes_in() {
    let windows = [0..10, 5..15, 10..20, 13..23];
    check(23, &[1], &windows);
    check(23, &[8], &windows);
    check(23, &[23], &windows);
    check(23, &[5, 1, 7], &windows);
}

#[test]
fn scores_of_what_the_model_does_not_know_are_lowered() {
    let device = Device::flex();
    let head = head(&device);
    let features = Tensor::<2>::random([4, D], Distribution::Default, &device);
    let score = |familiarity: &[f32]| {
        let mut localizer = localizer(4);
        let both = (features.clone(), features.clone());
        let added = localizer.add(both, familiarity, &|v, a| localize_scores(&head, v, a));
        added.expect("scored");
        begun(localizer.part(0))
    };
    let (known, unknown) = (score(&[1.0; 4]), score(&[1.0, 0.5, 0.0, 1.0]));
    assert_eq!(unknown.familiarity, [1.0, 0.5, 0.0, 1.0]);
    let event = |of: &Prediction, second| of.event(second).expect("a score");
    assert!((event(&unknown, 1) - event(&known, 1) * 0.5).abs() < 1e-6);
    assert!((event(&known, 1) - known.scores[1].iter().sum::<f32>()).abs() < 1e-6);
    for (class, score) in known.scores[1].iter().enumerate() {
        assert!((unknown.scores[1][class] - score * 0.5).abs() < 1e-6);
        assert_eq!(unknown.scores[2][class], 0.0);
    }
    assert!(
        unknown
            .background(2)
            .is_some_and(|b| (b - 1.0).abs() < 1e-6)
    );
}

/// Nobody waits for a head to look at the same picture for hours.
#[test]
fn hours_of_the_same_are_asked_once() {
    let device = Device::flex();
    let head = head(&device);
    let new = || Tensor::<2>::random([3, D], Distribution::Default, &device);
    let mut localizer = localizer(36_000);
    let asked = std::cell::Cell::new(0);
    let score = |v, a| {
        asked.set(asked.get() + 1);
        localize_scores(&head, v, a)
    };
    localizer
        .add((new(), new()), &[0.5; 3], &score)
        .expect("scores");
    for _ in 0..4_499 {
        localizer.repeat(8, &score).expect("scores");
    }
    localizer
        .add((new(), new()), &[0.5; 3], &score)
        .expect("scores");
    localizer.repeat(2, &score).expect("scores");
    assert!(localizer.is_complete());
    assert!(asked.get() < 20, "{} times", asked.get());
    let prediction = begun(localizer.part(0));
    let scores = &prediction.scores;
    assert_eq!(scores.len(), 36_000);
    assert_eq!(scores[20], scores[35_000]);
    assert_ne!(scores[35_000], scores[35_999]);
}
