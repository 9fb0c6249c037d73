//! What a person said is what is learned: said seconds alone, what was taken back never, and a new class leaves the old ones as
//! they were.

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::{
    ClipId, EventId, LabelId, Labels, Modality, Rng, Said, Task, Time, TimeSpan,
};
use mettle_core::data::Targets;
use mettle_core::engine::said_targets;
use mettle_core::model::{LayerFeatures, LayerShape, Precision, TaskHead};
use mettle_core::project::{Change, Corrections, Edit};
use mettle_core::train::{Duel, grown};
use mettle_tests::tiny_model;
use proptest::prelude::*;

fn seconds() -> Vec<TimeSpan> {
    TimeSpan::seconds_of(Time::from_micros(10_000_000))
}

fn labels() -> Labels {
    Labels::new(["Bark", "Bell", "Kettle"])
}

fn said() -> impl Strategy<Value = Edit> {
    let what = (
        0..3_usize,
        0..3_usize,
        0..10_i64,
        1..5_i64,
        0..3_usize,
        any::<[u8; 16]>(),
    );
    what.prop_map(|(class, modality, from, long, said, event)| {
        let at = |second: i64| Time::from_micros(second * 1_000_000);
        let modalities = [Modality::Audible, Modality::Visible, Modality::AudioVisual];
        let change = Change::Say {
            event: EventId(event),
            label: LabelId::named(&labels()[class]),
            modality: modalities[modality],
            span: TimeSpan::new(at(from), at(from + long)),
            said: [Said::Yes, Said::No, Said::Unknown][said],
        };
        Edit::of_clip(ClipId::default(), change)
    })
}

fn learned(corrections: &Corrections) -> Targets {
    said_targets(corrections, &labels(), &seconds())
}

proptest! {
    #[test]
    fn a_correction_that_was_taken_back_never_reaches_the_next_head(
        before in prop::collection::vec(said(), 0..6),
        wrong in said(),
    ) {
        let mut corrections = Corrections::default();
        for edit in &before {
            edit.apply(&mut corrections);
        }
        let expected = learned(&corrections);
        let back = wrong.apply(&mut corrections);
        back.apply(&mut corrections);
        prop_assert_eq!(learned(&corrections), expected);
    }

    #[test]
    fn what_nobody_said_is_unknown(edits in prop::collection::vec(said(), 0..6)) {
        let mut corrections = Corrections::default();
        for edit in &edits {
            edit.apply(&mut corrections);
        }
        let targets = learned(&corrections);
        for (t, span) in seconds().iter().enumerate() {
            for (class, label) in labels().iter().enumerate() {
                let of = LabelId::named(label);
                let word = |modality| corrections.statements.said(of, modality, span.middle());
                prop_assert_eq!(targets.heard.get(t, class), word(Modality::Audible));
                prop_assert_eq!(targets.seen.get(t, class), word(Modality::Visible));
                prop_assert_eq!(targets.both.get(t, class), word(Modality::AudioVisual));
            }
        }
    }
}

fn features(layers: &[LayerShape], segments: usize, seed: u64) -> LayerFeatures {
    let mut rng = Rng::new(seed);
    let mut tensor = |layer: &LayerShape| {
        let shape = [segments, layer.tokens, layer.width];
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.noise()).collect();
        Tensor::<3>::from_data(TensorData::new(values, shape), &Device::flex())
    };
    LayerFeatures {
        layers: layers.iter().map(&mut tensor).collect(),
        final_norm: tensor(&layers[layers.len() - 1]),
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("numbers")
}

#[test]
fn a_new_class_leaves_the_old_ones_their_weights_and_their_scores() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = Device::flex();
    let bundle = tiny_model::write(folder.path());
    let pair = bundle.pair(&device, Precision::F32).expect("backbones");
    let about = pair.about();
    let file = bundle.head(Task::Localize).expect("a head");
    let old = file.load(about, &device).expect("it loads");
    let known = file.labels.len();
    let new = grown(&old, &file.config, about, known + 2, &device).expect("it grows");
    let (TaskHead::Localize(old), TaskHead::Localize(new)) = (old, new) else {
        panic!("another task");
    };
    let (seen, heard) = (
        features(&about.visual.layers, 10, 1),
        features(&about.audio.layers, 10, 2),
    );
    let [before, after] = [&old, &new].map(|head| head.forward(&seen, &heard, 1));
    assert_eq!(numbers(before.is_event), numbers(after.is_event));
    let (before, after) = (numbers(before.event), numbers(after.event));
    assert_eq!(after.len(), known + 2);
    for (a, b) in before.iter().zip(&after) {
        assert!((a - b).abs() < 1e-5, "{before:?} became {after:?}");
    }
    let share = |logits: &[f32]| -> f32 { logits.iter().map(|l| l.exp()).sum() };
    let new_share = share(&after[known..]) / share(&after);
    assert!(new_share < 0.15, "untaught classes take {new_share} of all");
}

#[test]
fn a_difference_that_chance_explains_is_called_noise() {
    let duel = |fixed: usize, broken: usize| Duel {
        said: 40,
        before: 20,
        fixed,
        broken,
    };
    // Two-sided binomial tails, by hand: 2 * (1 / 2^5), 2 * (1 / 2^6), 2 * (1 + 10) / 2^10.
    assert_eq!(duel(5, 0).chance(), 0.0625);
    assert_eq!(duel(0, 6).chance(), 0.03125);
    assert!((duel(9, 1).chance() - 22.0 / 1024.0).abs() < 1e-12);
    assert!(duel(5, 0).is_noise() && !duel(6, 0).is_noise());
    assert!(duel(0, 0).is_noise() && duel(7, 7).is_noise());
    assert_eq!(
        Duel::of(&[true, false, false], &[false, true, true]).after(),
        2
    );
}
